"""Entry bundles (C2SP tlog-tiles): up to 256 log entries, each behind its length as a big-endian uint16."""

from collections.abc import Iterable

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.merkle import leaf_hash
from registry.core.decision_log.tiles import TILE_WIDTH, Bundle, Tile, split_tile
from registry.core.errors import Malformed, ProofRejected

MAX_ENTRY_SIZE = 65_535  # bytes; the length is a uint16
_LENGTH_SIZE = 2


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """Return the bytes of a bundle. Raises Malformed (ENTRY_TOO_LONG) for an entry of more than 65,535 bytes."""
    parts: list[bytes] = []
    for number, entry in enumerate(entries):
        if len(entry) > MAX_ENTRY_SIZE:
            raise Malformed(f"entry {number} of the bundle has {len(entry)} bytes, more than {MAX_ENTRY_SIZE}", code=Flaw.ENTRY_TOO_LONG)
        parts += (len(entry).to_bytes(_LENGTH_SIZE, "big"), entry)
    return b"".join(parts)


def decode_entries(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` entries of a bundle. Raises Malformed: TRUNCATED when there are fewer, TRAILING_BYTES when more follows."""
    entries: list[bytes] = []
    at = 0
    for number in range(width):
        start = at + _LENGTH_SIZE
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise Malformed(f"the bundle ends inside entry {number} of {width}", code=Flaw.TRUNCATED)
        entries.append(data[start:at])
    if at != len(data):
        raise Malformed(f"{len(data) - at} bytes follow the {width} entries of the bundle", code=Flaw.TRAILING_BYTES)
    return tuple(entries)


def verify_entries(bundle: Bundle, data: bytes, tile_data: bytes) -> tuple[bytes, ...]:
    """Return the entries of a bundle, each checked against its hash in the level 0 tile with the same index and width.

    Raises Malformed, or ProofRejected (WRONG_ENTRY) with the log index of the first entry that is not the one hashed.
    """
    entries = decode_entries(data, bundle.width)
    hashes = split_tile(Tile(0, bundle.index, bundle.width), tile_data)
    for offset, (entry, expected) in enumerate(zip(entries, hashes, strict=True)):
        if leaf_hash(entry) != expected:
            index = bundle.index * TILE_WIDTH + offset
            raise ProofRejected(f"entry {index} is not the one whose hash is in the tree", code=Flaw.WRONG_ENTRY)
    return entries
