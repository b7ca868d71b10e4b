"""Representatives over HTTP: one agency acts for several rightsholders, by name, as long as they say so."""

import json

import pytest
from sqlalchemy import text

from tests.api.people import member


def organisation(http, ref):
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": ref, "name": ref.title()}).json()["id"]
    return made, http("POST", f"/v1/organisations/{made}/keys", "operator", json={}).json()["secret"]


@pytest.fixture
def agency(http):
    """An agency: id and key."""
    return organisation(http, "agency")


@pytest.fixture
def owner(http):
    """An owner of the first rightsholder, logged in."""
    return member(http, "rightsholder", "ann@example.org")


def test_a_representative_writes_for_the_rightsholder_and_the_log_names_both(registry, http, agency, owner):
    agency_id, key = agency
    acting = {"on-behalf-of": "ref:rightsholder"}
    assert http("POST", "/v1/characters", key=key, headers=acting, json={"name": "Captain Example"}).status_code == 403
    granted = http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": "ref:agency"})
    assert granted.status_code == 201
    made = http("POST", "/v1/characters", key=key, headers=acting, json={"name": "Captain Example"})
    mine = http("GET", "/v1/organisations/me", "rightsholder").json()["id"]
    assert (made.status_code, made.json()["rightsholder"]) == (201, mine)
    with registry.database.read() as session:
        leaf = session.execute(text("SELECT data FROM leaf WHERE kind = 'character'")).scalar_one()
    actor = json.loads(bytes(leaf))["actor"]
    assert (actor["organisation"], actor["representative"]) == (mine, agency_id)
    own = http("POST", "/v1/characters", key=key, json={"name": "Agent Example"})
    assert own.json()["rightsholder"] == agency_id


def test_a_representative_acts_for_several_and_hands_nothing_on(http, agency, owner):
    _, key = agency
    second, _ = organisation(http, "second")
    http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": "ref:agency"})
    assert http("GET", "/v1/characters", key=key, headers={"on-behalf-of": second}).status_code == 403
    acting = {"on-behalf-of": "ref:rightsholder"}
    for method, path, body in (
        ("POST", "/v1/organisations/me/keys", {}),
        ("POST", "/v1/organisations/me/members", {"email": "e@example.org", "name": "E"}),
        ("POST", "/v1/organisations/me/representatives", {"representative": second}),
        ("PATCH", "/v1/organisations/me", {"name": "Mine"}),
    ):
        assert http(method, path, key=key, headers=acting, json=body).status_code == 403, path


def test_a_revoked_mandate_is_gone_at_once_and_both_see_it(http, agency, owner):
    agency_id, key = agency
    acting = {"on-behalf-of": "ref:rightsholder"}
    granted = http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": agency_id}).json()
    assert http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": agency_id}).status_code == 409
    assert http("GET", "/v1/characters", key=key, headers=acting).status_code == 200
    assert http("POST", f"/v1/mandates/{granted['id']}/revoke", key=owner).json()["revoked_at"]
    assert http("GET", "/v1/characters", key=key, headers=acting).status_code == 403
    for shown in (key, owner):
        [seen] = http("GET", "/v1/organisations/me/representatives", key=shown).json()["items"]
        assert (seen["id"], seen["revoked_at"] is None) == (granted["id"], False)


def test_a_suspended_rightsholder_is_not_represented(http, agency, owner):
    _, key = agency
    mine = http("GET", "/v1/organisations/me", "rightsholder").json()["id"]
    http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": "ref:agency"})
    http("PUT", f"/v1/organisations/{mine}/suspension", "operator", json={"reason": "x"})
    assert http("GET", "/v1/characters", key=key, headers={"on-behalf-of": mine}).status_code == 403


@pytest.mark.parametrize("named", ["ref:service", "ref:rightsholder", "ref:nobody"])
def test_only_another_rightsholder_can_represent(http, owner, named):
    refused = http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": named})
    assert refused.status_code in {404, 422}


def test_a_mandate_does_not_make_checks(either_http, agency, owner):
    http, (_, key) = either_http, agency
    http("POST", "/v1/organisations/me/representatives", key=owner, json={"representative": "ref:agency"})
    assert http("POST", "/v1/check", key=key, headers={"on-behalf-of": "ref:rightsholder"}, json={"prompt": "x"}).status_code == 403
    assert http("POST", "/v1/check", "service", headers={"on-behalf-of": "ref:rightsholder"}, json={"prompt": "x"}).status_code == 403
