"""Checkpoints (C2SP tlog-checkpoint): origin, tree size and root hash as the text of a signed note, and whom to trust for them."""

from dataclasses import dataclass

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import KeyType, SigningKey, VerifierKey
from registry.core.decision_log.note import Signed, SignedNote, sign_note, verify_note
from registry.core.decision_log.wire import (
    check_hash,
    check_line,
    check_number,
    check_text,
    decode_hash,
    decode_number,
    encode_base64,
    split_lines,
)
from registry.core.errors import CheckpointRejected, InvalidInput, Malformed


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log `origin` at `size` leaves. Extension lines are opaque, and better not used."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_line(self.origin, "the origin of a checkpoint")
        check_number(self.size, "the size of a checkpoint")
        check_hash(self.root, "the root of a checkpoint")
        for line in self.extensions:
            check_line(line, "an extension line of a checkpoint")


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Whom a reader trusts: the log's name, its keys (several around a change of key; one of them is enough), its witnesses.

    `quorum` is how many different witness keys must have cosigned. Raises InvalidInput when that can never be met, or
    when a log key is of the witness type or the other way round.
    """

    origin: str
    log: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        if not self.log or any(key.key_type is not KeyType.ED25519 for key in self.log):
            raise InvalidInput("a log needs at least one key of its own, of the type 0x01")
        if any(key.key_type is not KeyType.COSIGNATURE_V1 for key in self.witnesses):
            raise InvalidInput("the keys of witnesses are of the type 0x04")
        if not 0 <= self.quorum <= len({key.public_key for key in self.witnesses}):
            raise InvalidInput(f"a quorum of `{self.quorum}` cannot be met by `{len(self.witnesses)}` witnesses")


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint that passed `verify_checkpoint`, and who has signed it."""

    checkpoint: Checkpoint
    log: tuple[Signed, ...]
    witnesses: tuple[Signed, ...]


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text to sign."""
    lines = (checkpoint.origin, str(checkpoint.size), encode_base64(checkpoint.root), *checkpoint.extensions)
    return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Undo `format_checkpoint`. Raises Malformed."""
    check_text(text, "the checkpoint")
    lines = split_lines(text, "the checkpoint")
    if len(lines) < 3:
        raise Malformed(f"a checkpoint has at least 3 lines, not {len(lines)}: origin, size, root", code=Flaw.TOO_FEW_LINES)
    origin, size, root, *extensions = lines
    return Checkpoint(
        origin, decode_number(size, "the size of a checkpoint"), decode_hash(root, "the root of a checkpoint"), tuple(extensions)
    )


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> SignedNote:
    """Return the signed checkpoint. When the key changes, the last checkpoint of the old key is signed by the old and the new."""
    return sign_note(format_checkpoint(checkpoint), keys)


def verify_checkpoint(note: SignedNote, keys: LogKeys) -> VerifiedCheckpoint:
    """Return the checkpoint in the note once its origin is the log's, one of the log's keys and enough witnesses have signed.

    Raises Malformed, or CheckpointRejected: NO_TRUSTED_SIGNATURE, WRONG_SIGNATURE, OTHER_ORIGIN, TOO_FEW_WITNESSES.
    """
    signed = verify_note(note, (*keys.log, *keys.witnesses))
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != keys.origin:
        raise CheckpointRejected(f"the checkpoint is of the log `{checkpoint.origin}`, not `{keys.origin}`", code=Flaw.OTHER_ORIGIN)
    by_log = tuple(one for one in signed if one.key in keys.log)
    by_witnesses = tuple(one for one in signed if one.key in keys.witnesses)
    if not by_log:
        raise CheckpointRejected("witnesses have signed, but the log has not", code=Flaw.NO_TRUSTED_SIGNATURE)
    if (count := len({one.key.public_key for one in by_witnesses})) < keys.quorum:
        raise CheckpointRejected(f"{count} of the {keys.quorum} witnesses needed have cosigned", code=Flaw.TOO_FEW_WITNESSES)
    return VerifiedCheckpoint(checkpoint, by_log, by_witnesses)


def verify_rotation(note: SignedNote, origin: str, old: VerifierKey, new: VerifierKey) -> Checkpoint:
    """Return the last checkpoint of the old key, once the old and the new key have both signed it.

    Who trusts the old key may trust the new one afterwards. Raises as `verify_checkpoint`, and ROTATION_NOT_SIGNED.
    """
    verified = verify_checkpoint(note, LogKeys(origin, (old, new)))
    if {one.key for one in verified.log} != {old, new}:
        raise CheckpointRejected("a change of key needs the signatures of both keys, there is only one", code=Flaw.ROTATION_NOT_SIGNED)
    return verified.checkpoint
