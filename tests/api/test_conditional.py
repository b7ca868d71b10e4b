"""ETag, If-Match, If-None-Match over HTTP: nobody overwrites what they have not seen; reading again costs nothing."""

from datetime import UTC, datetime

import pytest
from fastapi.routing import iter_route_contexts

from registry.api.routes import Mannered

STALE = {"if-match": '"0"'}


@pytest.fixture
def zoro(http):
    """A character, as answered when it was registered."""
    return http("PUT", "/v1/characters/ref:zoro", "rightsholder", json={"name": "Roronoa Zoro", "policy": {"usage": "allowed"}})


def tag(http, path="/v1/characters/ref:zoro", role="rightsholder"):
    return http("GET", path, role).headers["etag"]


def test_a_tag_is_the_same_for_the_writer_and_the_reader_and_changes_with_the_entry(http, zoro):
    assert zoro.headers["etag"] == tag(http) == http("GET", f"/v1/characters/{zoro.json()['id']}", "service").headers["etag"]
    patched = http("PATCH", "/v1/characters/ref:zoro", "rightsholder", json={"name": "Zoro"})
    assert patched.headers["etag"] == tag(http) != zoro.headers["etag"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/characters/ref:zoro", {"name": "Mine"}),
        ("PATCH", "/v1/characters/ref:zoro", {"name": "Mine"}),
        ("DELETE", "/v1/characters/ref:zoro", None),
        ("PUT", "/v1/characters/ref:zoro/policy", {"usage": "prohibited"}),
        ("DELETE", "/v1/characters/ref:zoro/policy", None),
        ("PATCH", "/v1/organisations/me", {"contact": "new@rightsholder.example"}),
        ("PUT", "/v1/organisations/me/policy", {"usage": "prohibited"}),
    ],
)
def test_a_stale_tag_changes_nothing_and_the_right_one_does(http, zoro, method, path, body):
    before = http("GET", path, "rightsholder")
    refused = http(method, path, "rightsholder", json=body, headers=STALE)
    assert (refused.status_code, refused.json()["type"]) == (412, "urn:character-registry:problem:precondition-failed")
    assert http("GET", path, "rightsholder").content == before.content
    done = http(method, path, "rightsholder", json=body, headers={"if-match": before.headers["etag"]})
    assert done.status_code == 200, done.text
    assert done.headers["etag"] == tag(http, path) != before.headers["etag"]


@pytest.mark.parametrize("said", ["W/{tag}", '"", W/{tag}', '"a b"', "0", '"0', '"\x7f"'])
def test_a_weak_tag_or_one_that_is_none_never_lets_a_write_through(http, zoro, said):
    headers = {"if-match": said.format(tag=zoro.headers["etag"])}
    refused = http("PATCH", "/v1/characters/ref:zoro", "rightsholder", json={"name": "Mine"}, headers=headers)
    assert refused.status_code in {412, 422}
    assert tag(http) == zoro.headers["etag"]


def test_one_of_several_tags_is_enough(http, zoro):
    headers = {"if-match": f'"0", {zoro.headers["etag"]}'}
    assert http("PATCH", "/v1/characters/ref:zoro", "rightsholder", json={"name": "Zoro"}, headers=headers).status_code == 200


def test_an_entry_is_not_replaced_blindly(http, zoro):
    refused = http("PUT", "/v1/characters/ref:zoro", "rightsholder", json={"name": "Zoro"})
    assert (refused.status_code, refused.json()["type"]) == (428, "urn:character-registry:problem:precondition-required")
    assert zoro.headers["etag"] in refused.json()["detail"]
    any_state = http("PUT", "/v1/characters/ref:zoro", "rightsholder", json={"name": "Zoro"}, headers={"if-match": "*"})
    assert (any_state.status_code, any_state.json()["name"]) == (200, "Zoro")


def test_to_put_what_stands_already_needs_no_tag(http, zoro):
    again = http("PUT", "/v1/characters/ref:zoro", "rightsholder", json={"name": "Roronoa Zoro", "policy": {"usage": "allowed"}})
    assert (again.status_code, again.json()["id"]) == (200, zoro.json()["id"])


def test_if_none_match_star_only_creates(http, zoro):
    only_new = {"if-none-match": "*"}
    assert http("PUT", "/v1/characters/ref:zoro", "rightsholder", json={"name": "X"}, headers=only_new).status_code == 412
    assert http("PUT", "/v1/characters/ref:nami", "rightsholder", json={"name": "Nami"}, headers=only_new).status_code == 201


def test_if_match_star_never_creates(http):
    refused = http("PUT", "/v1/characters/ref:nami", "rightsholder", json={"name": "Nami"}, headers={"if-match": "*"})
    assert refused.status_code == 412
    assert http("GET", "/v1/characters/ref:nami", "rightsholder").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/characters/ref:zoro",
        "/v1/characters/ref:zoro/policy",
        "/v1/characters/ref:zoro/policy/versions",
        "/v1/organisations/me",
        "/v1/characters",
        "/v1/vocabulary",
        "/log/checkpoint",
        "/log/keys",
    ],
)
def test_what_has_not_changed_is_not_sent_again(http, zoro, path):
    first = http("GET", path, "rightsholder")
    assert first.status_code == 200
    for shown in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = http("GET", path, "rightsholder", headers={"if-none-match": shown})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert "content-type" not in again.headers
    assert http("GET", path, "rightsholder", headers={"if-none-match": '"other"'}).content == first.content


def test_a_scheduled_policy_that_begins_changes_the_tag(http, registry, zoro):
    path = "/v1/characters/ref:zoro/policy"
    http("PUT", path, "rightsholder", json={"usage": "prohibited", "valid_from": "2999-01-01T00:00:00Z"})
    before = tag(http, path)
    object.__setattr__(registry, "now", lambda: datetime(3000, 1, 1, tzinfo=UTC))
    assert tag(http, path) != before


def test_every_read_has_manners(http):
    """A new route that reads or creates is made by `mannered_router`; what is not is no part of the catalog or the log."""
    contexts = list(iter_route_contexts(http.client.app.routes))
    plain = {c.path for c in contexts if not isinstance(c.original_route, Mannered)}
    assert plain <= {"/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/static", ""}
