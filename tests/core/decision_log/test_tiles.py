"""Tiles and their paths (C2SP tlog-tiles)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.decision_log.merkle import leaf_hash, node_hash
from registry.core.decision_log.prove import consistency_proof, frontier_of, inclusion_proof
from registry.core.decision_log.tiles import (
    Bundle,
    Tile,
    format_tile_path,
    hashes_from_tiles,
    list_new_tiles,
    parse_tile_path,
    split_tile,
    tile_at,
    tile_bytes,
)
from registry.core.errors import InvalidInput, Malformed
from tests.core.decision_log.logs import Hashes, code_of

COUNT = 70_000
LOG = Hashes([])
LOG.levels = [[leaf_hash(number.to_bytes(4, "big")) for number in range(COUNT)]]
while len(LOG.levels[-1]) > 1:
    LOG.levels.append([node_hash(left, right) for left, right in zip(LOG.levels[-1][::2], LOG.levels[-1][1::2], strict=False)])

widths = st.integers(1, 256)
indexes = st.integers(0, 2**63 - 1) | st.integers(0, 2000)


@given(st.builds(Tile, st.integers(0, 63), indexes, widths) | st.builds(Bundle, indexes, widths))
def test_a_path_reads_back_as_the_place_it_was_written_for(place: Tile | Bundle) -> None:
    assert parse_tile_path(format_tile_path(place)) == place


@given(st.text() | st.from_regex(r"tile/(entries|[0-9]{1,3})/(x?[0-9]{2,3}/){0,3}x?[0-9]{2,4}(\.p/[0-9]{1,4})?", fullmatch=True))
def test_a_path_that_can_be_read_is_the_only_one_for_its_place(path: str) -> None:
    try:
        place = parse_tile_path(path)
    except Malformed as error:
        assert error.code in {"NOT_A_TILE", "NOT_A_NUMBER"}  # noqa: PT017  # both ways are right for some paths
    else:
        assert format_tile_path(place) == path


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("tile/0/x001/x234/067", Tile(0, 1_234_067)),
        ("tile/3/000.p/1", Tile(3, 0, 1)),
        ("tile/entries/x001/000.p/255", Bundle(1000, 255)),
    ],
)
def test_paths_are_those_of_the_specification(path: str, place: Tile | Bundle) -> None:
    assert format_tile_path(place) == path
    assert parse_tile_path(path) == place


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list_new_tiles(0, COUNT)
    assert [sum(tile.level == level for tile in tiles) for level in range(4)] == [274, 2, 1, 0]
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list_new_tiles(0, 256) == (Tile(0, 0), Tile(1, 0, 1))


@given(st.lists(st.integers(0, COUNT), min_size=2, max_size=5).map(sorted))
def test_the_tiles_written_as_a_log_grows_are_all_that_readers_of_each_size_need(sizes: list[int]) -> None:
    written: set[Tile] = set()
    size = 0
    for grown in sizes:
        written.update(list_new_tiles(size, grown))
        size = grown
        assert {tile for tile in list_new_tiles(0, size) if tile.width < 256} <= written
        assert {tile for tile in list_new_tiles(0, size) if tile.width == 256} <= written


@given(st.integers(1, COUNT), st.data())
def test_proofs_out_of_tiles_are_those_out_of_the_whole_tree(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    read: list[Tile] = []

    def reader(tile: Tile) -> bytes:
        assert tile == parse_tile_path(format_tile_path(tile)) == tile_at(tile.level, tile.index, size)
        read.append(tile)
        return tile_bytes(tile, LOG.get)

    get = hashes_from_tiles(size, reader)
    assert inclusion_proof(index, size, get) == inclusion_proof(index, size, LOG.get)
    assert consistency_proof(index, size, get) == consistency_proof(index, size, LOG.get)
    assert frontier_of(size, get) == frontier_of(size, LOG.get)
    assert len(read) == len(set(read)) <= 9


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    data = tile_bytes(Tile(0, 0, 3), LOG.get)
    assert split_tile(Tile(0, 0, 3), data) == tuple(LOG.levels[0][:3])
    for wrong in (b"", data[:-1], data + b"\0", data[:64], data + data[:32]):
        assert code_of(lambda wrong=wrong: split_tile(Tile(0, 0, 3), wrong), Malformed) == "WRONG_TILE_LENGTH"


def test_only_full_subtrees_of_the_tree_can_be_read() -> None:
    get = hashes_from_tiles(5, lambda tile: tile_bytes(tile, LOG.get))
    assert get(2, 0) == LOG.levels[2][0]
    for level, index in ((0, 5), (2, 1), (3, 0), (0, -1)):
        with pytest.raises(InvalidInput):
            get(level, index)


@pytest.mark.parametrize("place", [(64, 0, 1), (-1, 0, 1), (0, 0, 0), (0, 0, 257), (0, -1, 1), (0, 2**63, 1)])
def test_a_place_that_no_tile_has_cannot_be_made(place: tuple[int, int, int]) -> None:
    with pytest.raises(Malformed):
        Tile(*place)
