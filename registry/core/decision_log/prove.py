"""Making Merkle proofs (RFC 9162 sections 2.1.3.1 and 2.1.4.1) from the hashes of full subtrees, in O(log n) look-ups.

A hash source `get(level, index)` returns the root of the full subtree over the leaves
`[index * 2**level, (index + 1) * 2**level)`. Every hash of every proof is one such hash or, once per proof, a fold of
those on the right edge. `tiles.hashes_from_tiles` is a hash source over tiles.
"""

from collections.abc import Callable
from typing import TypeAlias

from registry.core.decision_log.merkle import Frontier
from registry.core.errors import InvalidInput

HashSource: TypeAlias = Callable[[int, int], bytes]


def frontier_of(size: int, get: HashSource, *, start: int = 0) -> Frontier:
    """Return the frontier of the subtree of `size` leaves that begins at leaf `start`; its root is that subtree's hash.

    `start` must be a multiple of the smallest power of two that is not less than `size`, as it is for every subtree
    of an RFC 6962 tree.
    """
    hashes, rest, position = [], size, start
    while rest:
        level = rest.bit_length() - 1
        hashes.append(get(level, position >> level))
        position += 1 << level
        rest -= 1 << level
    return Frontier(size, tuple(hashes))


def inclusion_proof(index: int, size: int, get: HashSource) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of `size` leaves: sibling hashes from the leaf up.

    Raises InvalidInput unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise InvalidInput(f"there is no leaf `{index}` in a tree of `{size}` leaves")
    start, end, siblings = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append(_range_hash(middle, end, get))
            end = middle
        else:
            siblings.append(_range_hash(start, middle, get))
            start = middle
    return tuple(reversed(siblings))


def consistency_proof(old_size: int, new_size: int, get: HashSource) -> tuple[bytes, ...]:
    """Prove that the tree of `old_size` leaves is the beginning of the tree of `new_size` leaves.

    The proof is empty from the empty tree and between equal sizes. Raises InvalidInput unless 0 <= old_size <= new_size.
    """
    if not 0 <= old_size <= new_size:
        raise InvalidInput(f"a tree of `{old_size}` leaves cannot have grown to `{new_size}`")
    if old_size == 0:
        return ()
    start, end, hashes = 0, new_size, []
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            hashes.append(_range_hash(middle, end, get))
            end = middle
        else:
            hashes.append(_range_hash(start, middle, get))
            start = middle
    if start:  # the verifier knows the old root, which is this hash only where nothing lies left of it
        hashes.append(_range_hash(start, end, get))
    return tuple(reversed(hashes))


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`, for size > 1."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(start: int, end: int, get: HashSource) -> bytes:
    return frontier_of(end - start, get, start=start).root()
