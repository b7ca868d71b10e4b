"""Another project's verifier accepts our proofs and checkpoints: sigstore (checked with 4.5.1). Skipped without `--group interop`.

It reads a private module on purpose: that is where its Merkle code is, and there is no public one.
"""

import json
from base64 import b64decode, b64encode
from types import SimpleNamespace

import pytest

from registry.core.decision_log.note import format_note
from registry.core.decision_log.prove import inclusion_proof
from tests.core.decision_log.logs import LOG_KEY, ORIGIN, Hashes, entries_of, receipt_of
from tests.vectors.make_decision_log import FOLDER

REASON = "NOT VERIFIED BY OTHERS: sigstore is not installed; uv pip install --group interop"
merkle = pytest.importorskip("sigstore._internal.merkle", reason=REASON, exc_type=ImportError)
checkpoint = pytest.importorskip("sigstore._internal.rekor.checkpoint", reason=REASON, exc_type=ImportError)
errors = pytest.importorskip("sigstore.errors", reason=REASON, exc_type=ImportError)

LOG = Hashes(entries_of(40))


def entry_of(entry: bytes, index: int, size: int, hashes: list[bytes], root: bytes) -> SimpleNamespace:
    proof = SimpleNamespace(log_index=index, tree_size=size, hashes=hashes, root_hash=root)
    return SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=entry))


def test_it_accepts_our_inclusion_proofs() -> None:
    for size in range(1, 41):
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.get)
            merkle.verify_merkle_inclusion(entry_of(LOG.entries[index], index, size, list(proof), LOG.root(size)))


def test_it_refuses_what_our_vectors_say_must_fail_but_for_what_it_does_not_check() -> None:
    vectors = json.loads((FOLDER / "inclusion.json").read_text(encoding="utf-8"))
    # It hashes the entry itself, takes any length of hash, and does not compare the index with the size: leave these to ourselves.
    shared = [vector for vector in vectors if vector["reason"] not in {None, "INDEX_OUT_OF_RANGE", "WRONG_HASH_LENGTH"}]
    entries = {b64encode(merkle._hash_leaf(entry)).decode(): entry for entry in entries_of(70)}
    givens = [vector["input"] for vector in shared if vector["input"]["leaf_hash"] in entries]
    assert len(givens) > 100
    for given in givens:
        proof = [b64decode(value) for value in given["proof"]]
        entry = entry_of(entries[given["leaf_hash"]], given["index"], given["size"], proof, b64decode(given["root"]))
        with pytest.raises(errors.VerificationError):
            merkle.verify_merkle_inclusion(entry)


def test_it_reads_our_checkpoints_as_we_do() -> None:
    receipt = receipt_of(5, 7)
    read = checkpoint.SignedCheckpoint.from_text(format_note(receipt.note).decode())
    ours = receipt.checkpoint
    assert (read.checkpoint.origin, read.checkpoint.log_size, read.checkpoint.log_hash) == (ORIGIN, ours.size, ours.root.hex())
    assert read.signed_note.note == receipt.note.text
    assert read.signed_note.signatures[0].sig_hash == LOG_KEY.verifier.key_id
    assert [line.name for line in read.signed_note.signatures] == [line.name for line in receipt.note.signatures]
