"""Signed notes (C2SP signed-note v1): a text and the signatures of named keys under it.

    <text, ending in a newline>
    <empty line>
    — <key name> <base64 of key ID || signature>
    ...

Signatures by unknown keys are ignored: that is what lets a log change its key, and witnesses add theirs (C2SP
tlog-cosignature: 8 bytes of POSIX seconds, then a signature over `cosignature/v1`, the time and the text).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import SIGNATURE_SIZE, KeyType, SigningKey, VerifierKey, check_key_name
from registry.core.decision_log.wire import MAX_NUMBER, check_text, decode_base64, decode_text, encode_base64, split_lines
from registry.core.errors import CheckpointRejected, Malformed

MAX_SIGNATURES = 100
MAX_NOTE_SIZE = 1_000_000  # bytes
_KEY_ID_SIZE = 4
_TIME_SIZE = 8
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, and the bytes after the key id."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.key_id) != _KEY_ID_SIZE or not self.value:
            raise Malformed("a signature is a key id of 4 bytes and at least one byte more", code=Flaw.NOT_A_SIGNATURE_LINE)


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text and its signatures, not yet verified. The text ends in a newline; it must not be used before `verify_note`."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        check_text(self.text, "the text of a note")
        split_lines(self.text, "the text of a note")
        if not self.signatures:
            raise Malformed("a note needs at least one signature", code=Flaw.NO_SIGNATURES)
        _check_count(self.signatures)


@dataclass(frozen=True, slots=True)
class Signed:
    """A trusted key that has signed, and when, in POSIX seconds: None for a log's own signature, which has no time in it."""

    key: VerifierKey
    time: int | None


def format_note(note: SignedNote) -> bytes:
    """Return the bytes of a note."""
    return f"{note.text}\n{format_signatures(note.signatures)}".encode()


def parse_note(data: bytes) -> SignedNote:
    """Undo `format_note`. Raises Malformed for anything that is not exactly a note."""
    if len(data) > MAX_NOTE_SIZE:
        raise Malformed(f"a note of {len(data)} bytes is longer than {MAX_NOTE_SIZE}", code=Flaw.NOTE_TOO_LARGE)
    text, separator, lines = decode_text(data, "the note").rpartition("\n\n")
    if not separator or not lines:
        raise Malformed("the note has no signatures behind its last empty line", code=Flaw.NO_SIGNATURES)
    return SignedNote(text + "\n", parse_signatures(lines))


def format_signatures(signatures: Iterable[Signature]) -> str:
    """Return signature lines, as they end a note and as a witness answers with them."""
    return "".join(f"{_DASH}{line.name} {encode_base64(line.key_id + line.value)}\n" for line in signatures)


def parse_signatures(text: str) -> tuple[Signature, ...]:
    """Undo `format_signatures`. Raises Malformed."""
    lines = split_lines(text, "the signature lines")
    _check_count(lines)
    return tuple(_parse_signature(line) for line in lines)


def sign_note(text: str, keys: Iterable[SigningKey]) -> SignedNote:
    """Return the note with one signature by each of these keys of a log; several keys when the key changes."""
    return SignedNote(text, tuple(_sign(text, key) for key in keys))


def cosign_note(note: SignedNote, key: SigningKey, time: int) -> SignedNote:
    """Return the note with a witness's cosignature at `time`, in POSIX seconds, behind the others."""
    return SignedNote(note.text, (*note.signatures, _sign(note.text, key, time)))


def verify_note(note: SignedNote, keys: Iterable[VerifierKey]) -> tuple[Signed, ...]:
    """Return which of these keys have signed, each once, in the order of the note.

    Raises CheckpointRejected: WRONG_SIGNATURE when a line that names a trusted key is not its signature, whatever the other
    lines say; NO_TRUSTED_SIGNATURE when no line names one.
    """
    trusted = {(key.name, key.key_id): key for key in keys}
    known = [(line, trusted[line.name, line.key_id]) for line in note.signatures if (line.name, line.key_id) in trusted]
    if not known:
        raise CheckpointRejected("no trusted key has signed this note", code=Flaw.NO_TRUSTED_SIGNATURE)
    signed = {key: Signed(key, _verified_time(note.text, line, key)) for line, key in known}
    return tuple(signed.values())


def _sign(text: str, key: SigningKey, time: int | None = None) -> Signature:
    if (key.key_type is KeyType.COSIGNATURE_V1) != (time is not None):
        raise Malformed(f"the key of `{key.name}` signs with a time if and only if it is a witness's", code=Flaw.NOT_A_KEY)
    stamp = b"" if time is None else _encode_time(time)
    return Signature(key.name, key.verifier.key_id, stamp + key.sign(_message(text, time)))


def _verified_time(text: str, line: Signature, key: VerifierKey) -> int | None:
    split = _TIME_SIZE if key.key_type is KeyType.COSIGNATURE_V1 else 0
    stamp, signature = line.value[:split], line.value[split:]
    time = int.from_bytes(stamp, "big") if split else None
    right_size = len(line.value) == split + SIGNATURE_SIZE
    if not (right_size and (time is None or time <= MAX_NUMBER) and key.verifies(_message(text, time), signature)):
        raise CheckpointRejected(f"the signature that names `{key.name}` is not by its key over this text", code=Flaw.WRONG_SIGNATURE)
    return time


def _message(text: str, time: int | None) -> bytes:
    return text.encode() if time is None else f"cosignature/v1\ntime {time}\n{text}".encode()


def _encode_time(time: int) -> bytes:
    if not 0 <= time <= MAX_NUMBER:
        raise Malformed(f"`{time}` is not a time in POSIX seconds", code=Flaw.NOT_A_TIME)
    return time.to_bytes(_TIME_SIZE, "big")


def _parse_signature(line: str) -> Signature:
    name, space, value = line.removeprefix(_DASH).partition(" ")
    if not (line.startswith(_DASH) and space):
        raise Malformed(f"`{line[:80]}` is not a signature line: a dash, a key name and base64", code=Flaw.NOT_A_SIGNATURE_LINE)
    data = decode_base64(value, f"the signature of `{name[:80]}`")
    return Signature(name, data[:_KEY_ID_SIZE], data[_KEY_ID_SIZE:])


def _check_count(lines: tuple[Signature, ...] | list[str]) -> None:
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(f"{len(lines)} signatures are more than {MAX_SIGNATURES}", code=Flaw.TOO_MANY_SIGNATURES)
