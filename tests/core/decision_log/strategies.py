"""Hypothesis strategies for every value that has a text form."""

from hypothesis import strategies as st

from registry.core.decision_log.checkpoint import Checkpoint, format_checkpoint
from registry.core.decision_log.keys import KeyType, SigningKey
from registry.core.decision_log.note import Signature, SignedNote
from registry.core.decision_log.proof import Receipt
from registry.core.decision_log.witness import AddCheckpoint

letters = st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(32)])
lines = st.text(letters, min_size=1, max_size=20)
names = st.text(letters, min_size=1, max_size=20).filter(lambda name: "+" not in name and not any(map(str.isspace, name)))
hashes = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**63 - 1) | st.integers(0, 300)
proofs = st.lists(hashes, max_size=6).map(tuple)

signing_keys = st.builds(SigningKey, names, st.sampled_from(KeyType), hashes)
signatures = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
texts = st.text(letters | st.just("\n"), max_size=60).map(lambda text: text + "\n")
notes = st.builds(SignedNote, texts, st.lists(signatures, min_size=1, max_size=4).map(tuple))
checkpoints = st.builds(Checkpoint, lines, numbers, hashes, st.lists(lines, max_size=2).map(tuple))
signed_checkpoints = st.builds(SignedNote, checkpoints.map(format_checkpoint), st.lists(signatures, min_size=1, max_size=3).map(tuple))
receipts = st.builds(Receipt, numbers, proofs, signed_checkpoints, st.none() | st.binary(max_size=40))
requests = st.builds(AddCheckpoint, numbers, proofs, signed_checkpoints)
