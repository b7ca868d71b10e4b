"""Reading a log that one does not trust (C2SP tlog-tiles): nothing is handed on before it is checked against the signed root.

The partial tiles on the right edge fold into the root; every full tile folds into one hash of the tile above it; every
entry hashes into its level 0 tile. So each lie is found where it is, and memory stays a few hundred tiles however long the log.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

from registry.core.decision_log.entries import verify_entries
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.prove import frontier_of
from registry.core.decision_log.tiles import (
    TILE_WIDTH,
    Bundle,
    Tile,
    TileReader,
    format_tile_path,
    hashes_from_tiles,
    root_over,
    split_tile,
    tile_at,
)
from registry.core.errors import ProofRejected

BundleReader = Callable[[Bundle], bytes]
_TILES_KEPT = 256  # 2 MB


def verified_tiles(size: int, root: bytes, read: TileReader) -> TileReader:
    """Return a reader of the tiles of the tree of `size` leaves that hands on only what leads to `root`.

    Raises ProofRejected: WRONG_ROOT at once when the right edge does not fold into `root`, WRONG_TILE later when a full
    tile does not fold into the one above; and Malformed (WRONG_TILE_LENGTH).
    """
    edge: dict[Tile, bytes] = {}

    def read_edge(tile: Tile) -> bytes:
        edge[tile] = read(tile)
        return edge[tile]

    if frontier_of(size, hashes_from_tiles(size, read_edge)).root() != root:
        raise ProofRejected(f"the tiles on the right edge do not fold into the root of the {size} leaves", code=Flaw.WRONG_ROOT)

    @lru_cache(_TILES_KEPT)
    def verified(tile: Tile) -> bytes:
        # INVARIANT: the frontier of a tree is made of all hashes of all its partial tiles, so these are verified already.
        if tile.width < TILE_WIDTH:
            return edge[tile]
        data = read(tile)
        above = tile_at(tile.level + 1, tile.index // TILE_WIDTH, size)
        if root_over(split_tile(tile, data)) != split_tile(above, verified(above))[tile.index % TILE_WIDTH]:
            raise ProofRejected(f"{format_tile_path(tile)}, which holds {_leaves(tile)}, is not the one in the tree", code=Flaw.WRONG_TILE)
        return data

    return verified


def verified_entries(size: int, read_tile: TileReader, read_bundle: BundleReader, *, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield each entry from `start` on with its index, checked against the tiles; pass the reader from `verified_tiles`.

    Raises ProofRejected (WRONG_ENTRY) with the index of the first entry that is not the one in the tree, and Malformed.
    """
    for number in range(start // TILE_WIDTH, (size + TILE_WIDTH - 1) // TILE_WIDTH):
        tile = tile_at(0, number, size)
        bundle = Bundle(number, tile.width)
        for offset, entry in enumerate(verify_entries(bundle, read_bundle(bundle), read_tile(tile))):
            index = number * TILE_WIDTH + offset
            if index >= start:
                yield index, entry


def _leaves(tile: Tile) -> str:
    span = TILE_WIDTH**tile.level
    first = tile.index * TILE_WIDTH * span
    return f"entries {first} to {first + TILE_WIDTH * span - 1}"
