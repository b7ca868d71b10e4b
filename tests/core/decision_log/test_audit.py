"""Reading a log that one does not trust: every lie is found, where it is, before anything false is handed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.decision_log.audit import verified_entries, verified_tiles
from registry.core.decision_log.entries import encode_entries
from registry.core.decision_log.merkle import leaf_hash
from registry.core.decision_log.prove import inclusion_proof
from registry.core.decision_log.tiles import Bundle, Tile, format_tile_path, hashes_from_tiles, list_new_tiles, tile_bytes
from registry.core.errors import VerificationFailed
from tests.core.decision_log.logs import Hashes

SIZE = 66_000  # more than 256 full tiles, so that there are full tiles at level 1 too
ENTRIES = [number.to_bytes(3, "big") for number in range(SIZE)]
LOG = Hashes(ENTRIES)
ROOT = LOG.root()

Served = dict[str, bytes]


def serve(entries: list[bytes], hashes: Hashes) -> Served:
    """Return every tile and bundle by its path, as a log serves them."""
    size = len(entries)
    served = {format_tile_path(tile): tile_bytes(tile, hashes.get) for tile in list_new_tiles(0, size)}
    for number in range((size + 255) // 256):
        part = entries[256 * number : 256 * (number + 1)]
        served[format_tile_path(Bundle(number, len(part)))] = encode_entries(part)
    return served


SERVED = serve(ENTRIES, LOG)


def walk(served: Served, *, size: int = SIZE, root: bytes = ROOT, start: int = 0) -> list[tuple[int, bytes]]:
    """Return what was handed on; what was found wrong is raised as it is."""
    tiles = verified_tiles(size, root, lambda tile: served[format_tile_path(tile)])
    return list(verified_entries(size, tiles, lambda bundle: served[format_tile_path(bundle)], start=start))


def lie(served: Served) -> tuple[str, str]:
    with pytest.raises(VerificationFailed) as raised:
        walk(served)
    return raised.value.code, raised.value.message


def changed(path: str, at: int) -> Served:
    data = SERVED[path]
    return SERVED | {path: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]}


def test_an_honest_log_is_read_to_its_end() -> None:
    assert walk(SERVED) == list(enumerate(ENTRIES))


@pytest.mark.parametrize("start", [0, 1, 255, 256, 65_999, SIZE])
def test_an_honest_log_is_read_from_where_the_last_visit_ended(start: int) -> None:
    assert walk(SERVED, start=start) == list(enumerate(ENTRIES))[start:]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700])
def test_logs_of_every_shape_are_read(size: int) -> None:
    entries = ENTRIES[:size]
    hashes = Hashes(entries)
    assert walk(serve(entries, hashes), size=size, root=hashes.root()) == list(enumerate(entries))


@pytest.mark.parametrize(("path", "at", "index"), [("000", 2, 0), ("123", 7, 123 * 256 + 1), ("257.p/208", 1039, 65_999)])
def test_a_changed_entry_is_named(path: str, at: int, index: int) -> None:
    assert lie(changed(f"tile/entries/{path}", at)) == ("WRONG_ENTRY", f"entry {index} is not the one whose hash is in the tree")


@pytest.mark.parametrize(
    ("path", "leaves"), [("tile/0/000", "entries 0 to 255"), ("tile/0/256", "entries 65536 to 65791"), ("tile/1/000", "entries 0 to 65535")]
)
def test_a_changed_full_tile_is_named_with_the_entries_it_holds(path: str, leaves: str) -> None:
    assert lie(changed(path, 99)) == ("WRONG_TILE", f"{path}, which holds {leaves}, is not the one in the tree")


@pytest.mark.parametrize("path", ["tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1"])
def test_a_changed_tile_on_the_right_edge_is_found_before_anything_is_read(path: str) -> None:
    for at in (0, len(SERVED[path]) - 1):
        assert lie(changed(path, at))[0] == "WRONG_ROOT"


def test_an_entry_changed_together_with_its_tile_is_found_in_the_tile_above() -> None:
    data = bytearray(SERVED["tile/0/007"])
    data[:32] = leaf_hash(b"lie")
    entries = encode_entries([b"lie", *ENTRIES[7 * 256 + 1 : 8 * 256]])
    assert lie(SERVED | {"tile/0/007": bytes(data), "tile/entries/007": entries})[0] == "WRONG_TILE"


FORGERIES = {
    "dropped": [*ENTRIES[:300], *ENTRIES[301:], b"padding"],
    "inserted": [*ENTRIES[:300], b"inserted", *ENTRIES[300:-1]],
    "reordered": [*ENTRIES[:300], ENTRIES[301], ENTRIES[300], *ENTRIES[302:]],
    "rewritten": [*ENTRIES[:65_999], b"rewritten"],
}


@pytest.mark.parametrize("name", FORGERIES)
def test_another_history_with_all_its_tiles_made_anew_does_not_lead_to_the_signed_root(name: str) -> None:
    assert lie(serve(FORGERIES[name], Hashes(FORGERIES[name])))[0] == "WRONG_ROOT"


def test_a_bundle_cut_short_or_of_another_place_is_refused() -> None:
    bundle = SERVED["tile/entries/003"]
    assert lie(SERVED | {"tile/entries/003": bundle[:-5]})[0] == "TRUNCATED"
    assert lie(SERVED | {"tile/entries/003": bundle + b"\0\0"})[0] == "TRAILING_BYTES"
    assert lie(SERVED | {"tile/entries/003": SERVED["tile/entries/004"]})[0] == "WRONG_ENTRY"
    assert lie(SERVED | {"tile/0/003": SERVED["tile/0/003"][:-32]})[0] == "WRONG_TILE_LENGTH"


@given(st.integers(0, SIZE - 1))
def test_proofs_can_be_made_out_of_verified_tiles(index: int) -> None:
    read: list[Tile] = []

    def reader(tile: Tile) -> bytes:
        read.append(tile)
        return SERVED[format_tile_path(tile)]

    get = hashes_from_tiles(SIZE, verified_tiles(SIZE, ROOT, reader))
    assert inclusion_proof(index, SIZE, get) == inclusion_proof(index, SIZE, LOG.get)
    assert len(read) <= 5
