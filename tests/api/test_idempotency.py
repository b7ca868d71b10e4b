"""Idempotency-Key over HTTP: sent twice, done once, answered alike; a crash anywhere in between creates nothing twice."""

import threading
from datetime import timedelta

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from registry.api.routes import Mannered
from registry.core.errors import AnswerLost, StillRunning
from registry.core.model import CharacterDraft
from registry.store.idempotency import current_claim
from registry.usecases.catalog import create_entry
from registry.usecases.entries import CHARACTER
from registry.usecases.idempotency import ABANDONED_AFTER, KEPT, Repeatable, begin, finish, give_up

KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
NAMI = {"name": "Quixotania Vale", "ref": "nami"}
NDJSON = {**KEY, "content-type": "application/x-ndjson"}
# POSTs that make nothing: what they answer is read or judged anew each time, or the same again is no change.
CREATE_NOTHING = {
    "/v1/check",
    "/v1/check/batch",
    "/v1/preview",
    "/v1/policies/preview",
    "/v1/decisions/{decision_id}/replay",
    "/v1/keys/{key_id}/revoke",
    "/v1/mandates/{mandate_id}/revoke",
    "/v1/claims/decisions",
    "/v1/claims/{claim_id}/approve",
    "/v1/claims/{claim_id}/reject",
    "/v1/claims/{claim_id}/ask",
    "/v1/claims/{claim_id}/answer",
    "/v1/disputes/{dispute_id}/admit",
    "/v1/disputes/{dispute_id}/interim",
    "/v1/disputes/{dispute_id}/answer",
    "/v1/disputes/{dispute_id}/evidence",
    "/v1/disputes/{dispute_id}/decision",
    "/v1/disputes/{dispute_id}/appeal",
    "/v1/verifications/{verification_id}/check",
    "/v1/verifications/{verification_id}/decision",
    "/v1/sessions",
    "/v1/invitations/accept",
    "/v1/members/me/totp/confirm",
    "/v1/members/me/totp/remove",
}


def create(http, body=None, headers=KEY, role="rightsholder", **kwargs):
    return http("POST", "/v1/characters", role, json=NAMI if body is None else body, headers=headers, **kwargs)


def count(http):
    return len(http("GET", "/v1/characters", "service").json()["items"])


def test_the_same_request_twice_is_done_once_and_answered_alike(http):
    first, again = create(http), create(http)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (first.headers["etag"], again.headers["etag"]) == (again.headers["etag"], first.headers["etag"])
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert count(http) == 1


def test_without_a_ref_nothing_else_would_stop_the_second(http):
    ids = {create(http, {"name": "Quixotania Vale"}).json()["id"] for _ in range(3)}
    assert len(ids) == count(http) == 1


def test_the_key_may_be_quoted_as_the_draft_wants_it(http):
    quoted = {"idempotency-key": f'"{KEY["idempotency-key"]}"'}
    assert create(http).json() == create(http, headers=quoted).json()


def test_another_body_is_refused(http):
    create(http)
    other = create(http, {"name": "Robin"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:character-registry:problem:idempotency-key-reused")
    assert count(http) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", '"', 'a"b', "x" * 256, "ключ".encode()])
def test_a_key_that_is_none_is_refused(http, key):
    assert create(http, headers={"idempotency-key": key}).status_code == 422
    assert count(http) == 0


def test_keys_are_each_callers_and_each_routes_own(http):
    create(http)
    work = http("POST", "/v1/works", "rightsholder", json={"title": "Nami"}, headers=KEY)
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "o", "name": "O"}, headers=KEY)
    other = http("POST", f"/v1/organisations/{made.json()['id']}/keys", "operator", json={}).json()["secret"]
    assert (work.status_code, made.status_code) == (201, 201)
    theirs = create(http, key=other, role=None)
    assert theirs.status_code == 201
    assert "idempotency-replayed" not in theirs.headers


def test_a_new_api_keys_secret_is_repeated_to_its_maker_and_stands_nowhere_in_clear(http, registry):
    made = http("POST", "/v1/organisations", "operator", json={"role": "service", "ref": "g", "name": "G"}).json()
    path = f"/v1/organisations/{made['id']}/keys"
    first, again = (http("POST", path, "operator", json={"label": "x"}, headers=KEY) for _ in range(2))
    assert first.json() == again.json()
    assert len(http("GET", path, "operator").json()["items"]) == 1
    with registry.database.read() as session:
        kept = session.execute(text("SELECT * FROM idempotency")).all()
    shown = repr([[bytes(v) if isinstance(v, bytes | memoryview) else v for v in row] for row in kept])
    assert kept
    for secret in (first.json()["secret"], http.keys["operator"], KEY["idempotency-key"], "label"):
        assert secret not in shown


def test_a_revoked_key_gets_no_answer_repeated(http):
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "o", "name": "O"}).json()
    key = http("POST", f"/v1/organisations/{made['id']}/keys", "operator", json={}).json()
    assert create(http, key=key["secret"], role=None).status_code == 201
    http("POST", f"/v1/keys/{key['id']}/revoke", "operator")
    assert create(http, key=key["secret"], role=None).status_code == 401


def test_a_refused_request_may_be_mended_and_sent_again_under_its_key(http):
    assert create(http, {"name": ""}).status_code == 422
    assert create(http).status_code == 201
    again = create(http, {"name": "Other", "ref": "nami"}, headers={"idempotency-key": "2"})
    assert again.status_code == 409
    assert create(http, {"name": "Other", "ref": "other"}, headers={"idempotency-key": "2"}).status_code == 201


def test_an_import_is_begun_once(http):
    line = b'{"type": "character", "ref": "nami", "name": "Quixotania Vale"}'
    first, again = (http("POST", "/v1/imports", "rightsholder", content=line, headers=NDJSON) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (202, again.json()["id"])
    assert first.headers["location"] == again.headers["location"]
    as_csv = http("POST", "/v1/imports", "rightsholder", content=line, headers={**KEY, "content-type": "text/csv"})
    assert as_csv.status_code == 422


def test_while_the_first_runs_the_second_is_told_to_wait(http, monkeypatch):
    entered, go_on, answers = threading.Event(), threading.Event(), []

    def slow(*args, **kwargs):
        entered.set()
        assert go_on.wait(30)
        return create_entry(*args, **kwargs)

    monkeypatch.setattr("registry.usecases.catalog.create_entry", slow)
    first = threading.Thread(target=lambda: answers.append(create(http)))
    first.start()
    assert entered.wait(30)
    second = create(http)
    go_on.set()
    first.join()
    assert (second.status_code, second.json()["type"]) == (409, "urn:character-registry:problem:still-running")
    assert int(second.headers["retry-after"]) >= 1
    assert answers[0].status_code == 201
    assert create(http).content == answers[0].content


def test_many_at_once_create_one(http):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(create(http, {"name": "Quixotania Vale"}))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} <= {201, 409}
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == count(http) == 1


def test_what_failed_after_it_was_carried_out_is_not_done_again(http, monkeypatch):
    def breaks(*_args):
        raise RuntimeError

    monkeypatch.setattr("registry.usecases.catalog._in_force", breaks)
    assert create(http, {"name": "Quixotania Vale"}).status_code == 500
    monkeypatch.undo()
    again = create(http, {"name": "Quixotania Vale"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:character-registry:problem:answer-lost")
    assert count(http) == 1


@pytest.mark.usefixtures("by_the_clock")
class TestACrash:
    """What a process that is gone leaves behind, seen by another."""

    @pytest.fixture
    def asked(self):
        return Repeatable(b"secret", b"POST /v1/characters", b"key", b"{}")

    def in_claim(self, claim, act):
        token = current_claim.set(claim)
        try:
            return act()
        finally:
            current_claim.reset(token)

    def make(self, registry, callers, claim):
        return self.in_claim(
            claim, lambda: create_entry(registry, callers["rightsholder"], CHARACTER, CharacterDraft(name="Quixotania Vale"))
        )

    def entries(self, registry):
        with registry.database.read() as session:
            return session.scalar(text("SELECT count(*) FROM character"))

    def test_before_it_was_carried_out_it_may_be_sent_again_after_the_stated_time(self, registry, asked, clock):
        assert begin(registry, asked, asked.claim()) is None
        with pytest.raises(StillRunning) as wait:
            begin(registry, asked, asked.claim())
        clock.at += ABANDONED_AFTER - timedelta(seconds=20)
        with pytest.raises(StillRunning) as longer:
            begin(registry, asked, asked.claim())
        assert (wait.value.retry_after, longer.value.retry_after) == (1, 20)
        clock.at += timedelta(seconds=20)
        assert begin(registry, asked, asked.claim()) is None

    def test_the_first_attempt_that_was_only_slow_cannot_commit_any_more(self, registry, callers, asked, clock):
        slow, quick = asked.claim(), asked.claim()
        begin(registry, asked, slow)
        clock.at += ABANDONED_AFTER
        assert begin(registry, asked, quick) is None
        with pytest.raises(StillRunning):
            self.make(registry, callers, slow)
        assert self.entries(registry) == 0
        self.make(registry, callers, quick)
        with pytest.raises(StillRunning):
            self.make(registry, callers, slow)
        give_up(registry, slow)
        assert self.entries(registry) == 1

    def test_after_it_was_carried_out_it_is_never_done_again(self, registry, callers, asked, clock):
        first = asked.claim()
        begin(registry, asked, first)
        self.make(registry, callers, first)
        with pytest.raises(StillRunning):
            begin(registry, asked, asked.claim())
        clock.at += ABANDONED_AFTER
        with pytest.raises(AnswerLost):
            begin(registry, asked, asked.claim())
        assert self.entries(registry) == 1

    def test_a_key_is_forgotten_after_a_day(self, registry, asked, clock):
        claim = asked.claim()
        begin(registry, asked, claim)
        finish(registry, asked, claim, b"answer")
        clock.at += KEPT - timedelta(seconds=1)
        assert begin(registry, asked, asked.claim()) == b"answer"
        clock.at += timedelta(seconds=1)
        assert begin(registry, asked, asked.claim()) is None


def test_every_post_that_creates_takes_the_key(http):
    """A new POST either answers 201 or 202 and then takes Idempotency-Key, or is named above with its reason."""
    contexts = list(iter_route_contexts(http.client.app.routes))
    posts = {c.path: c.original_route for c in contexts if "POST" in (c.methods or ())}
    assert {path for path, route in posts.items() if not (isinstance(route, Mannered) and route.creates)} == CREATE_NOTHING
    document = http("GET", "/openapi.json").json()["paths"]
    for path in posts.keys() - CREATE_NOTHING:
        assert "Idempotency-Key" in {p["name"] for p in document[path]["post"]["parameters"]}, path
