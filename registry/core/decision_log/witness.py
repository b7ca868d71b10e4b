"""Asking a witness to cosign (C2SP tlog-witness `add-checkpoint`): the request, and what a witness checks before it signs.

    old <size of the checkpoint the witness cosigned last>
    <base64 hash>                  (one line each, the consistency proof)
    <empty line>
    <checkpoint, a signed note>

The answer is signature lines: `note.parse_signatures`.
"""

from dataclasses import dataclass

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, parse_checkpoint, verify_checkpoint
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.merkle import EMPTY_ROOT
from registry.core.decision_log.note import SignedNote, format_note, parse_note
from registry.core.decision_log.verify import verify_consistency
from registry.core.decision_log.wire import check_number, check_proof, decode_number, decode_proof, decode_text, encode_proof
from registry.core.errors import CheckpointRejected, Malformed


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint to cosign, with the proof that it continues the one of `old_size` leaves."""

    old_size: int
    hashes: tuple[bytes, ...]
    note: SignedNote

    def __post_init__(self) -> None:
        check_number(self.old_size, "the old size")
        check_proof(self.hashes, "the consistency proof")
        parse_checkpoint(self.note.text)


def format_add_checkpoint(request: AddCheckpoint) -> bytes:
    """Return the body of the request."""
    return f"old {request.old_size}\n{encode_proof(request.hashes)}\n".encode() + format_note(request.note)


def parse_add_checkpoint(data: bytes) -> AddCheckpoint:
    """Undo `format_add_checkpoint`. Raises Malformed."""
    head, separator, note = decode_text(data, "the request").partition("\n\n")
    first, *lines = head.split("\n")
    if not first.startswith("old "):
        raise Malformed("the request does not begin with a line `old <size>`", code=Flaw.WRONG_HEADER)
    if not separator:
        raise Malformed("the request has no checkpoint behind an empty line", code=Flaw.NO_CHECKPOINT)
    old_size = decode_number(first.removeprefix("old "), "the old size")
    return AddCheckpoint(old_size, decode_proof(lines, "the consistency proof"), parse_note(note.encode()))


def verify_add_checkpoint(request: AddCheckpoint, latest: Checkpoint | None, keys: LogKeys) -> Checkpoint:
    """Return the checkpoint that the witness may cosign now and must remember first; `latest` is the one it remembers.

    Comparing with `latest` and remembering the new one must be one atomic step.
    Raises CheckpointRejected as `verify_checkpoint` does, or OTHER_OLD_SIZE (answer 409 with the latest size);
    ProofRejected as `verify_consistency` does (answer 422).
    """
    checkpoint = verify_checkpoint(request.note, keys).checkpoint
    known_size, known_root = (latest.size, latest.root) if latest else (0, EMPTY_ROOT)
    if request.old_size != known_size:
        raise CheckpointRejected(f"the last checkpoint cosigned has {known_size} leaves, not {request.old_size}", code=Flaw.OTHER_OLD_SIZE)
    verify_consistency(known_size, known_root, checkpoint.size, checkpoint.root, request.hashes)
    return checkpoint
