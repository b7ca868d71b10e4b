"""Receipts (C2SP tlog-proof)."""

import pytest

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, sign_checkpoint
from registry.core.decision_log.note import cosign_note, sign_note
from registry.core.decision_log.proof import Receipt, format_receipt, parse_receipt, verify_receipt
from registry.core.errors import Malformed, ProofRejected, VerificationFailed
from tests.core.decision_log.logs import (
    KEYS,
    LOG_KEY,
    NEXT_KEY,
    ORIGIN,
    TIME,
    WITNESS_KEY,
    WITNESSED,
    Hashes,
    code_of,
    entries_of,
    receipt_of,
)


def test_every_receipt_of_every_small_log_verifies_offline_from_its_bytes() -> None:
    for size in range(1, 34):
        entries = entries_of(size)
        for index in range(size):
            receipt = parse_receipt(format_receipt(receipt_of(index, size)))
            assert verify_receipt(receipt, entries[index], WITNESSED).index == index


def test_a_receipt_says_in_words_what_was_checked() -> None:
    words = verify_receipt(receipt_of(5, 7, extra=b"hint"), entries_of(7)[5], WITNESSED).words
    assert words == (
        f"the log {ORIGIN} has signed its head of 7 entries with the key {ORIGIN}+{LOG_KEY.verifier.key_id.hex()}",
        f"the witness {WITNESS_KEY.name} has cosigned that head at 2023-11-14T22:13:20+00:00",
        "these 8 bytes are entry 5 of that log",
        "the 4 bytes of extra data are not signed by anyone",
    )
    assert TIME == 1_700_000_000


@pytest.mark.parametrize(
    ("time", "words"), [(0, "1970-01-01T00:00:00+00:00"), (253_402_300_799, "9999-12-31T23:59:59+00:00"), (2**63 - 1, str(2**63 - 1))]
)
def test_any_time_a_witness_can_sign_can_be_said(time: int, words: str) -> None:
    receipt = receipt_of(5, 7, witness=None)
    cosigned = Receipt(5, receipt.hashes, cosign_note(receipt.note, WITNESS_KEY, time))
    assert verify_receipt(cosigned, entries_of(7)[5], WITNESSED).words[1].endswith(words)


@pytest.mark.parametrize("time", [253_402_300_800, 253_402_300_801])
def test_a_time_after_the_year_9999_is_said_in_seconds(time: int) -> None:
    cosigned = cosign_note(receipt_of(5, 7, witness=None).note, WITNESS_KEY, time)
    words = verify_receipt(Receipt(5, receipt_of(5, 7).hashes, cosigned), entries_of(7)[5], WITNESSED).words
    assert words[1].endswith(f"POSIX second {time}")


def test_a_receipt_looks_as_the_specification_shows_it() -> None:
    lines = format_receipt(receipt_of(2, 3, extra=b"hi")).decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra aGk=", "index 2"]
    assert len(lines[3]) == 44
    assert lines[4:7] == ["", ORIGIN, "3"]
    assert [line.split(" ")[1] for line in lines if line.startswith("— ")] == [ORIGIN, WITNESS_KEY.name]


def test_no_receipt_with_any_one_bit_changed_verifies() -> None:
    whole = format_receipt(receipt_of(5, 7))
    entry = entries_of(7)[5]
    for at in range(len(whole)):
        for bit in range(8):
            changed = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
            with pytest.raises(VerificationFailed):
                verify_receipt(parse_receipt(changed), entry, WITNESSED)


def test_no_receipt_that_was_cut_verifies() -> None:
    whole = format_receipt(receipt_of(5, 7))
    for length in range(len(whole)):
        with pytest.raises(VerificationFailed):
            verify_receipt(parse_receipt(whole[:length]), entries_of(7)[5], WITNESSED)


def test_no_receipt_verifies_for_another_entry() -> None:
    for other, entry in enumerate(entries_of(7)):
        if other != 5:
            assert code_of(lambda entry=entry: verify_receipt(receipt_of(5, 7), entry, KEYS), ProofRejected) == "WRONG_ROOT"


def test_extra_data_may_be_changed_by_anyone_and_is_said_to_be_unsigned() -> None:
    for extra in (b"", b"anything"):
        receipt = parse_receipt(format_receipt(receipt_of(5, 7, extra=extra)))
        assert receipt.extra == extra
        assert "not signed" in verify_receipt(receipt, entries_of(7)[5], KEYS).words[-1]


def test_receipts_from_both_sides_of_a_change_of_key_verify_for_a_reader_with_both_keys() -> None:
    both = LogKeys(ORIGIN, (LOG_KEY.verifier, NEXT_KEY.verifier))
    hashes = Hashes(entries_of(7))
    old = receipt_of(5, 7)
    new = Receipt(5, old.hashes, sign_checkpoint(Checkpoint(ORIGIN, 7, hashes.root()), NEXT_KEY))
    for receipt in (old, new):
        verify_receipt(receipt, entries_of(7)[5], both)


def test_a_note_that_is_no_checkpoint_makes_no_receipt() -> None:
    assert code_of(lambda: Receipt(0, (), sign_note("hello\n", [LOG_KEY])), Malformed) == "TOO_FEW_LINES"
