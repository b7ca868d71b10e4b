"""Merkle proofs that must fail: inclusion (one leaf, one root) and consistency (two roots)."""

from collections.abc import Iterator

from tests.core.decision_log import reference
from tests.core.decision_log.logs import entries_of
from tests.vectors.edits import Vector, base64, flipped, grown_reason, replaced, shape_reason, swapped


def inclusion(kind: str, leaf: bytes, index: int, size: int, hashes: list[bytes], root: bytes, reason: str | None) -> Vector:
    proof = [base64(value) for value in hashes]
    given = {"leaf_hash": base64(leaf), "index": index, "size": size, "proof": proof, "root": base64(root)}
    return {"kind": kind, "input": given, "reason": reason}


def inclusion_vectors() -> Iterator[Vector]:
    for index, size in ((0, 1), (0, 2), (2, 3), (1, 5), (4, 5), (5, 7), (0, 8), (7, 8), (12, 13), (3, 70), (69, 70)):
        entries = entries_of(size)
        leaf, root, path = reference.leaf(entries[index]), reference.mth(entries), reference.path(index, entries)
        yield inclusion("good", leaf, index, size, path, root, None)
        yield inclusion("flipped bit", flipped(leaf, index), index, size, path, root, "WRONG_ROOT")
        yield inclusion("flipped bit", leaf, index, size, path, flipped(root, 255 - index), "WRONG_ROOT")
        for at, value in enumerate(path[:4]):
            yield inclusion("flipped bit", leaf, index, size, replaced(path, at, flipped(value, 37 * at)), root, "WRONG_ROOT")
        for other in sorted({index - 1, index + 1, index ^ 2, size, -1} - {index}):
            inside = 0 <= other < size
            reason = shape_reason(len(path), reference.path_length(other, size), "WRONG_ROOT") if inside else "INDEX_OUT_OF_RANGE"
            yield inclusion("wrong index", leaf, other, size, path, root, reason)
        yield inclusion("wrong size", leaf, index, index, path, root, "INDEX_OUT_OF_RANGE")
        for other in (2 * size, size + 1):  # with the root of the tree of that size: a size alone is not bound by a proof
            reason = shape_reason(len(path), reference.path_length(index, other), "WRONG_ROOT")
            yield inclusion("wrong size", leaf, index, other, path, reference.mth(entries_of(other)), reason)
        yield inclusion("trailing bytes", leaf, index, size, [*path, root], root, "PROOF_TOO_LONG")
        yield inclusion("wrong hash length", leaf, index, size, [*path, b""], root, "WRONG_HASH_LENGTH")
        yield inclusion("wrong hash length", leaf, index, size, path, root[:31], "WRONG_HASH_LENGTH")
        if path:
            yield inclusion("truncated", leaf, index, size, path[:-1], root, "PROOF_TOO_SHORT")
            yield inclusion("truncated", leaf, index, size, path[1:], root, "PROOF_TOO_SHORT")
            yield inclusion("truncated", leaf, index, size, [*path[:-1], path[-1][:31]], root, "WRONG_HASH_LENGTH")
        if len(path) > 1:
            yield inclusion("swapped siblings", leaf, index, size, swapped(path), root, "WRONG_ROOT")
        if size > 1:
            other_entry = reference.leaf(entries[index - 1])
            yield inclusion("other entry", other_entry, index, size, path, root, "WRONG_ROOT")


def consistency(kind: str, old: int, old_root: bytes, new: int, new_root: bytes, hashes: list[bytes], reason: str | None) -> Vector:
    given = {"old_size": old, "old_root": base64(old_root), "new_size": new, "new_root": base64(new_root)}
    return {"kind": kind, "input": {**given, "proof": [base64(value) for value in hashes]}, "reason": reason}


def consistency_vectors() -> Iterator[Vector]:
    for old, new in ((1, 2), (2, 3), (2, 5), (3, 7), (4, 7), (6, 7), (6, 8), (7, 8), (8, 13), (12, 13), (33, 70), (64, 70)):
        yield from grown_vectors(old, new)
    yield from trivial_vectors()


def grown_vectors(old: int, new: int) -> Iterator[Vector]:
    entries = entries_of(new)
    old_root, new_root, proof = reference.mth(entries[:old]), reference.mth(entries), reference.proof(old, entries)
    yield consistency("good", old, old_root, new, new_root, proof, None)
    wrong = flipped(old_root, old)
    power = old & (old - 1) == 0  # then the old root is itself the first hash of the path, and the new root comes out wrong
    yield consistency("flipped bit", old, wrong, new, new_root, proof, "WRONG_NEW_ROOT" if power else "WRONG_OLD_ROOT")
    yield consistency("flipped bit", old, old_root, new, flipped(new_root, new), proof, "WRONG_NEW_ROOT")
    for at, value in enumerate(proof[:4]):
        changed = replaced(proof, at, flipped(value, 41 * at + 3))
        yield consistency("flipped bit", old, old_root, new, new_root, changed, grown_reason(old, old_root, new, changed))
    yield consistency("truncated", old, old_root, new, new_root, proof[:-1], "PROOF_TOO_SHORT")
    yield consistency("truncated", old, old_root, new, new_root, [], "PROOF_TOO_SHORT")
    yield consistency("trailing bytes", old, old_root, new, new_root, [*proof, new_root], "PROOF_TOO_LONG")
    yield consistency("trailing bytes", old, old_root, new, new_root, [proof[0], *proof], "PROOF_TOO_LONG")
    yield consistency("wrong hash length", old, old_root, new, new_root, [*proof, b"\0"], "WRONG_HASH_LENGTH")
    if len(proof) > 1:
        reason = grown_reason(old, old_root, new, swapped(proof))
        yield consistency("swapped siblings", old, old_root, new, new_root, swapped(proof), reason)
    yield consistency("wrong size", new + 1, old_root, new, new_root, proof, "SIZES_OUT_OF_ORDER")
    yield consistency("wrong size", -1, old_root, new, new_root, proof, "SIZES_OUT_OF_ORDER")
    yield consistency("wrong size", 0, old_root, new, new_root, proof, "PROOF_TOO_LONG")
    yield consistency("wrong size", new, old_root, new, new_root, proof, "PROOF_TOO_LONG")
    needed = reference.proof_length(old, 2 * new)
    if needed != len(proof):
        yield consistency("wrong size", old, old_root, 2 * new, new_root, proof, shape_reason(len(proof), needed, ""))
    forked = reference.mth([*entries[: old - 1], b"changed", *entries[old:]])
    yield consistency("changed entry", old, old_root, new, forked, proof, "WRONG_NEW_ROOT")


def trivial_vectors() -> Iterator[Vector]:
    empty, seven, eight = (reference.mth(entries_of(size)) for size in (0, 7, 8))
    yield consistency("good", 0, empty, 7, seven, [], None)
    yield consistency("good", 7, seven, 7, seven, [], None)
    yield consistency("good", 0, empty, 0, empty, [], None)
    yield consistency("two roots of one size", 7, seven, 7, eight, [], "WRONG_NEW_ROOT")
    yield consistency("two roots of one size", 0, empty, 0, seven, [], "WRONG_NEW_ROOT")
    yield consistency("wrong root of the empty tree", 0, seven, 7, seven, [], "WRONG_OLD_ROOT")
    yield consistency("trailing bytes", 0, empty, 7, seven, [seven], "PROOF_TOO_LONG")
    yield consistency("swapped roots", 8, eight, 7, seven, [], "SIZES_OUT_OF_ORDER")
