"""Quotas of keys and limits of addresses over HTTP: said in every answer, 429 beyond them, set by the operator."""

import pytest
from starlette.testclient import TestClient

from registry.api.limits import network_of
from registry.app import create_app
from registry.config import Settings
from tests.conftest import Http


@pytest.fixture
def limited(registry, keys):
    """A client of an app with these settings."""
    opened = []

    def serve(**settings):
        client = TestClient(create_app(Settings(**settings), registry), raise_server_exceptions=False)
        opened.append(client.__enter__())
        return Http(client, keys)

    yield serve
    for client in opened:
        client.__exit__(None, None, None)


def ask(http):
    return http("POST", "/v1/check", "service", json={"prompt": "x"})


@pytest.mark.parametrize("fast_check", [True, False])
def test_a_key_over_its_quota_is_told_how_long_to_wait(limited, fast_check):
    http = limited(quota=3, fast_check=fast_check)
    answers = [ask(http) for _ in range(6)]
    assert [a.status_code for a in answers[:3]] == [200, 200, 200]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"key";r=')
    refused = answers[-1]
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:character-registry:problem:too-many-requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert http("GET", "/v1/vocabulary", "auditor").status_code == 200


def test_what_is_left_goes_down(limited):
    http = limited(quota=1000)
    left = [int(http("GET", "/v1/vocabulary", "service").headers["ratelimit"].split("r=")[1].split(";")[0]) for _ in range(30)]
    assert left == sorted(left, reverse=True)
    assert left[0] - left[-1] == 29


def test_every_check_of_a_batch_counts(limited):
    http = limited(quota=3)
    body = {"checks": [{"correlation_id": str(n), "prompt": "x"} for n in range(8)]}
    answers = http("POST", "/v1/check/batch", "service", json=body).json()["answers"]
    assert 3 <= sum(a["answer"] is not None for a in answers) <= 4
    assert answers[-1]["problem"]["status"] == 429


def test_the_operator_sets_the_quota_of_an_organisation(limited):
    http = limited(quota=500)
    service = http("GET", "/v1/organisations/me", "service").json()["id"]
    path = f"/v1/organisations/{service}/quota"
    assert http("GET", "/v1/organisations/me/quota", "service").json() == {"per_minute": 500, "is_default": True}
    assert http("PUT", path, "operator", json={"per_minute": 2}).json() == {"per_minute": 2, "is_default": False}
    answers = [ask(http) for _ in range(6)]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=2;w=60'
    assert answers[-1].status_code == 429
    assert http("PUT", path, "operator", json={"per_minute": None}).json()["is_default"] is True
    assert ask(http).headers["ratelimit-policy"] == '"key";q=500;w=60'


@pytest.mark.parametrize("role", ["rightsholder", "service", "auditor"])
def test_nobody_else_sets_a_quota(limited, role):
    http = limited()
    path = f"/v1/organisations/{http('GET', '/v1/organisations/me', role).json()['id']}/quota"
    assert http("PUT", path, role, json={"per_minute": 10**9}).status_code == 403
    assert http("PUT", path, "operator", json={"per_minute": 0}).status_code == 422


@pytest.mark.parametrize("path", ["/log/checkpoint", "/healthz", "/readyz", "/metrics", "/nowhere", "/v1/characters"])
def test_an_address_without_a_key_is_limited(limited, path):
    http = limited(address_limit=3)
    answers = [http("GET", path) for _ in range(5)]
    assert answers[0].headers["ratelimit-policy"] == '"address";q=3;w=60'
    assert [a.status_code == 429 for a in answers] == [False, False, False, True, True]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert ask(http).status_code == 200


@pytest.mark.parametrize("fast_check", [True, False])
def test_guessing_keys_counts_for_the_address(limited, fast_check):
    http = limited(address_limit=3, fast_check=fast_check)
    answers = [http("POST", "/v1/check", key="crk_guess", json={"prompt": "x"}) for _ in range(5)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429, 429]


def test_addresses_are_counted_by_network():
    v6 = [network_of(host) for host in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1", "::ffff:192.0.2.1")]
    assert v6[0] == v6[1] != v6[2]
    assert v6[3] == network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of(None) == ""
