"""Logging in: slow for attackers, the same for names that do not exist, never closed to the owner; authenticators; idle sessions."""

import threading
from base64 import b32decode
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from registry.app import create_app
from registry.config import Settings
from registry.core.errors import LogInRefused, NotAuthenticated, TooManyRequests
from registry.core.totp import STEP_SECONDS, code_at
from registry.usecases import passwords
from registry.usecases.backoff import FREE_OF_ACCOUNT, FREE_OF_ADDRESS, LONGEST, delay
from registry.usecases.keyring import KeyRing
from registry.usecases.registry import open_registry
from registry.usecases.sessions import log_in
from tests.api.people import PASSWORD, member
from tests.conftest import Http

pytestmark = pytest.mark.usefixtures("by_the_clock")
ANN = {"organisation": "rightsholder", "email": "ann@example.org"}
HOME, ELSEWHERE = "192.0.2.1", "203.0.113.9"


@pytest.fixture
def ann(http):
    """The token of an owner who has logged in once, from no address."""
    return member(http, "rightsholder", "ann@example.org")


@pytest.fixture
def cheap(monkeypatch):
    """Count verifications instead of doing them; return the list of what was verified."""
    seen = []

    class Counted:
        @staticmethod
        def verify(password, stored):
            seen.append(stored)
            return password.decode() == PASSWORD

    monkeypatch.setattr(passwords, "_argon2", Counted)
    return seen


def attempt(registry, password="wrong", address=ELSEWHERE, code=None, **who):
    return log_in(registry, **{**ANN, **who}, password=password, code=code, address=address)


def test_known_and_unknown_names_cost_one_verification_each_and_say_the_same(registry, ann, cheap):
    said = []
    for who in ({}, {"email": "nobody@example.org"}, {"organisation": "nowhere"}):
        with pytest.raises(NotAuthenticated) as refused:
            attempt(registry, **who)
        said.append(refused.value.message)
    assert len(cheap) == 3
    assert len(set(said)) == 1
    assert attempt(registry, PASSWORD).token
    assert len(cheap) == 4


@pytest.mark.parametrize("email", ["ann@example.org", "nobody@example.org"])
def test_each_failure_after_the_free_ones_waits_twice_as_long(registry, clock, ann, cheap, email):
    for _ in range(FREE_OF_ACCOUNT):
        with pytest.raises(NotAuthenticated):
            attempt(registry, email=email, address=None)
    for seconds in (1, 2, 4):
        with pytest.raises(TooManyRequests) as early:
            attempt(registry, email=email, address=None)
        assert early.value.retry_after == seconds
        clock.at += timedelta(seconds=seconds)
        with pytest.raises(NotAuthenticated):
            attempt(registry, email=email, address=None)


@pytest.mark.parametrize("email", ["ann@example.org", "nobody@example.org"])
def test_an_organisation_named_another_way_is_the_same_account(registry, http, ann, cheap, email):
    for _ in range(FREE_OF_ACCOUNT):
        with pytest.raises(NotAuthenticated):
            attempt(registry, email=email)
    mine = http("GET", "/v1/organisations/me", "rightsholder").json()["id"]
    with pytest.raises(TooManyRequests):
        attempt(registry, email=email, organisation=mine)


def test_the_wait_has_an_end(registry, clock, ann, cheap):
    assert delay(10_000, FREE_OF_ACCOUNT) == LONGEST
    for _ in range(FREE_OF_ACCOUNT + 15):
        with pytest.raises(NotAuthenticated):
            attempt(registry)
        clock.at += LONGEST
    assert attempt(registry, PASSWORD).token


def test_coming_too_early_does_not_make_the_wait_longer(registry, clock, ann, cheap):
    for _ in range(FREE_OF_ACCOUNT):
        with pytest.raises(NotAuthenticated):
            attempt(registry)
    for _ in range(10):
        with pytest.raises(TooManyRequests):
            attempt(registry)
    clock.at += timedelta(seconds=1)
    assert attempt(registry, PASSWORD).token


def test_who_logged_in_from_there_before_is_not_locked_out_by_others(registry, ann, cheap):
    attempt(registry, PASSWORD, address=HOME)
    for _ in range(FREE_OF_ACCOUNT):
        with pytest.raises(NotAuthenticated):
            attempt(registry)
    with pytest.raises(TooManyRequests):
        attempt(registry, PASSWORD)
    assert attempt(registry, PASSWORD, address=HOME).token


def test_a_reset_link_opens_a_locked_account(registry, http, ann, cheap):
    for _ in range(FREE_OF_ACCOUNT):
        with pytest.raises(NotAuthenticated):
            attempt(registry)
    mine = http("GET", "/v1/sessions/me", key=ann).json()["member"]["id"]
    with pytest.raises(TooManyRequests):
        attempt(registry, PASSWORD)
    token = http("POST", f"/v1/members/{mine}/reset-link", "operator", json={}).json()["token"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("registry.usecases.members.hash_password", lambda _password: "hashed")
        assert http("POST", "/v1/invitations/accept", json={"token": token, "password": PASSWORD}).status_code == 200
    assert attempt(registry, PASSWORD).token


def test_one_address_that_tries_many_names_is_slowed(registry, ann, cheap):
    for number in range(FREE_OF_ADDRESS):
        with pytest.raises(NotAuthenticated):
            attempt(registry, email=f"n{number}@example.org", address="2001:db8::1")
    with pytest.raises(TooManyRequests):
        attempt(registry, PASSWORD, address="2001:db8::ffff")
    assert attempt(registry, PASSWORD, address="2001:db8:0:1::1").token


def test_the_count_holds_in_every_process(registry, database_url, clock, ann, cheap):
    for _ in range(FREE_OF_ACCOUNT):
        with pytest.raises(NotAuthenticated):
            attempt(registry)
    elsewhere = open_registry(database_url, now=clock)
    with pytest.raises(TooManyRequests):
        attempt(elsewhere, PASSWORD)
    elsewhere.database.close()


def test_guesses_at_the_same_time_do_not_slip_through(registry, ann, cheap):
    refused = []

    def guess():
        try:
            attempt(registry, address=None)
        except (NotAuthenticated, TooManyRequests) as error:
            refused.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(4 * FREE_OF_ACCOUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cheap) == refused.count(LogInRefused) == FREE_OF_ACCOUNT
    assert len(refused) == 4 * FREE_OF_ACCOUNT


def test_over_http_a_wait_says_how_long(registry, http, ann, cheap):
    client = TestClient(create_app(Settings(), registry), client=(ELSEWHERE, 50_000))
    answers = [client.post("/v1/sessions", json={**ANN, "password": "wrong"}) for _ in range(FREE_OF_ACCOUNT + 1)]
    assert [a.status_code for a in answers] == [401] * FREE_OF_ACCOUNT + [429]
    assert answers[-1].headers["retry-after"] == "1"


def enrolled(http, token):
    """Return the seed of a new authenticator, not confirmed yet."""
    made = http("POST", "/v1/members/me/totp", key=token, json={"password": PASSWORD})
    assert made.status_code == 201, made.text
    return b32decode(made.json()["seed"])


def code_now(clock, seed, *, steps=0):
    return code_at(seed, int(clock.at.timestamp()) // STEP_SECONDS + steps)


def test_an_authenticator_is_asked_for_once_confirmed_and_a_code_counts_once(registry, http, clock, ann, cheap):
    seed = enrolled(http, ann)
    assert attempt(registry, PASSWORD).token
    assert http("POST", "/v1/members/me/totp/confirm", key=ann, json={"code": "000000"}).status_code == 422
    codes = http("POST", "/v1/members/me/totp/confirm", key=ann, json={"code": code_now(clock, seed)}).json()["recovery_codes"]
    with pytest.raises(NotAuthenticated, match="code"):
        attempt(registry, PASSWORD)
    with pytest.raises(NotAuthenticated):
        attempt(registry, PASSWORD, code=code_now(clock, seed))
    clock.at += timedelta(seconds=STEP_SECONDS)
    assert attempt(registry, PASSWORD, code=code_now(clock, seed)).token
    with pytest.raises(NotAuthenticated):
        attempt(registry, PASSWORD, code=code_now(clock, seed))
    assert attempt(registry, PASSWORD, code=codes[0]).token
    with pytest.raises(NotAuthenticated):
        attempt(registry, PASSWORD, code=codes[0])


def test_wrong_codes_are_slowed_like_wrong_passwords(registry, http, clock, ann, cheap):
    seed = enrolled(http, ann)
    http("POST", "/v1/members/me/totp/confirm", key=ann, json={"code": code_now(clock, seed)})
    for _ in range(FREE_OF_ACCOUNT):
        with pytest.raises(NotAuthenticated):
            attempt(registry, PASSWORD, code="no code")
    with pytest.raises(TooManyRequests):
        attempt(registry, PASSWORD, code=code_now(clock, seed, steps=1))


def test_an_authenticator_is_removed_with_the_password(registry, http, clock, ann, cheap):
    seed = enrolled(http, ann)
    http("POST", "/v1/members/me/totp/confirm", key=ann, json={"code": code_now(clock, seed)})
    assert http("POST", "/v1/members/me/totp", key=ann, json={"password": PASSWORD}).status_code == 409
    assert http("POST", "/v1/members/me/totp/remove", key=ann, json={"password": "wrong"}).status_code == 401
    assert http("POST", "/v1/members/me/totp/remove", key=ann, json={"password": PASSWORD}).status_code == 204
    assert attempt(registry, PASSWORD).token


def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(registry, clock, ann, cheap):
    ring = KeyRing(registry)
    token = attempt(registry, PASSWORD).token
    begun = clock.at
    while clock.at < begun + timedelta(hours=11, minutes=30):
        clock.at += timedelta(minutes=50)
        assert ring.authenticate(token).member
        ring.note_use()
    clock.at = begun + timedelta(hours=12)
    with pytest.raises(NotAuthenticated):
        ring.authenticate(token)
    idle = attempt(registry, PASSWORD).token
    assert ring.authenticate(idle).member
    clock.at += timedelta(minutes=61)
    with pytest.raises(NotAuthenticated):
        ring.authenticate(idle)


def test_a_session_ended_elsewhere_is_ended_here(registry, database_url, clock, http, ann, cheap):
    ring = KeyRing(registry)
    assert ring.authenticate(ann).member
    elsewhere = open_registry(database_url, now=clock)
    with TestClient(create_app(Settings(), elsewhere)) as client:
        assert Http(client, {})("DELETE", "/v1/sessions", key=ann).status_code == 204
    registry.catalog.refresh()
    with pytest.raises(NotAuthenticated):
        ring.authenticate(ann)


def test_what_is_wrong_is_said_without_saying_which_half(http, ann):
    right = {**ANN, "password": PASSWORD}
    wrong = [{**right, "password": "wrong"}, {**right, "email": "bob@example.org"}, {**right, "organisation": "nobody"}]
    refused = [http("POST", "/v1/sessions", json=said) for said in wrong]
    for answer in refused:
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["type"] == "urn:character-registry:problem:log-in-refused"
        assert answer.json()["title"] == "The organisation, e-mail, password, code or link is wrong"
    assert len({answer.json()["detail"] for answer in refused}) == 1
    unknown = http("GET", "/v1/me", key="crk_unknown").json()
    assert (unknown["type"], unknown["title"]) == ("urn:character-registry:problem:not-authenticated", "A valid key is needed")
