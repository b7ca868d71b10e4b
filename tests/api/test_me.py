"""Whoever asks learns who they are here: a key, a session, a representative."""

from starlette.testclient import TestClient

from registry.core.scopes import DEFAULT_SCOPES, MANDATE, Rights, scopes_of_member
from tests.api.people import member
from tests.conftest import Http


def test_a_key_learns_what_it_may_do_from_where_and_until_when(http):
    body = {"label": "prod", "scopes": ["check"], "addresses": ["192.0.2.0/24"], "expires_at": "2099-01-01T00:00:00Z", "level": "strict"}
    service = http("GET", "/v1/organisations/me", "service").json()
    made = http("POST", f"/v1/organisations/{service['id']}/keys", "operator", json=body).json()
    me = Http(TestClient(http.client.app, client=("192.0.2.7", 50_000)), {})("GET", "/v1/me", key=made["secret"])
    assert me.status_code == 200, me.text
    said = me.json()
    assert said["organisation"] == {name: service[name] for name in ("id", "role", "ref", "name")}
    assert (said["scopes"], said["addresses"], said["level"]) == (["check"], ["192.0.2.0/24"], "strict")
    assert (said["expires_at"], said["key"]["id"], said["key"]["label"]) == ("2099-01-01T00:00:00Z", made["id"], "prod")
    assert (said["session"], said["member"], said["representative"]) == (None, None, None)
    assert made["secret"] not in me.text


def test_a_key_without_scopes_learns_those_of_its_role(http):
    for role in ("operator", "rightsholder", "service", "auditor"):
        said = http("GET", "/v1/me", role).json()
        assert said["scopes"] == sorted(DEFAULT_SCOPES[role])
        assert (said["organisation"]["role"], said["expires_at"], said["addresses"]) == (role, None, [])


def test_a_key_that_may_nothing_else_may_ask_who_it_is(http):
    service = http("GET", "/v1/organisations/me", "service").json()["id"]
    key = http("POST", f"/v1/organisations/{service}/keys", "operator", json={"scopes": []}).json()["secret"]
    assert http("GET", "/v1/me", key=key).json()["scopes"] == []
    assert http("GET", "/v1/organisations/me", key=key).status_code == 403


def test_a_session_learns_whose_it_is(http):
    token = member(http, "rightsholder", "ann@example.org", rights="editor")
    said = http("GET", "/v1/me", key=token).json()
    own = http("GET", "/v1/sessions/me", key=token).json()
    assert (said["member"], said["scopes"], said["key"]) == (own["member"], own["scopes"], None)
    assert said["scopes"] == sorted(scopes_of_member("rightsholder", Rights.editor))
    assert said["session"]["id"] == own["session"]["id"]
    assert said["expires_at"] == own["session"]["expires_at"]


def test_a_representative_learns_whom_it_acts_for_and_what_is_left(http):
    owner = member(http, "rightsholder", "ann@example.org", rights="owner")
    agency = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "agency", "name": "Agency"}).json()["id"]
    key = http("POST", f"/v1/organisations/{agency}/keys", "operator", json={}).json()["secret"]
    http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": "ref:agency"})
    said = http("GET", "/v1/me", key=key, headers={"on-behalf-of": "ref:rightsholder"}).json()
    assert (said["organisation"]["ref"], said["representative"], said["key"]["organisation"]) == ("rightsholder", agency, agency)
    assert set(said["scopes"]) <= MANDATE


def test_the_index_leads_to_addresses_that_answer(http):
    said = http("GET", "/").json()
    for path in said["links"].values():
        assert http("GET", path).status_code in {200, 401, 405}, path
