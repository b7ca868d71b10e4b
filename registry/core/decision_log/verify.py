"""Verifying Merkle proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2); needs nothing but the proof and the roots.

A proof does not fix the tree's size: the proof of leaf 0 has the same shape in trees of 3 and 4 leaves. What binds size
and root together is the signed checkpoint, so take both from the same one.
"""

from collections.abc import Sequence

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.merkle import EMPTY_ROOT, HASH_SIZE, node_hash
from registry.core.errors import ProofRejected


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash `leaf` is leaf number `index` of the tree of `size` leaves with this root.

    Raises ProofRejected: INDEX_OUT_OF_RANGE, WRONG_HASH_LENGTH, PROOF_TOO_SHORT, PROOF_TOO_LONG, WRONG_ROOT.
    """
    if not 0 <= index < size:
        raise ProofRejected(f"there is no leaf {index} in a tree of {size} leaves", code=Flaw.INDEX_OUT_OF_RANGE)
    _check_lengths(leaf, root, *proof)
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        _need_more(last)
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            node, last = _climb(node, last)
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    _need_no_more(last)
    if current != root:
        raise ProofRejected(f"the proof of leaf {index} leads to another root than that of the tree of {size} leaves", code=Flaw.WRONG_ROOT)


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the first `old_size` leaves of the newer tree are the older tree: nothing was changed, dropped or put before.

    From the empty tree the proof is empty and every newer root is consistent.
    Raises ProofRejected: SIZES_OUT_OF_ORDER, WRONG_HASH_LENGTH, PROOF_TOO_SHORT, PROOF_TOO_LONG, WRONG_OLD_ROOT, WRONG_NEW_ROOT.
    """
    if not 0 <= old_size <= new_size:
        raise ProofRejected(f"the older tree has {old_size} leaves, the newer {new_size}", code=Flaw.SIZES_OUT_OF_ORDER)
    _check_lengths(old_root, new_root, *proof)
    if old_size in {0, new_size}:
        _verify_trivial(old_size, old_root, new_size, new_root, proof)
        return
    if not proof:
        raise ProofRejected(f"no proof from {old_size} to {new_size} leaves", code=Flaw.PROOF_TOO_SHORT)
    old, new = _grow(old_size, old_root, new_size, proof)
    if old != old_root:
        raise ProofRejected(f"the tree of {new_size} leaves does not begin with this tree of {old_size}", code=Flaw.WRONG_OLD_ROOT)
    if new != new_root:
        raise ProofRejected(f"the proof leads to another root than that of the tree of {new_size} leaves", code=Flaw.WRONG_NEW_ROOT)


def _grow(old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots of the older and of the newer tree as the proof has them."""
    node, last = _climb(old_size - 1, new_size - 1, odd=False)
    path = (old_root, *proof) if node == 0 else tuple(proof)  # node 0: the older tree is one full subtree
    old = new = path[0]
    for sibling in path[1:]:
        _need_more(last)
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _climb(node, last)
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    _need_no_more(last)
    return old, new


def _verify_trivial(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    if proof:
        raise ProofRejected(f"from {old_size} to {new_size} leaves the proof is empty, this one is not", code=Flaw.PROOF_TOO_LONG)
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise ProofRejected("the older tree is empty, but its root is not the hash of nothing", code=Flaw.WRONG_OLD_ROOT)
    if old_size == new_size and old_root != new_root:
        raise ProofRejected(f"two different roots for the same {new_size} leaves", code=Flaw.WRONG_NEW_ROOT)


def _climb(node: int, last: int, *, odd: bool = True) -> tuple[int, int]:
    """Skip the levels at which `node` has no right sibling in the tree (`odd`), or at which it is a right child (not `odd`)."""
    while node and (node & 1) != odd:
        node, last = node >> 1, last >> 1
    return node, last


def _check_lengths(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofRejected(f"a hash of the proof is {len(value)} bytes long, not {HASH_SIZE}", code=Flaw.WRONG_HASH_LENGTH)


def _need_more(last: int) -> None:
    if last == 0:
        raise ProofRejected("the proof goes on above the root", code=Flaw.PROOF_TOO_LONG)


def _need_no_more(last: int) -> None:
    if last:
        raise ProofRejected("the proof ends below the root", code=Flaw.PROOF_TOO_SHORT)
