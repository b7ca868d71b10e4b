"""Merkle proofs against RFC 6962 written down naively, against published values, and against every single change."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.decision_log.merkle import EMPTY_ROOT, Frontier, leaf_hash, root_of
from registry.core.decision_log.prove import consistency_proof, frontier_of, inclusion_proof
from registry.core.decision_log.verify import verify_consistency, verify_inclusion
from registry.core.errors import InvalidInput, ProofRejected
from tests.core.decision_log import known, reference
from tests.core.decision_log.logs import Hashes, code_of, entries_of

SIZES = range(1, 71)
LOG = Hashes(entries_of(70))
ROOTS = [LOG.root(size) for size in range(71)]
Flips = st.tuples(st.integers(0, 31), st.integers(0, 7))


def flip(value: bytes, at: int, bit: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1 << bit]) + value[at + 1 :]


def test_roots_are_those_other_implementations_publish() -> None:
    assert EMPTY_ROOT == known.EMPTY
    assert [root_of(leaf_hash(entry) for entry in known.ENTRIES[: size + 1]) for size in range(8)] == known.ROOTS


def test_proofs_are_those_other_implementations_publish() -> None:
    hashes = Hashes(known.ENTRIES)
    for (index, size), proof in known.INCLUSION.items():
        assert [value.hex() for value in inclusion_proof(index, size, hashes.get)] == proof
    for (old, new), proof in known.CONSISTENCY.items():
        assert [value.hex() for value in consistency_proof(old, new, hashes.get)] == proof


def test_roots_and_frontiers_are_those_of_the_naive_tree() -> None:
    for size in range(71):
        assert ROOTS[size] == reference.mth(entries_of(size))
        assert frontier_of(size, LOG.get) == Frontier().extended(LOG.levels[0][:size])


def test_every_inclusion_proof_is_the_naive_one_and_verifies() -> None:
    for size in SIZES:
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.get)
            assert list(proof) == reference.path(index, entries_of(size))
            verify_inclusion(LOG.levels[0][index], index, size, proof, ROOTS[size])


def test_every_tree_is_consistent_with_every_older_one() -> None:
    for new in range(71):
        for old in range(new + 1):
            proof = consistency_proof(old, new, LOG.get)
            assert list(proof) == (reference.proof(old, entries_of(new)) if old else [])
            verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)


def test_no_inclusion_proof_verifies_at_another_index() -> None:
    for size in SIZES:
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.get)
            for other in {*range(-1, size + 2)} - {index}:
                with pytest.raises(ProofRejected):
                    verify_inclusion(LOG.levels[0][index], other, size, proof, ROOTS[size])


def test_no_inclusion_proof_verifies_for_the_tree_of_another_size() -> None:
    for size in range(1, 34):
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.get)
            for other in {*range(66)} - {size}:
                with pytest.raises(ProofRejected):
                    verify_inclusion(LOG.levels[0][index], index, other, proof, ROOTS[other])


def test_no_consistency_proof_verifies_for_another_old_size_or_the_tree_of_another_new_size() -> None:
    for new in range(2, 34):
        for old in range(1, new):
            proof = consistency_proof(old, new, LOG.get)
            for other in {*range(66)} - {old, new}:
                with pytest.raises(ProofRejected):
                    verify_consistency(other, ROOTS[old], new, ROOTS[new], proof)
                with pytest.raises(ProofRejected):
                    verify_consistency(old, ROOTS[old], other, ROOTS[other], proof)


def test_a_size_alone_is_not_bound_by_a_proof_but_by_the_signed_checkpoint() -> None:
    """The trap named in verify.py: leaf 0 has proofs of the same shape in trees of 3 and of 4 leaves."""
    verify_inclusion(LOG.levels[0][0], 0, 4, inclusion_proof(0, 3, LOG.get), ROOTS[3])


@given(st.integers(1, 70), st.data(), Flips)
def test_no_inclusion_proof_with_one_bit_changed_verifies(size: int, data: st.DataObject, where: tuple[int, int]) -> None:
    index = data.draw(st.integers(0, size - 1))
    values = [LOG.levels[0][index], ROOTS[size], *inclusion_proof(index, size, LOG.get)]
    number = data.draw(st.integers(0, len(values) - 1))
    values[number] = flip(values[number], *where)
    leaf, root, *proof = values
    assert code_of(lambda: verify_inclusion(leaf, index, size, proof, root), ProofRejected) == "WRONG_ROOT"


@given(st.integers(2, 70), st.data(), Flips)
def test_no_consistency_proof_with_one_bit_changed_verifies(new: int, data: st.DataObject, where: tuple[int, int]) -> None:
    old = data.draw(st.integers(1, new - 1))
    values = [ROOTS[old], ROOTS[new], *consistency_proof(old, new, LOG.get)]
    number = data.draw(st.integers(0, len(values) - 1))
    values[number] = flip(values[number], *where)
    old_root, new_root, *proof = values
    code = code_of(lambda: verify_consistency(old, old_root, new, new_root, proof), ProofRejected)
    assert code in {"WRONG_OLD_ROOT", "WRONG_NEW_ROOT"}


@given(st.integers(0, 70), st.data())
def test_shorter_longer_and_misshapen_proofs_say_what_is_wrong(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, LOG.get)

    def code(*hashes: bytes) -> str:
        return code_of(lambda: verify_consistency(old, ROOTS[old], new, ROOTS[new], hashes), ProofRejected)

    assert code(*proof, ROOTS[new]) == "PROOF_TOO_LONG"
    if proof:
        assert code(*proof[:-1]) == code(*proof[1:]) == "PROOF_TOO_SHORT"
        assert code(proof[0][:-1], *proof[1:]) == "WRONG_HASH_LENGTH"


def test_swapped_siblings_are_noticed() -> None:
    for size in SIZES:
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.get)
            for at, _ in enumerate(pairwise(proof)):
                swapped = (*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :])
                with pytest.raises(ProofRejected):
                    verify_inclusion(LOG.levels[0][index], index, size, swapped, ROOTS[size])


def test_two_roots_for_one_size_are_a_lie_and_only_the_hash_of_nothing_is_empty() -> None:
    assert code_of(lambda: verify_consistency(7, ROOTS[7], 7, ROOTS[8], ()), ProofRejected) == "WRONG_NEW_ROOT"
    assert code_of(lambda: verify_consistency(0, ROOTS[1], 7, ROOTS[7], ()), ProofRejected) == "WRONG_OLD_ROOT"
    assert code_of(lambda: verify_consistency(0, EMPTY_ROOT, 0, ROOTS[1], ()), ProofRejected) == "WRONG_NEW_ROOT"
    assert code_of(lambda: verify_consistency(8, ROOTS[8], 7, ROOTS[7], ()), ProofRejected) == "SIZES_OUT_OF_ORDER"


def test_a_proof_costs_no_more_look_ups_than_twice_the_height() -> None:
    size = (1 << 20) + 12_345

    def get(level: int, index: int) -> bytes:
        asked.append((level, index))
        return leaf_hash(f"{level} {index}".encode())

    for index in (0, 1, size // 3, 1 << 20, size - 1):
        asked: list[tuple[int, int]] = []
        assert len(inclusion_proof(index, size, get)) <= 21
        assert len(asked) <= 42
        asked = []
        assert len(consistency_proof(index + 1, size, get)) <= 22
        assert len(asked) <= 42


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(InvalidInput):
        inclusion_proof(index, size, LOG.get)


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3)])
def test_there_is_no_proof_that_a_tree_shrank(old: int, new: int) -> None:
    with pytest.raises(InvalidInput):
        consistency_proof(old, new, LOG.get)
