"""Organisations and keys over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def service(http):
    made = http("POST", "/v1/organisations", "operator", json={"role": "service", "ref": "gen", "name": "Gen"})
    assert made.status_code == 201
    return made.json()


def new_key(http, organisation, **body):
    return http("POST", f"/v1/organisations/{organisation['id']}/keys", "operator", json=body)


def test_the_operator_creates_organisations_and_keys(http, service):
    key = new_key(http, service, label="prod").json()
    assert http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 200
    listed = http("GET", f"/v1/organisations/{service['id']}/keys", key=key["secret"]).json()["items"]
    assert [(k["id"], k["label"]) for k in listed] == [(key["id"], "prod")]
    assert "secret" not in listed[0]


@pytest.mark.parametrize("role", ["rightsholder", "service", "auditor"])
def test_nobody_else_does(http, service, role):
    assert http("POST", "/v1/organisations", role, json={"role": "operator", "ref": "x", "name": "X"}).status_code == 403
    assert http("POST", f"/v1/organisations/{service['id']}/keys", role, json={}).status_code == 403


def test_a_revoked_key_is_refused_by_the_very_next_check(http, service):
    key = new_key(http, service).json()
    assert http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 200
    revoked = http("POST", f"/v1/keys/{key['id']}/revoke", "operator")
    assert revoked.json()["revoked_at"] is not None
    assert http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 401


def test_a_key_expires(http, service):
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    key = new_key(http, service, expires_at=soon.isoformat()).json()
    while http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 200:
        assert datetime.now(UTC) < soon + timedelta(seconds=5)
    assert datetime.now(UTC) >= soon


@pytest.mark.parametrize("when", ["2001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2030-01-01T00:00:00", "0001-01-01T00:00:00+12:00"])
def test_a_key_cannot_be_born_expired_nor_live_for_ages(http, service, when):
    assert new_key(http, service, expires_at=when).status_code == 422


def test_a_ref_is_taken_once(http, service):
    again = http("POST", "/v1/organisations", "operator", json={"role": "service", "ref": "gen", "name": "Gen"})
    assert again.status_code == 409


def test_who_sees_which_organisations(http, service):
    assert http("GET", "/v1/organisations", "auditor").status_code == 200
    assert http("GET", "/v1/organisations", "service").status_code == 403
    holders = http("GET", "/v1/organisations", "service", params={"role": "rightsholder"}).json()["items"]
    assert [o["ref"] for o in holders] == ["rightsholder"]
    assert http("GET", f"/v1/organisations/{service['id']}", "rightsholder").status_code == 403
    assert http("GET", "/v1/organisations/me", "service").json()["ref"] == "service"


def test_only_a_rightsholder_has_a_policy(http, service):
    assert http("PATCH", f"/v1/organisations/{service['id']}", "operator", json={"policy": {"usage": "allowed"}}).status_code == 422
    assert http("PATCH", f"/v1/organisations/{service['id']}", "rightsholder", json={"name": "Y"}).status_code == 403
