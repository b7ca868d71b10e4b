"""Every route by every kind of caller, held to tests/api/access_table.tsv, on both databases."""

import os

import pytest

from registry.api.scopes import SCOPES
from tests.api.access_samples import SAMPLES, World
from tests.api.access_table import COLUMNS, PAGE, TABLE, read_table, render

HOW = "add its line to access_table.tsv, its request to access_samples.py, and its scope to registry/api/scopes.py"


@pytest.fixture
def world(http, registry):
    return World(http, registry).build()


def routes(http):
    """Return every route of the app, and whether it needs a caller."""
    paths = http.client.app.openapi()["paths"]
    return {(method.upper(), path): "security" in route for path, methods in paths.items() for method, route in methods.items()}


def answered(world, route, who, cells):
    """Return `ok` or the status that this kind of caller gets."""
    path, request = SAMPLES[route](world)
    answer = world.http(route[0], path, key=_key(world, route, who, cells), **request)
    assert answer.status_code != 422, (route, who, answer.text)  # the sample is wrong then
    return "ok" if answer.is_success else str(answer.status_code)


def _key(world, route, who, cells):
    able = next((role for role in ("rightsholder", "service", "auditor", "operator") if cells[role] == "ok"), "rightsholder")
    if who == "nobody":
        return None
    if who == "stranger":
        return world.stranger
    if who == "unscoped":
        return world.narrowed(able, SCOPES.get(route))
    if who == "revoked":
        return world.revoked(able)
    return world.session_of(world.people[who]) if who in world.people else world.http.keys[who]


def test_every_route_has_a_line_a_request_and_a_scope(http):
    found = routes(http)
    assert set(found) == set(read_table()), HOW
    assert set(found) <= set(SAMPLES), HOW
    assert {route for route, needs_caller in found.items() if needs_caller} <= set(SCOPES), HOW


def test_every_route_answers_everyone_as_the_table_says(world):
    wrong, table = [], read_table()
    if "REWRITE_ACCESS_TABLE" in os.environ:  # a first draft, to be read line by line
        table = _drafted(world, table)
    for route, cells in table.items():
        for who, expected in cells.items():
            got = answered(world, route, who, cells)
            if got != expected:
                wrong.append(f"{route[0]} {route[1]} by {who}: {got}, not {expected}")
    assert not wrong, "\n".join(wrong)


def _drafted(world, table):
    unknown = dict.fromkeys(COLUMNS, "?")
    drafted = {}
    for route in routes(world.http):
        cells = dict(table.get(route, unknown))
        for who in COLUMNS:
            cells[who] = answered(world, route, who, cells) if cells[who] == "?" else cells[who]
        drafted[route] = cells
    lines = ["\t".join((*route, *cells.values())) for route, cells in drafted.items()]
    TABLE.write_text("\n".join(["\t".join(("method", "path", *COLUMNS)), *lines]) + "\n", encoding="utf-8")
    return drafted


def test_nobody_gets_in_without_a_key_where_one_is_needed(http):
    table = read_table()
    for route, needs_caller in routes(http).items():
        assert not needs_caller or (table[route]["nobody"], table[route]["revoked"]) == ("401", "401"), route


def test_the_page_is_the_table():
    assert PAGE.read_text(encoding="utf-8") == render(), "run `python -m tests.api.access_table`"
