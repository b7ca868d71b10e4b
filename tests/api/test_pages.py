"""Every list comes in pages: nothing twice, nothing left out, and a cursor that no page gave is refused."""

import pytest

from tests.api.access_samples import World

OF_THE_REGISTRY = "/v1/policy-templates"  # comes with the registry: one page, no cursor


@pytest.fixture
def world(http, registry) -> World:
    return World(http, registry).build()


def three_versions(world: World) -> str:
    character = world.character()
    for usage in ("allowed", "restricted"):
        world.made("PUT", f"/v1/characters/{character}/policy", "rightsholder", {"usage": usage, "note": usage})
    return f"/v1/characters/{character}/policy/versions"


def two_counts(world: World) -> str:
    world.decision()
    world.made("POST", "/v1/check", "service", {"prompt": "nobody at all"})
    return "/v1/decisions/counts"


def three_times(make: str, path: str):
    return lambda world: [getattr(world, make)() for _ in range(3)] and path


LISTS = {
    "/v1/works": three_times("work", "/v1/works"),
    "/v1/characters": three_times("character", "/v1/characters"),
    "/v1/organisations": lambda _: "/v1/organisations",
    "/v1/decisions": three_times("decision", "/v1/decisions"),
    "/v1/decisions/counts": two_counts,
    "/v1/claims": three_times("claim", "/v1/claims"),
    "/v1/disputes": three_times("dispute", "/v1/disputes"),
    "/v1/verifications": lambda w: w.verification() and "/v1/verifications",
    "/v1/reserved-names": three_times("reserved", "/v1/reserved-names"),
    "/v1/organisations/{organisation_id}/keys": lambda w: [w.new_key("rightsholder") for _ in "ab"] and f"/v1/organisations/{w.own}/keys",
    "/v1/organisations/{organisation_id}/members": lambda w: f"/v1/organisations/{w.own}/members",
    "/v1/organisations/{organisation_id}/representatives": lambda w: (
        [w.mandate() for _ in range(3)] and f"/v1/organisations/{w.own}/representatives"
    ),
    "/v1/sessions": lambda w: [w.session_of(w.people["owner"]) for _ in range(3)] and "/v1/sessions",
    "/v1/{level}/{id}/policy/versions": three_versions,
}
ONE_AT_MOST = {"/v1/verifications"}  # of one rightsholder


@pytest.mark.parametrize("route", LISTS)
def test_pages_one_after_another_are_the_whole_list(http, world, route):
    path = LISTS[route](world)
    key = world.session_of(world.people["owner"]) if route == "/v1/sessions" else http.keys["operator"]
    whole = http("GET", path, key=key).json()
    assert whole["next"] is None
    assert len(whole["items"]) >= (1 if route in ONE_AT_MOST else 2)
    found, link = [], f"{path}?limit=1"
    while link:
        page = http("GET", link, key=key)
        found += page.json()["items"]
        link = page.headers.get("link", "").partition("<")[2].partition(">")[0]
    assert found == whole["items"]


def test_a_cursor_that_no_page_gave_is_refused(http, world):
    session = world.session_of(world.people["owner"])
    for route in LISTS:
        path = route.format(organisation_id=world.own, level="organisations", id=world.own)
        key = session if route == "/v1/sessions" else http.keys["operator"]
        for cursor in ("x", "%00", "wrk_", "-1", "9" * 30, "%F0%9F%98%80", "2026-99-99.allowed"):
            assert http("GET", f"{path}?cursor={cursor}", key=key).status_code == 422, (path, cursor)


def test_every_list_is_a_page_and_tried_here(http):
    paths = http("GET", "/openapi.json").json()["paths"]
    shapes = {path: item["get"]["responses"]["200"].get("content", {}) for path, item in paths.items() if "get" in item}
    schemas = {path: content.get("application/json", {}).get("schema", {}) for path, content in shapes.items()}
    assert not [path for path, schema in schemas.items() if schema.get("type") == "array"]
    pages = {path for path, schema in schemas.items() if "/Page_" in schema.get("$ref", "")}
    assert pages == {*LISTS, OF_THE_REGISTRY}


def test_the_templates_are_one_page(http):
    shown = http("GET", OF_THE_REGISTRY, "service").json()
    assert shown["next"] is None
    assert len(shown["items"]) > 1
