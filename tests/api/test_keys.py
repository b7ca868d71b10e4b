"""Keys over HTTP: scopes, addresses, expiry, last use, rotation, the level of checks, who may manage them; suspension."""

import time

import pytest
from starlette.testclient import TestClient

from registry.app import create_app
from registry.config import Settings, settings_from
from registry.core.errors import InvalidInput
from registry.usecases import secret_tokens
from tests.api.people import member


@pytest.fixture
def ids(http):
    """The ids of the first organisations, by role."""
    return {role: http("GET", "/v1/organisations/me", role).json()["id"] for role in http.keys}


def new_key(http, organisation, by="operator", **body):
    return http("POST", f"/v1/organisations/{organisation}/keys", by, json=body)


def test_a_key_does_what_its_scopes_say_and_no_more(either_http, ids):
    http = either_http
    key = new_key(http, ids["service"], scopes=["check"]).json()["secret"]
    assert http("POST", "/v1/check", key=key, json={"prompt": "x"}).status_code == 200
    refused = http("GET", "/v1/characters", key=key)
    assert (refused.status_code, refused.json()["detail"]) == (403, "this key lacks the scope `catalog:read`")
    reads = new_key(http, ids["service"], scopes=["catalog:read"]).json()["secret"]
    assert http("GET", "/v1/characters", key=reads).status_code == 200
    assert http("POST", "/v1/check", key=reads, json={"prompt": "x"}).status_code == 403
    assert http("POST", "/v1/check/batch", key=reads, json={"checks": [{"correlation_id": "a", "prompt": "x"}]}).status_code == 403


def test_a_scope_that_the_role_has_not_cannot_be_given(http, ids):
    refused = new_key(http, ids["service"], scopes=["catalog:write"])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/scopes")


def test_nobody_gives_a_key_more_than_they_have(http, ids):
    manager = new_key(http, ids["service"], scopes=["keys:manage", "check"]).json()["secret"]
    made = http("POST", "/v1/organisations/me/keys", key=manager, json={"scopes": ["check"]})
    assert made.status_code == 201
    for scopes in (["prompts:erase"], None):
        assert http("POST", "/v1/organisations/me/keys", key=manager, json={"scopes": scopes}).status_code == 403
    assert http("PATCH", f"/v1/keys/{made.json()['id']}", key=manager, json={"scopes": None}).status_code == 403
    assert new_key(http, ids["service"], by="service").status_code == 403
    assert http("POST", f"/v1/organisations/{ids['rightsholder']}/keys", key=manager, json={"scopes": ["check"]}).status_code == 403


def test_an_owner_manages_the_keys_of_the_organisation(http, ids):
    owner = member(http, "service", "ann@example.org")
    key = http("POST", "/v1/organisations/me/keys", key=owner, json={"label": "prod"}).json()
    assert http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 200
    assert http("POST", f"/v1/keys/{key['id']}/revoke", key=owner).status_code == 200
    assert http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 401


def test_narrowed_scopes_are_in_force_for_the_very_next_check(either_http, ids):
    http = either_http
    key = new_key(http, ids["service"]).json()
    assert http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 200
    assert http("PATCH", f"/v1/keys/{key['id']}", "operator", json={"scopes": ["catalog:read"]}).status_code == 200
    assert http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"}).status_code == 403


def test_a_key_may_revoke_itself_and_no_other(http, ids):
    key, other = new_key(http, ids["service"], scopes=["check"]).json(), new_key(http, ids["service"]).json()
    assert http("POST", f"/v1/keys/{other['id']}/revoke", key=key["secret"]).status_code == 403
    assert http("POST", f"/v1/keys/{key['id']}/revoke", key=key["secret"]).status_code == 200
    assert http("GET", "/v1/characters", key=key["secret"]).status_code == 401


def test_rotation_overlaps_and_then_the_old_key_is_gone(http, ids):
    old = new_key(http, ids["service"], label="prod", scopes=["check"], level="strict").json()
    kept = http("POST", f"/v1/keys/{old['id']}/rotate", "operator", json={"overlap_seconds": 600}).json()
    assert (kept["replaces"], kept["label"], kept["scopes"], kept["level"]) == (old["id"], "prod", ["check"], "strict")
    for secret in (old["secret"], kept["secret"]):
        assert http("POST", "/v1/check", key=secret, json={"prompt": "x"}).status_code == 200
    last = http("POST", f"/v1/keys/{kept['id']}/rotate", "operator", json={"overlap_seconds": 0}).json()
    assert http("POST", "/v1/check", key=kept["secret"], json={"prompt": "x"}).status_code == 401
    assert http("POST", "/v1/check", key=last["secret"], json={"prompt": "x"}).status_code == 200
    assert http("POST", f"/v1/keys/{kept['id']}/rotate", "operator", json={"overlap_seconds": 0}).status_code == 409


def test_a_key_is_used_from_its_addresses_only(registry, keys, ids, http):
    key = new_key(http, ids["service"], addresses=["192.0.2.0/24", "2001:db8::/32"]).json()
    assert key["addresses"] == ["192.0.2.0/24", "2001:db8::/32"]
    app = create_app(Settings(), registry)
    for address, status in (("192.0.2.7", 200), ("192.0.3.7", 401), ("2001:db8::1", 200), ("testclient", 401)):
        client = TestClient(app, client=(address, 50_000))
        headers = {"authorization": f"Bearer {key['secret']}", "x-forwarded-for": "192.0.2.7"}
        for path, body in (("/v1/check", {"prompt": "x"}), ("/v1/preview", None)):
            answer = client.post(path, json=body, headers=headers)
            assert (answer.status_code == 401) == (status == 401), (address, path, answer.text)


def test_a_trusted_proxy_says_where_a_request_comes_from(registry, http, ids):
    key = new_key(http, ids["service"], addresses=["192.0.2.0/24"]).json()["secret"]
    app = create_app(Settings(trusted_proxies="10.0.0.0/8"), registry)
    headers = {"authorization": f"Bearer {key}"}
    for peer, said, status in (
        ("10.1.2.3", "192.0.2.7", 200),
        ("10.1.2.3", "192.0.2.7, 203.0.113.9", 401),
        ("10.1.2.3", "203.0.113.9, 192.0.2.7, 10.9.9.9", 200),
        ("203.0.113.9", "192.0.2.7", 401),
    ):
        client = TestClient(app, client=(peer, 50_000))
        answer = client.post("/v1/check", json={"prompt": "x"}, headers={**headers, "x-forwarded-for": said})
        assert answer.status_code == status, (peer, said)


def test_everybody_cannot_be_trusted():
    with pytest.raises(InvalidInput, match="REGISTRY_TRUSTED_PROXIES"):
        settings_from({"REGISTRY_TRUSTED_PROXIES": "*"})


@pytest.mark.parametrize("addresses", [["192.0.2.1/24"], ["everywhere"], [""]])
def test_addresses_are_networks(http, ids, addresses):
    refused = new_key(http, ids["service"], addresses=addresses)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/addresses")


def test_the_level_of_a_key_counts_unless_the_check_says(either_http, ids):
    http = either_http
    key = new_key(http, ids["service"], level="strict").json()["secret"]
    assert http("PATCH", "/v1/organisations/me", "service", json={"retention": "P30D"}).status_code == 200

    def level_of(**body):
        made = http("POST", "/v1/check", key=key, json={"prompt": "a lamp", **body}).json()["decision_id"]
        replayed = http("POST", f"/v1/decisions/{made}/replay", "auditor").json()
        assert replayed["result"] == "same"
        return http("GET", f"/v1/decisions/{made}", "auditor").json()["decision"]["level"]

    assert (level_of(), level_of(level="lenient"), level_of(level="balanced")) == ("strict", "lenient", "balanced")


def test_last_use_is_noted_off_the_way_of_the_check(registry, http, ids):
    key = new_key(http, ids["service"]).json()
    assert key["last_used_at"] is None
    http("POST", "/v1/check", key=key["secret"], json={"prompt": "x"})
    deadline = time.monotonic() + 20
    while True:
        listed = {k["id"]: k for k in http("GET", f"/v1/organisations/{ids['service']}/keys", "operator").json()["items"]}
        if listed[key["id"]]["last_used_at"] is not None:
            break
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_suspended_organisation_can_do_nothing_and_comes_back(either_http, ids):
    http = either_http
    owner = member(http, "service", "ann@example.org")
    path = f"/v1/organisations/{ids['service']}/suspension"
    assert http("POST", "/v1/check", "service", json={"prompt": "x"}).status_code == 200
    assert http("PUT", path, "service", json={"reason": "x"}).status_code == 403
    assert http("PUT", path, "operator", json={"reason": "has not paid"}).json()["reason"] == "has not paid"
    assert http("POST", "/v1/check", "service", json={"prompt": "x"}).status_code == 403
    assert http("GET", "/v1/sessions/me", key=owner).status_code == 403
    assert http("GET", path, "auditor").json()["suspended_at"] is not None
    assert http("DELETE", path, "operator").json()["suspended_at"] is None
    assert http("POST", "/v1/check", "service", json={"prompt": "x"}).status_code == 200


def test_the_operator_cannot_be_suspended(http, ids):
    assert http("PUT", f"/v1/organisations/{ids['operator']}/suspension", "operator", json={"reason": "x"}).status_code == 409


def test_secrets_are_compared_in_constant_time(http, ids, monkeypatch):
    compared = []
    monkeypatch.setattr(secret_tokens.hmac, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or a == b)
    key = new_key(http, ids["service"]).json()["secret"]
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    compared.clear()
    assert http("GET", "/v1/characters", key=wrong).status_code == 401
    assert http("GET", "/v1/characters", key=key).status_code == 200
    assert compared == [(32, 32), (32, 32)]
