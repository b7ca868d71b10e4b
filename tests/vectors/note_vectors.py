"""Checkpoints, receipts and witness requests that must fail."""

from collections.abc import Iterator

from registry.core.decision_log.checkpoint import Checkpoint
from registry.core.decision_log.note import SignedNote, format_note
from registry.core.decision_log.proof import Receipt, format_receipt
from registry.core.decision_log.witness import AddCheckpoint, format_add_checkpoint
from tests.core.decision_log import reference
from tests.core.decision_log.logs import ORIGIN, entries_of, seed
from tests.vectors.edits import Edit, Vector, base64, flipped, grown_reason, replaced, shape_reason, swapped
from tests.vectors.note_edits import checkpoint_edits, form_only, hash_edits, head_of, keyed, text_edits, witnessed

ENTRIES = entries_of(7)
PATH = reference.path(5, ENTRIES)


def checkpoint_vectors() -> Iterator[Vector]:
    note = format_note(witnessed(head_of(7)))
    signatures = note.split(b"\n\n")[1]
    yield keyed("good", None, checkpoint=base64(note))
    for kind, data, reason in (*checkpoint_edits(head_of(7), bytes), *text_edits(note, header=0)):
        yield keyed(kind, reason, checkpoint=base64(data))
    malformed = {
        "TOO_FEW_LINES": f"{ORIGIN}\n7\n",
        "EMPTY_LINE": f"\n7\n{base64(head_of(7).root)}\n",
        "NOT_A_HASH": f"{ORIGIN}\n7\n{base64(b'short')}\n",
        "NOT_BASE64": f"{ORIGIN}\n7\n{head_of(7).root.hex()}!\n",
    }
    for reason, text in malformed.items():
        yield keyed("malformed", reason, checkpoint=base64(form_only(text)))
    yield keyed("other line ends", "NO_SIGNATURES", checkpoint=base64(note.replace(b"\n\n", b"\n")))
    yield keyed("malformed", "NO_SIGNATURES", checkpoint="")
    yield keyed("malformed", "NOTE_TOO_LARGE", checkpoint_of_zeros=1_000_001)
    yield keyed("malformed", "NO_SIGNATURES", checkpoint=base64(signatures))


def receipt_vectors() -> Iterator[Vector]:
    for kind, data, reason in receipt_edits():
        yield receipt_vector(kind, data, reason)
    yield from entry_vectors()


def receipt_vector(kind: str, data: bytes, reason: str | None, entry: bytes = ENTRIES[5]) -> Vector:
    return keyed(kind, reason, receipt=base64(data), entry=base64(entry))


def receipt(index: int = 5, hashes: list[bytes] = PATH, of: SignedNote | None = None) -> bytes:
    return format_receipt(Receipt(index, tuple(hashes), of or witnessed(head_of(7))))


def receipt_edits() -> Iterator[Edit]:
    good = receipt()
    start = good.index(b"\n\n") + 2
    yield from checkpoint_edits(head_of(7), lambda data: good[:start] + data)
    yield from text_edits(good, header=start)
    yield from hash_edits(b"c2sp.org/tlog-proof@v1\nindex 5\n", PATH, good[start - 1 :])
    yield from header_edits(good, start)
    yield from path_edits()
    for index in ("", "05", "-5", "+5", "5 ", "五", "5" * 30):
        yield "wrong index", good.replace(b"index 5\n", f"index {index}\n".encode()), "NOT_A_NUMBER"


def path_edits() -> Iterator[Edit]:
    for at, value in enumerate(PATH):
        for bit in (0, 127, 255):
            yield "flipped bit", receipt(hashes=replaced(PATH, at, flipped(value, bit))), "WRONG_ROOT"
    for index in (0, 1, 2, 3, 4, 6, 7, 2**63 - 1):
        reason = "INDEX_OUT_OF_RANGE" if index >= 7 else shape_reason(len(PATH), reference.path_length(index, 7), "WRONG_ROOT")
        yield "wrong index", receipt(index), reason
    for size in (4, 5, 6, 8, 9, 16):  # signed by the log: it lies about its own size
        reason = "INDEX_OUT_OF_RANGE" if size <= 5 else shape_reason(len(PATH), reference.path_length(5, size), "WRONG_ROOT")
        yield "wrong size", receipt(of=witnessed(head_of(size))), reason
    for shorter in (PATH[:-1], PATH[1:], []):
        yield "truncated", receipt(hashes=shorter), "PROOF_TOO_SHORT"
    yield "trailing bytes", receipt(hashes=[*PATH, PATH[0]]), "PROOF_TOO_LONG"
    for other in (swapped(PATH), PATH[::-1]):
        yield "swapped siblings", receipt(hashes=other), "WRONG_ROOT"


def header_edits(good: bytes, start: int) -> Iterator[Edit]:
    yield "malformed", good.replace(b"@v1", b"@v2"), "WRONG_HEADER"
    yield "malformed", good.replace(b"index", b"Index"), "WRONG_HEADER"
    yield "malformed", good.replace(b"index 5\n", b""), "WRONG_HEADER"
    yield "malformed", good.replace(b"index 5\n", b"index 5\nextra aGk=\n"), "NOT_BASE64"
    yield "malformed", good.replace(b"index 5\n", b"extra aGk=\nextra aGk=\nindex 5\n"), "WRONG_HEADER"
    yield "malformed", good.replace(b"index 5\n", b"extra !\nindex 5\n"), "NOT_BASE64"
    yield "malformed", b"\xef\xbb\xbf" + good, "WRONG_HEADER"
    for at in (0, 1, 10, 21):
        yield "truncated", good[:at], "WRONG_HEADER"
    for at in (22, 28, 31, 60, start - 2, start - 1):
        yield "truncated", good[:at], "NO_CHECKPOINT"


def entry_vectors() -> Iterator[Vector]:
    good = receipt()
    yield receipt_vector("good", good, None)
    yield receipt_vector("good", format_receipt(Receipt(5, tuple(PATH), witnessed(head_of(7)), b"extra")), None)
    for bit in range(0, 8 * len(ENTRIES[5]), 13):
        yield receipt_vector("flipped bit", good, "WRONG_ROOT", flipped(ENTRIES[5], bit))
    for other in (ENTRIES[4], b"", ENTRIES[5] + b"\0"):
        yield receipt_vector("other entry", good, "WRONG_ROOT", other)
    inner = b"\x01" + reference.leaf(ENTRIES[4]) + reference.leaf(ENTRIES[5])  # a node passed off as an entry
    yield receipt_vector("other entry", receipt(2, PATH[1:]), "PROOF_TOO_SHORT", inner)
    yield receipt_vector("other entry", good, "WRONG_ROOT", inner)


def request_vectors() -> Iterator[Vector]:
    entries = entries_of(13)
    proof = reference.proof(7, entries)
    head, latest = head_of(13), head_of(7)
    note = witnessed(head)
    good = format_add_checkpoint(AddCheckpoint(7, tuple(proof), note))

    def vector(kind: str, data: bytes, reason: str | None, known: Checkpoint = latest) -> Vector:
        return keyed(kind, reason, request=base64(data), latest_size=known.size, latest_root=base64(known.root))

    def request(old: int = 7, hashes: list[bytes] = proof, of: SignedNote = note) -> bytes:
        return format_add_checkpoint(AddCheckpoint(old, tuple(hashes), of))

    start = good.index(b"\n\n") + 2
    yield vector("good", good, None)
    for edit in (*checkpoint_edits(head, lambda data: good[:start] + data), *hash_edits(b"old 7\n", proof, good[start - 1 :])):
        yield vector(*edit)
    for at, value in enumerate(proof):
        changed = replaced(proof, at, flipped(value, 99 * at))
        yield vector("flipped bit", request(hashes=changed), grown_reason(7, latest.root, 13, changed))
    for old in (0, 6, 8, 13, 14, 2**63 - 1):
        yield vector("wrong size", request(old), "OTHER_OLD_SIZE")
    for old in ("", "07", "-7", "seven"):
        yield vector("wrong size", good.replace(b"old 7\n", f"old {old}\n".encode()), "NOT_A_NUMBER")
    yield vector("wrong size", request(of=witnessed(head_of(6))), "SIZES_OUT_OF_ORDER")
    yield vector("truncated", request(hashes=proof[:-1]), "PROOF_TOO_SHORT")
    yield vector("truncated", request(hashes=[]), "PROOF_TOO_SHORT")
    yield vector("trailing bytes", request(hashes=[*proof, proof[0]]), "PROOF_TOO_LONG")
    yield vector("swapped siblings", request(hashes=swapped(proof)), grown_reason(7, latest.root, 13, swapped(proof)))
    forked = Checkpoint(ORIGIN, 13, reference.mth([b"changed", *entries[1:]]))
    yield vector("changed entry", request(of=witnessed(forked)), "WRONG_NEW_ROOT")
    yield vector("changed entry", good, "WRONG_OLD_ROOT", Checkpoint(ORIGIN, 7, seed("another history")))
    yield vector("two roots of one size", request(hashes=[], of=witnessed(Checkpoint(ORIGIN, 7, seed("fork")))), "WRONG_NEW_ROOT")
    yield vector("malformed", good.replace(b"old ", b"Old "), "WRONG_HEADER")
    yield vector("malformed", b"", "WRONG_HEADER")
    yield vector("truncated", good[: start - 2], "NO_CHECKPOINT")
