"""Somebody else's client walks the log over HTTP: from the public key alone to every entry, and back to the signed root."""

import json

import pytest
from cryptography.exceptions import InvalidSignature

from registry.store.log import LeafDraft
from registry.usecases.log import fill_tree
from tests.api.tiles_client import Lie, path_of, walk
from tests.store.leaves import append


@pytest.fixture
def get(http):
    """What the log answers below its address, to an auditor."""

    def get(path):
        answer = http("GET", f"/log/{path}", "auditor")
        assert answer.status_code == 200, (path, answer.text)
        return answer.content

    return get


@pytest.fixture
def vkey(http):
    return http("GET", "/log/keys").json()["keys"][-1]


def test_paths_are_those_of_the_specification():
    assert path_of(0, 1234067, 256) == "tile/0/x001/x234/067"
    assert path_of("entries", 273, 5) == "tile/entries/273.p/5"
    assert path_of(1, 0, 1) == "tile/1/000.p/1"


def test_a_log_as_it_is_made_leads_back_to_its_root(http, get, vkey):
    made = http("POST", "/v1/characters", "rightsholder", json={"ref": "p", "name": "Pikachu"}).json()
    decision = http.check("Pikachu in the rain")
    entries = [json.loads(entry) for entry in walk(get, vkey)]
    assert entries[decision["receipt"]["index"]]["id"] == decision["decision_id"]
    assert [e["entry"]["id"] for e in entries if e["type"] == "catalog.character"] == [made["id"]]


@pytest.mark.parametrize("is_filled", [False, True])
def test_tiles_of_two_levels(registry, get, vkey, is_filled):
    append(registry, [LeafDraft("note", b'{"n":%d}' % n) for n in range(777)])
    if is_filled:
        fill_tree(registry)
    assert walk(get, vkey)[-1] == b'{"n":776}'


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same statements: 66,000 rows once are enough
def test_tiles_of_three_levels(registry, get, vkey):
    for first in range(0, 66_000, 6_000):
        append(registry, [LeafDraft("note", b'{"n":%d}' % n) for n in range(first, first + 6_000)])
    fill_tree(registry)
    assert walk(get, vkey)[-1] == b'{"n":65999}'


def test_the_client_is_no_rubber_stamp(registry, get, vkey):
    append(registry, [LeafDraft("note", b'{"n":%d}' % n) for n in range(600)])
    fill_tree(registry)

    def altered(place, change):
        return lambda path: change(get(path)) if path.startswith(place) else get(path)

    def flip(data):
        return data[:-1] + bytes([data[-1] ^ 1])

    for place in ("tile/0/000", "tile/0/002.p", "tile/1/", "tile/entries/001"):
        with pytest.raises(Lie):
            walk(altered(place, flip), vkey)
    with pytest.raises(InvalidSignature):
        walk(altered("checkpoint", lambda data: data.replace(b"\n60", b"\n50", 1)), vkey)
