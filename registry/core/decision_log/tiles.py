"""The tree as tiles of 256 hashes (C2SP tlog-tiles): paths, which tiles a tree has, their bytes, and reading proofs out of them.

Tile `index` of tile level `level` holds the hashes of the full subtrees over 256**level leaves, from number 256 * index on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.merkle import HASH_SIZE, node_hash
from registry.core.decision_log.prove import HashSource
from registry.core.decision_log.wire import check_number
from registry.core.errors import InvalidInput, Malformed

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_TILE_LEVEL = 63

_PATH = re.compile(r"tile/(?P<level>entries|[0-9]{1,2})/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a hash tile is: `width` hashes of it, 256 for a full tile."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= MAX_TILE_LEVEL:
            raise Malformed(f"tile level `{self.level}` is not between 0 and {MAX_TILE_LEVEL}", code=Flaw.NOT_A_TILE)
        _check_place(self.index, self.width)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Where an entry bundle is: the `width` entries whose hashes the level 0 tile with this index holds."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check_place(self.index, self.width)


TileReader = Callable[[Tile], bytes]


def format_tile_path(place: Tile | Bundle) -> str:
    """Return the path below the log's address, such as `tile/0/x001/234.p/5` or `tile/entries/067`."""
    level = str(place.level) if isinstance(place, Tile) else "entries"
    partial = "" if place.width == TILE_WIDTH else f".p/{place.width}"
    return f"tile/{level}/{_format_index(place.index)}{partial}"


def parse_tile_path(path: str) -> Tile | Bundle:
    """Undo `format_tile_path`. Raises Malformed (NOT_A_TILE) for every other spelling."""
    found = _PATH.fullmatch(path)
    if not found:
        raise Malformed(f"`{path[:80]}` is not the path of a tile", code=Flaw.NOT_A_TILE)
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = TILE_WIDTH if found["width"] is None else int(found["width"])
    place = Bundle(index, width) if found["level"] == "entries" else Tile(int(found["level"]), index, width)
    if format_tile_path(place) != path:
        raise Malformed(f"`{path}` has needless zeros, or names a full tile as partial", code=Flaw.NOT_A_TILE)
    return place


def tile_at(level: int, index: int, size: int) -> Tile:
    """Return the tile as it stands in a tree of `size` leaves. Raises InvalidInput when that tree does not reach it."""
    width = min((size >> TILE_HEIGHT * level) - index * TILE_WIDTH, TILE_WIDTH)
    if index < 0 or width < 1:
        raise InvalidInput(f"a tree of `{size}` leaves has no tile `{index}` at level `{level}`")
    return Tile(level, index, width)


def list_new_tiles(old_size: int, new_size: int) -> tuple[Tile, ...]:
    """Return the hash tiles that a tree of `new_size` leaves has and that of `old_size` has not, lowest level first.

    A tile that grew is new: its partial path changes with its width.
    """
    found: list[Tile] = []
    level = 0
    while new_count := new_size >> TILE_HEIGHT * level:
        old_count = old_size >> TILE_HEIGHT * level
        if new_count > old_count:
            found += [tile_at(level, index, new_size) for index in range(old_count // TILE_WIDTH, (new_count - 1) // TILE_WIDTH + 1)]
        level += 1
    return tuple(found)


def tile_bytes(tile: Tile, get: HashSource) -> bytes:
    """Return what the tile holds: its hashes one after another, 32 bytes each."""
    first = tile.index * TILE_WIDTH
    return b"".join(get(TILE_HEIGHT * tile.level, first + offset) for offset in range(tile.width))


def split_tile(tile: Tile, data: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a tile. Raises Malformed (WRONG_TILE_LENGTH)."""
    if len(data) != tile.width * HASH_SIZE:
        raise Malformed(f"{format_tile_path(tile)} is {len(data)} bytes long, not {tile.width * HASH_SIZE}", code=Flaw.WRONG_TILE_LENGTH)
    return tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE))


def hashes_from_tiles(size: int, read: TileReader) -> HashSource:
    """Return a hash source for proofs in the tree of `size` leaves, which reads each tile at most once.

    Nothing it returns is verified: verify the proof that comes out of it, or compare the frontier's root with a signed one.
    """

    @cache
    def hashes(level: int, index: int) -> tuple[bytes, ...]:
        tile = tile_at(level, index, size)
        return split_tile(tile, read(tile))

    def get(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, offset = divmod(index << height, TILE_WIDTH)
        found = hashes(tile_level, tile_index)[offset : offset + (1 << height)]
        if len(found) != 1 << height:
            raise InvalidInput(f"the subtree `{index}` of level `{level}` is not full in a tree of `{size}` leaves")
        return root_over(found)

    return get


def root_over(hashes: tuple[bytes, ...]) -> bytes:
    """Return the root over the hashes of one full subtree inside a tile: 1, 2, 4 ... 256 of them."""
    while len(hashes) > 1:
        hashes = tuple(node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True))
    return hashes[0]


def _check_place(index: int, width: int) -> None:
    check_number(index, "the index of a tile")
    if not 1 <= width <= TILE_WIDTH:
        raise Malformed(f"a tile cannot be `{width}` wide, only 1 to {TILE_WIDTH}", code=Flaw.NOT_A_TILE)


def _format_index(index: int) -> str:
    digits = str(index)
    groups = [digits[max(end - 3, 0) : end] for end in range(len(digits), 0, -3)][::-1]
    *front, last = [group.zfill(3) for group in groups]
    return "".join(f"x{group}/" for group in front) + last
