"""A tlog-tiles client written from the specifications alone (C2SP tlog-tiles, tlog-checkpoint, signed-note, RFC 6962): none of our code.

It reads with `get(path) -> bytes` below a log's address, believes nothing but the public key, and returns what it re-derived.
"""

from base64 import b64decode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Lie(Exception):
    """The log shows something that does not follow from what it signed."""


def read_checkpoint(get, vkey):
    """Return size and root of the signed head: three lines, an empty one, signature lines of an em dash, a name and base64."""
    name, key_hash, encoded = vkey.split("+", 2)
    public = b64decode(encoded)
    if public[0] != 1 or sha256(name.encode() + b"\n" + public).digest()[:4].hex() != key_hash:
        raise Lie("the vkey's hash is not that of its name and key")
    text, _, signatures = get("checkpoint").decode().partition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        raw = b64decode(signature)
        if (dash, signer, raw[:4].hex()) == ("\u2014", name, key_hash):
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], text.encode())
            origin, size, root = text.split("\n")[:3]
            if origin != name:
                raise Lie("the checkpoint is of another log")
            return int(size), b64decode(root)
    raise Lie("the log's key has not signed the checkpoint")


def path_of(level, number, width):
    """tile/<L>/<N>[.p/<W>]: N in groups of three digits, all but the last behind an x."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    place = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{place}" + (f".p/{width}" if width < 256 else "")


def tiles_of(count):
    """Number and width of the tiles that hold `count` hashes."""
    return [(number, min(256, count - 256 * number)) for number in range(-(-count // 256))]


def read_level(get, level, count):
    """The hashes of a level, all tiles read."""
    hashes = []
    for number, width in tiles_of(count):
        data = get(path_of(level, number, width))
        if len(data) != 32 * width:
            raise Lie(f"tile {number} of level {level} holds {len(data)} bytes, not {32 * width}")
        hashes += [data[at : at + 32] for at in range(0, len(data), 32)]
    return hashes


def merkle(hashes):
    """MTH of RFC 6962 section 2.1 over leaf hashes, level by level: an odd one at the end is promoted."""
    if not hashes:
        return sha256(b"").digest()
    while len(hashes) > 1:
        paired = [sha256(b"\x01" + hashes[at] + hashes[at + 1]).digest() for at in range(0, len(hashes) - 1, 2)]
        hashes = paired + ([hashes[-1]] if len(hashes) % 2 else [])
    return hashes[0]


def read_entries(get, size):
    """All entries: each bundle is a sequence of big-endian uint16 lengths and bytes."""
    entries = []
    for number, width in tiles_of(size):
        data, at = get(path_of("entries", number, width)), 0
        for _ in range(width):
            length = int.from_bytes(data[at : at + 2], "big")
            entries.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        if at != len(data):
            raise Lie(f"bundle {number} is longer than its entries")
    return entries


def walk(get, vkey):
    """Read everything; return the entries. Raises Lie, or InvalidSignature."""
    size, root = read_checkpoint(get, vkey)
    entries = read_entries(get, size)
    leaves = read_level(get, 0, size)
    if [sha256(b"\x00" + entry).digest() for entry in entries] != leaves:
        raise Lie("the entries are not those hashed in level 0")
    if merkle(leaves) != root:
        raise Lie("level 0 does not hash to the signed root")
    below, level = leaves, 1
    while count := size >> 8 * level:
        here = read_level(get, level, count)
        if here != [merkle(below[256 * number : 256 * number + 256]) for number in range(count)]:
            raise Lie(f"level {level} does not follow from the level below")
        below, level = here, level + 1
    return entries
