"""The Merkle tree of RFC 6962 section 2.1, kept as a frontier: one hash for each full subtree on the right edge.

The frontier of a tree of n leaves has one hash per set bit of n, largest subtree first. Appending is O(1) amortised
and the root is folded from the right, so the head of the log stays a few hundred bytes however long the log grows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), RFC 6962 section 2.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree of `size` leaves: hashes of its full subtrees, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Return the tree's root hash; SHA-256 of nothing for the empty tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def extended(self, leaf_hashes: Iterable[bytes]) -> "Frontier":
        """Return the frontier after these leaves are appended in order."""
        size, stack = self.size, list(self.hashes)
        for entry in leaf_hashes:
            node, bits = entry, size
            while bits & 1:
                node = node_hash(stack.pop(), node)
                bits >>= 1
            stack.append(node)
            size += 1
        return Frontier(size, tuple(stack))

    def to_bytes(self) -> bytes:
        """Return the hashes one after another; the size is stored beside them."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "Frontier":
        """Read what `to_bytes` wrote. Raises ValueError when the length does not fit the size."""
        if len(data) != HASH_SIZE * size.bit_count():
            raise ValueError(f"frontier of size {size} needs {size.bit_count()} hashes, got {len(data)} bytes")
        return cls(size, tuple(data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)))


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over all these leaf hashes."""
    return Frontier().extended(leaf_hashes).root()
