"""Receipts (C2SP tlog-proof v1): one entry's inclusion proof with the signed checkpoint it leads to, verified offline.

    c2sp.org/tlog-proof@v1
    extra <base64>
    index <number of the entry>
    <base64 hash>
    ...
    <empty line>
    <checkpoint, a signed note>

The hashes go from the leaf's sibling up. The `extra` line may be left out; it is not signed and proves nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, VerifiedCheckpoint, parse_checkpoint, verify_checkpoint
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.merkle import leaf_hash
from registry.core.decision_log.note import Signed, SignedNote, format_note, parse_note
from registry.core.decision_log.verify import verify_inclusion
from registry.core.decision_log.wire import (
    check_number,
    check_proof,
    decode_base64,
    decode_number,
    decode_proof,
    decode_text,
    encode_base64,
    encode_proof,
)
from registry.core.errors import Malformed

HEADER = "c2sp.org/tlog-proof@v1"
_YEAR_10000 = 253_402_300_800  # POSIX seconds; what `datetime` cannot write any more


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that an entry is number `index` of the log whose signed checkpoint is `note`. `extra` is not authenticated."""

    index: int
    hashes: tuple[bytes, ...]
    note: SignedNote
    extra: bytes | None = None

    def __post_init__(self) -> None:
        check_number(self.index, "the index of a receipt")
        check_proof(self.hashes, "a receipt")
        parse_checkpoint(self.note.text)

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint as it says itself; `verify_receipt` says whether it is signed."""
        return parse_checkpoint(self.note.text)


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """What a receipt proves. `words` says it in sentences, one for each thing checked."""

    index: int
    checkpoint: VerifiedCheckpoint
    words: tuple[str, ...]


def format_receipt(receipt: Receipt) -> bytes:
    """Return the bytes of a `.tlog-proof` file."""
    extra = "" if receipt.extra is None else f"extra {encode_base64(receipt.extra)}\n"
    return f"{HEADER}\n{extra}index {receipt.index}\n{encode_proof(receipt.hashes)}\n".encode() + format_note(receipt.note)


def parse_receipt(data: bytes) -> Receipt:
    """Undo `format_receipt`. Raises Malformed."""
    head, separator, note = decode_text(data, "the receipt").partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER:
        raise Malformed(f"a receipt begins with {HEADER}, this one with `{header[:80]}`", code=Flaw.WRONG_HEADER)
    if not separator:
        raise Malformed("the receipt has no checkpoint behind an empty line", code=Flaw.NO_CHECKPOINT)
    extra = decode_base64(lines.pop(0)[len("extra ") :], "the extra data") if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index "):
        raise Malformed("the receipt has no line `index <number>` where it belongs", code=Flaw.WRONG_HEADER)
    index = decode_number(lines[0].removeprefix("index "), "the index of a receipt")
    return Receipt(index, decode_proof(lines[1:], "the receipt"), parse_note(note.encode()), extra)


def verify_receipt(receipt: Receipt, leaf: bytes, keys: LogKeys) -> VerifiedReceipt:
    """Check that the entry `leaf` (its bytes, not its hash) is in the log that these keys sign for.

    Raises CheckpointRejected as `verify_checkpoint` does, or ProofRejected as `verify_inclusion` does.
    """
    verified = verify_checkpoint(receipt.note, keys)
    head = verified.checkpoint
    verify_inclusion(leaf_hash(leaf), receipt.index, head.size, receipt.hashes, head.root)
    words = (
        *(f"the log {head.origin} has signed its head of {head.size} entries with the key {_key(one)}" for one in verified.log),
        *(f"the witness {one.key.name} has cosigned that head at {_when(one)}" for one in verified.witnesses),
        f"these {len(leaf)} bytes are entry {receipt.index} of that log",
        *(() if receipt.extra is None else (f"the {len(receipt.extra)} bytes of extra data are not signed by anyone",)),
    )
    return VerifiedReceipt(receipt.index, verified, words)


def _key(signed: Signed) -> str:
    return f"{signed.key.name}+{signed.key.key_id.hex()}"


def _when(signed: Signed) -> str:
    if signed.time is None or signed.time >= _YEAR_10000:
        return f"POSIX second {signed.time}"
    return datetime.fromtimestamp(signed.time, UTC).isoformat()
