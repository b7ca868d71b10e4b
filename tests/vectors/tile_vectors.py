"""Entry bundles, tile paths and keys that must fail."""

from base64 import b64decode
from collections.abc import Iterator

from registry.core.decision_log.entries import encode_entries
from registry.core.decision_log.keys import format_vkey
from tests.core.decision_log import reference
from tests.core.decision_log.logs import LOG_KEY, WITNESS_KEY, entries_of
from tests.vectors.edits import Vector, base64, flipped


def tile_vectors() -> Iterator[Vector]:
    hashes = b"".join(reference.leaf(entry) for entry in entries_of(5))
    entries = entries_of(5)
    data = encode_entries(entries)

    def vector(kind: str, data: bytes, reason: str | None, tile: bytes = hashes, path: str = "tile/entries/000.p/5") -> Vector:
        return {"kind": kind, "input": {"path": path, "entries": base64(data), "tile": base64(tile)}, "reason": reason}

    yield vector("good", data, None)
    for at in (0, 1, 2, 9, len(data) - 1):
        yield vector("truncated", data[:at], "TRUNCATED")
    for more in (b"\0", b"\0\0", data):
        yield vector("trailing bytes", data + more, "TRAILING_BYTES")
    for number, entry in enumerate(entries):
        yield vector("flipped bit", encode_entries([*entries[:number], flipped(entry, 11), *entries[number + 1 :]]), "WRONG_ENTRY")
        yield vector("flipped bit", data, "WRONG_ENTRY", flipped(hashes, 256 * number + 9))
    yield vector("swapped siblings", encode_entries(entries[::-1]), "WRONG_ENTRY")
    yield vector("truncated", data, "WRONG_TILE_LENGTH", hashes[:-1])
    yield vector("truncated", data, "WRONG_TILE_LENGTH", hashes[:-32])
    yield vector("trailing bytes", data, "WRONG_TILE_LENGTH", hashes + hashes[:32])
    yield vector("wrong size", data, "TRUNCATED", hashes, "tile/entries/000.p/6")
    yield vector("wrong size", data, "TRAILING_BYTES", hashes, "tile/entries/000.p/4")
    yield vector("wrong size", data, "TRUNCATED", hashes, "tile/entries/000")


BAD_PATHS = (
    *("", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/1234", "tile/0/x001", "/tile/0/000"),
    *("tile/0/000/", "tile/0/000\n", "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/data/000", "tile/Entries/000"),
    *("tile/0/x000/001", "tile/0/x000/x000/001", "tile/0/001/234", "tile/0/x1/234", "tile/0/X001/234", "tile/0/x001/x234"),
    *("tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/0/000.p/-1", "tile/0/000.p/1/"),
    *("tile/0/٠٠٠", "tile/0/000.p/1.p/1", "tile/0/../000", "tile/0/%30%30%30", "tile/8/0/000", "tile/entries/0", "tile/entries/000.p/999"),
)


def path_vectors() -> Iterator[Vector]:
    for path in ("tile/0/000", "tile/63/x001/234.p/255", "tile/entries/x999/x999/999"):
        yield {"kind": "good", "input": {"path": path}, "reason": None}
    for path in BAD_PATHS:
        yield {"kind": "malformed", "input": {"path": path}, "reason": "NOT_A_TILE"}
    yield {"kind": "wrong index", "input": {"path": "tile/0/x009/x223/x372/x036/x854/x775/808"}, "reason": "NOT_A_NUMBER"}  # 2**63


def key_vectors() -> Iterator[Vector]:
    def vector(kind: str, vkey: str, reason: str | None) -> Vector:
        return {"kind": kind, "input": {"vkey": vkey}, "reason": reason}

    for good in (LOG_KEY, WITNESS_KEY):
        yield vector("good", format_vkey(good.verifier), None)
    vkey = format_vkey(LOG_KEY.verifier)
    name, key_id, material = vkey.split("+", 2)
    raw = b64decode(material)
    yield vector("truncated", f"{name}+{key_id}", "NOT_A_KEY")
    yield vector("truncated", name, "NOT_A_KEY")
    yield vector("truncated", "", "NOT_A_KEY")
    yield vector("truncated", f"{name}+{key_id}+{base64(raw[:-1])}", "NOT_A_KEY")
    yield vector("truncated", vkey[:-1], "NOT_BASE64")
    yield vector("truncated", f"{name}+{key_id}+", "NOT_A_KEY")
    yield vector("trailing bytes", f"{name}+{key_id}+{base64(raw + bytes(1))}", "NOT_A_KEY")
    yield vector("trailing bytes", vkey + "\n", "NOT_BASE64")
    yield vector("trailing bytes", vkey + "+x", "NOT_BASE64")
    for bit in (0, 3, 7, 8, 100, 255):
        changed = flipped(raw, bit)
        reason = "WRONG_KEY_ID" if changed[0] in {1, 4} else "NOT_A_KEY"
        yield vector("flipped bit", f"{name}+{key_id}+{base64(changed)}", reason)
        yield vector("flipped bit", f"{name}+{flipped(bytes.fromhex(key_id), bit).hex()}+{material}", "WRONG_KEY_ID")
    yield vector("other key", f"{name}+{key_id}+{base64(bytes([4]) + raw[1:])}", "WRONG_KEY_ID")
    yield vector("other key", f"{name}+{key_id}+{base64(bytes([2]) + raw[1:])}", "NOT_A_KEY")
    yield vector("other origin", f"other.example/log+{key_id}+{material}", "WRONG_KEY_ID")
    yield vector("malformed", f"{name}+{key_id.upper()}+{material}", "WRONG_KEY_ID")
    yield vector("malformed", f"{name}+{int(key_id, 16)}+{material}", "WRONG_KEY_ID")
    yield vector("malformed", f"+{key_id}+{material}", "NOT_A_KEY_NAME")
    yield vector("malformed", f"a name+{key_id}+{material}", "NOT_A_KEY_NAME")
    yield vector("malformed", f"tab\t+{key_id}+{material}", "CONTROL_CHARACTER")
    for point in (bytes(32), b"\1" + bytes(31), b"\1" + bytes(30) + b"\x80", b"\xec" + b"\xff" * 30 + b"\x7f"):
        yield vector("weak key", f"{name}+00000000+{base64(bytes([1]) + point)}", "WEAK_KEY")
