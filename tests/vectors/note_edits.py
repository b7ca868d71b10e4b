"""What can happen to the three text formats that end in a signed checkpoint, whichever of them carries it."""

from collections.abc import Callable, Iterator
from typing import Any

from registry.core.decision_log.checkpoint import Checkpoint, sign_checkpoint
from registry.core.decision_log.keys import KeyType, SigningKey, format_vkey
from registry.core.decision_log.note import SignedNote, cosign_note, format_note, sign_note
from tests.core.decision_log import reference
from tests.core.decision_log.logs import LOG_KEY, NEXT_KEY, ORIGIN, SECOND_WITNESS_KEY, TIME, WITNESS_KEY, entries_of
from tests.vectors.edits import Edit, Vector, base64, flipped


def text_edits(whole: bytes, *, header: int) -> Iterator[Edit]:
    """What can happen to any of the three text formats; `header` is where the note begins."""
    split = whole.rindex("\n\n— ".encode())
    for at in range(split + 3, len(whole), 23):
        yield "truncated", whole[:at], cut_reason(whole[:at], "NO_FINAL_NEWLINE")
    for at in range(header, split + 3, 17):
        yield "truncated", whole[:at], cut_reason(whole[:at], "NO_SIGNATURES")
    yield "truncated", whole[:-1], "NO_FINAL_NEWLINE"
    yield "trailing bytes", whole + b"x", "NO_FINAL_NEWLINE"
    yield "trailing bytes", whole + b"\n", "NO_SIGNATURES"
    yield "trailing bytes", whole + b"more\n", "NOT_A_SIGNATURE_LINE"
    yield "trailing bytes", whole + b"- someone AAAAAAA=\n", "NOT_A_SIGNATURE_LINE"
    yield "trailing bytes", whole + "— someone\n".encode(), "NOT_A_SIGNATURE_LINE"
    yield "trailing bytes", whole + "— someone AAAAAA==\n".encode(), "NOT_A_SIGNATURE_LINE"
    yield "trailing bytes", whole + "— some+one AAAAAAA=\n".encode(), "NOT_A_KEY_NAME"
    yield "trailing bytes", whole + "—  AAAAAAA=\n".encode(), "NOT_A_KEY_NAME"
    yield "trailing bytes", whole + "— some\u2003one AAAAAAA=\n".encode(), "NOT_A_KEY_NAME"
    yield "trailing bytes", whole + "— someone AAAAAAA\n".encode(), "NOT_BASE64"
    yield "trailing bytes", whole + "— someone AAAAAAB=\n".encode(), "NOT_BASE64"
    yield "trailing bytes", whole + "— someone AAAA_AA=\n".encode(), "NOT_BASE64"
    yield "trailing bytes", whole + "— someone AAAAAAA=\n".encode() * 100, "TOO_MANY_SIGNATURES"
    yield "trailing bytes", whole + b"\0", "CONTROL_CHARACTER"
    yield "trailing bytes", whole + b"\xff", "NOT_UTF8"
    yield "other line ends", whole.replace(b"\n", b"\r\n"), "CONTROL_CHARACTER"
    yield "flipped bit", flipped(whole, 8 * header + 7), "NOT_UTF8"


def cut_reason(cut: bytes, otherwise: str) -> str:
    try:
        cut.decode()
    except UnicodeDecodeError:
        return "NOT_UTF8"
    return otherwise


def hash_edits(before: bytes, hashes: list[bytes], after: bytes) -> Iterator[Edit]:
    """What can happen to the lines of hashes between `before` and `after`."""

    def written(lines: list[str]) -> bytes:
        return before + "".join(f"{line}\n" for line in lines).encode() + after

    good = [base64(value) for value in hashes]
    yield "truncated", written([*good[:-1], base64(hashes[-1][:31])]), "NOT_A_HASH"
    yield "trailing bytes", written([*good[:-1], base64(hashes[-1] + b"\0")]), "NOT_A_HASH"
    yield "truncated", written([*good[:-1], good[-1][:-1]]), "NOT_BASE64"
    yield "trailing bytes", written([*good[:-1], good[-1] + " "]), "NOT_BASE64"
    yield "another base64", written([*good[:-1], "-_" + good[-1][2:]]), "NOT_BASE64"
    yield "another base64", written([*good[:-1], good[-1][:-2] + "B="]), "NOT_BASE64"
    yield "trailing bytes", written(good[:1] * 64), "TOO_MANY_HASHES"


def checkpoint_edits(head: Checkpoint, wrap: Callable[[bytes], bytes]) -> Iterator[Edit]:
    """What can be wrong with a checkpoint whoever carries it: its text changed after signing, or signed by the wrong one."""
    note = cosign_note(sign_checkpoint(head, LOG_KEY), WITNESS_KEY, TIME)
    log_line, witness_line = note.signatures
    root = base64(head.root)

    def text(new: str) -> bytes:
        return wrap(format_note(SignedNote(new, note.signatures)))

    def lines(*signatures: tuple[str, bytes]) -> bytes:
        return wrap(f"{note.text}\n{''.join(f'— {name} {base64(data)}{chr(10)}' for name, data in signatures)}".encode())

    def signed(*keys: SigningKey, of: Checkpoint = head) -> bytes:
        return wrap(format_note(cosign_note(sign_checkpoint(of, *keys), WITNESS_KEY, TIME)))

    log, witness = (log_line.name, log_line.key_id + log_line.value), (witness_line.name, witness_line.key_id + witness_line.value)
    for bit in (0, 100, 255):
        yield "flipped bit", text(note.text.replace(root, base64(flipped(head.root, bit)))), "WRONG_SIGNATURE"
    for bit in (32, 300, 543):
        yield "flipped bit", lines((log[0], flipped(log[1], bit)), witness), "WRONG_SIGNATURE"
        yield "flipped bit", lines(log, (witness[0], flipped(witness[1], bit))), "WRONG_SIGNATURE"
    for bit in (0, 31):
        yield "flipped bit", lines((log[0], flipped(log[1], bit)), witness), "NO_TRUSTED_SIGNATURE"
        yield "flipped bit", lines(log, (witness[0], flipped(witness[1], bit))), "TOO_FEW_WITNESSES"
    for size in (head.size - 1, head.size + 1, 0, 2**63 - 1):
        yield "wrong size", text(f"{head.origin}\n{size}\n{root}\n"), "WRONG_SIGNATURE"
    for size in ("", "07", "-7", "+7", "７", "7.0", "0x7", str(2**63), "9" * 30, " 7"):
        yield "wrong size", wrap(form_only(f"{head.origin}\n{size}\n{root}\n")), "NOT_A_NUMBER"
    yield "trailing bytes", text(note.text + "extension\n"), "WRONG_SIGNATURE"
    yield "trailing bytes", text(note.text + " \n"), "WRONG_SIGNATURE"
    yield "truncated", lines((log[0], log[1][:-1]), witness), "WRONG_SIGNATURE"
    yield "trailing bytes", lines((log[0], log[1] + b"\0"), witness), "WRONG_SIGNATURE"
    yield "truncated", lines(log), "TOO_FEW_WITNESSES"
    yield "truncated", lines(witness), "NO_TRUSTED_SIGNATURE"
    yield "swapped siblings", lines((log[0], witness[1]), (witness[0], log[1])), "NO_TRUSTED_SIGNATURE"
    yield "other time", lines(log, (witness[0], witness[1][:11] + b"\xff" + witness[1][12:])), "WRONG_SIGNATURE"
    yield "other time", lines(log, (witness[0], witness[1][:4] + b"\xff" + witness[1][5:])), "WRONG_SIGNATURE"
    other = Checkpoint("other.example/log", head.size, head.root)
    yield "other origin", signed(LOG_KEY, of=other), "OTHER_ORIGIN"
    yield "other origin", text(f"other.example/log\n{head.size}\n{root}\n"), "WRONG_SIGNATURE"
    renamed = SigningKey("other.example/log", KeyType.ED25519, LOG_KEY.seed)
    yield "other origin", wrap(format_note(sign_checkpoint(other, renamed))), "NO_TRUSTED_SIGNATURE"
    yield "other origin", signed(renamed, of=other), "OTHER_ORIGIN"  # the witness is trusted, so the text may be read
    yield "other key", signed(NEXT_KEY), "NO_TRUSTED_SIGNATURE"
    yield "other key", signed(renamed), "NO_TRUSTED_SIGNATURE"
    yield "other key", wrap(format_note(cosign_note(sign_checkpoint(head, LOG_KEY), SECOND_WITNESS_KEY, TIME))), "TOO_FEW_WITNESSES"
    forged = log_line.key_id + sign_checkpoint(head, NEXT_KEY).signatures[0].value
    yield "other key", lines((ORIGIN, forged), witness), "WRONG_SIGNATURE"
    yield "other key", lines(log, (ORIGIN, forged), witness), "WRONG_SIGNATURE"
    not_a_time = witness_line.key_id + TIME.to_bytes(8, "big") + WITNESS_KEY.sign(note.text.encode())
    yield "other key", lines(log, (WITNESS_KEY.name, not_a_time)), "WRONG_SIGNATURE"


def form_only(text: str) -> bytes:
    """Return a note whose text is signed as it should be, so that only the form of the text is wrong."""
    return format_note(cosign_note(sign_note(text, [LOG_KEY]), WITNESS_KEY, TIME))


def keyed(kind: str, reason: str | None, **given: Any) -> Vector:
    keys = {"origin": ORIGIN, "log_keys": [format_vkey(LOG_KEY.verifier)], "witness_keys": [format_vkey(WITNESS_KEY.verifier)], "quorum": 1}
    return {"kind": kind, "input": {**given, **keys}, "reason": reason}


def head_of(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, reference.mth(entries_of(size)))


def witnessed(head: Checkpoint) -> SignedNote:
    return cosign_note(sign_checkpoint(head, LOG_KEY), WITNESS_KEY, TIME)
