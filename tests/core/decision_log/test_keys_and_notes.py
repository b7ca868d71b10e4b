"""Keys and signed notes (C2SP signed-note, tlog-cosignature)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.decision_log import keys
from registry.core.decision_log.keys import KeyType, SigningKey, VerifierKey, format_vkey, parse_skey, parse_vkey
from registry.core.decision_log.note import (
    Signature,
    SignedNote,
    cosign_note,
    format_note,
    parse_note,
    parse_signatures,
    sign_note,
    verify_note,
)
from registry.core.errors import CheckpointRejected, Malformed
from tests.core.decision_log import strategies
from tests.core.decision_log.logs import LOG_KEY, NEXT_KEY, ORIGIN, TIME, WITNESS_KEY, code_of, seed

# The example of golang.org/x/mod/sumdb/note, whose keys and signature its documentation publishes.
GO_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n".encode()
)

TEXT = "a text\n\nwith an empty line\n"


def test_the_published_example_note_verifies_and_is_signed_again_to_the_same_bytes() -> None:
    assert [signed.key.name for signed in verify_note(parse_note(GO_NOTE), [parse_vkey(GO_VKEY)])] == ["PeterNeumann"]
    assert format_note(sign_note(GO_TEXT, [parse_skey(GO_SKEY)])) == GO_NOTE
    assert format_vkey(parse_skey(GO_SKEY).verifier) == GO_VKEY


@pytest.mark.parametrize(
    ("vkey", "key_type"),
    [
        ("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", KeyType.ED25519),
        ("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", KeyType.COSIGNATURE_V1),
    ],
)
def test_keys_in_public_use_are_read(vkey: str, key_type: KeyType) -> None:
    assert parse_vkey(vkey).key_type is key_type


@given(
    strategies.texts, st.lists(strategies.signing_keys, min_size=1, max_size=3, unique_by=lambda key: key.seed), st.integers(0, 2**63 - 1)
)
def test_what_was_signed_verifies_with_each_of_the_keys(text: str, signers: list[SigningKey], time: int) -> None:
    note = sign_note(text, [SigningKey(key.name, KeyType.ED25519, key.seed) for key in signers])
    note = cosign_note(note, WITNESS_KEY, time)
    for key in signers:
        assert [one.time for one in verify_note(note, [VerifierKey(key.name, KeyType.ED25519, key.verifier.public_key)])] == [None]
    assert [one.time for one in verify_note(note, [WITNESS_KEY.verifier])] == [time]


def test_unknown_signatures_are_ignored_even_when_they_share_a_name_or_an_id_with_a_known_key() -> None:
    note = sign_note(TEXT, [LOG_KEY])
    strangers = (
        Signature("someone.example", LOG_KEY.verifier.key_id, bytes(64)),
        Signature(ORIGIN, b"\0\0\0\0", bytes(64)),
        Signature("pq.example", b"\6\6\6\6", bytes(2428)),
    )
    assert len(verify_note(SignedNote(TEXT, (*strangers, *note.signatures)), [LOG_KEY.verifier])) == 1
    assert code_of(lambda: verify_note(SignedNote(TEXT, strangers), [LOG_KEY.verifier]), CheckpointRejected) == "NO_TRUSTED_SIGNATURE"


def test_a_wrong_signature_by_a_known_key_condemns_the_note_though_another_key_has_signed_well() -> None:
    wrong = Signature(ORIGIN, NEXT_KEY.verifier.key_id, bytes(64))
    note = SignedNote(TEXT, (*sign_note(TEXT, [LOG_KEY]).signatures, wrong))
    assert code_of(lambda: verify_note(note, [LOG_KEY.verifier, NEXT_KEY.verifier]), CheckpointRejected) == "WRONG_SIGNATURE"
    assert len(verify_note(note, [LOG_KEY.verifier])) == 1


def test_a_key_that_signed_twice_counts_once_and_both_lines_must_be_right() -> None:
    note = cosign_note(cosign_note(sign_note(TEXT, [LOG_KEY]), WITNESS_KEY, TIME), WITNESS_KEY, TIME + 1)
    assert len(verify_note(note, [WITNESS_KEY.verifier])) == 1


def test_a_logs_signature_is_never_a_witnesss() -> None:
    as_witness = SigningKey(ORIGIN, KeyType.COSIGNATURE_V1, LOG_KEY.seed)
    assert as_witness.verifier.key_id != LOG_KEY.verifier.key_id
    forged = Signature(ORIGIN, as_witness.verifier.key_id, bytes(8) + sign_note(TEXT, [LOG_KEY]).signatures[0].value)
    assert code_of(lambda: verify_note(SignedNote(TEXT, (forged,)), [as_witness.verifier]), CheckpointRejected) == "WRONG_SIGNATURE"


def test_the_time_of_a_cosignature_is_signed() -> None:
    note = cosign_note(sign_note(TEXT, [LOG_KEY]), WITNESS_KEY, TIME)
    line = note.signatures[-1]
    for time in (TIME + 1, 2**63):
        later = SignedNote(TEXT, (Signature(line.name, line.key_id, time.to_bytes(8, "big") + line.value[8:]),))
        assert code_of(lambda later=later: verify_note(later, [WITNESS_KEY.verifier]), CheckpointRejected) == "WRONG_SIGNATURE"


@pytest.mark.parametrize("time", [-1, 2**63])
def test_a_time_out_of_range_is_not_signed(time: int) -> None:
    note = sign_note(TEXT, [LOG_KEY])
    assert code_of(lambda: cosign_note(note, WITNESS_KEY, time), Malformed) == "NOT_A_TIME"


def test_a_witness_key_needs_a_time_and_a_log_key_has_none() -> None:
    assert code_of(lambda: sign_note(TEXT, [WITNESS_KEY]), Malformed) == "NOT_A_KEY"
    assert code_of(lambda: cosign_note(sign_note(TEXT, [LOG_KEY]), LOG_KEY, TIME), Malformed) == "NOT_A_KEY"


def test_sixteen_signatures_are_accepted_and_a_hundred_and_one_are_not() -> None:
    signature = Signature("a", b"abcd", b"x")
    assert len(parse_note(format_note(SignedNote(TEXT, (signature,) * 16))).signatures) == 16
    assert code_of(lambda: SignedNote(TEXT, (signature,) * 101), Malformed) == "TOO_MANY_SIGNATURES"
    assert code_of(lambda: parse_signatures("— a YWJjZHg=\n" * 101), Malformed) == "TOO_MANY_SIGNATURES"
    assert code_of(lambda: parse_note(b"x" * 1_000_001), Malformed) == "NOTE_TOO_LARGE"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: SignedNote("no newline", (Signature("a", b"abcd", b"x"),)), "NO_FINAL_NEWLINE"),
        (lambda: SignedNote("tab\t\n", (Signature("a", b"abcd", b"x"),)), "CONTROL_CHARACTER"),
        (lambda: SignedNote("\udcff\n", (Signature("a", b"abcd", b"x"),)), "NOT_UTF8"),
        (lambda: SignedNote("text\n", ()), "NO_SIGNATURES"),
        (lambda: Signature("a b", b"abcd", b"x"), "NOT_A_KEY_NAME"),
        (lambda: Signature("a", b"abc", b"x"), "NOT_A_SIGNATURE_LINE"),
        (lambda: Signature("a", b"abcd", b""), "NOT_A_SIGNATURE_LINE"),
        (lambda: SigningKey("a", KeyType.ED25519, b"short"), "NOT_A_KEY"),
        (lambda: VerifierKey("a", KeyType.ED25519, b"short"), "NOT_A_KEY"),
        (lambda: VerifierKey("a\N{NO-BREAK SPACE}b", KeyType.ED25519, seed("a")), "NOT_A_KEY_NAME"),
        (lambda: parse_skey(GO_VKEY), "NOT_A_KEY"),
    ],
)
def test_a_value_that_could_not_be_written_cannot_be_made(make: Any, code: str) -> None:
    assert code_of(make, Malformed) == code


def test_a_signing_key_does_not_show_its_seed() -> None:
    assert LOG_KEY.seed.hex() not in repr(LOG_KEY)
    assert "seed" not in repr(LOG_KEY)


def test_the_keys_refused_as_weak_are_all_the_points_of_small_order() -> None:
    """Found again from the curve's equation: y of the points with 8P = 0, and their unreduced spellings below 2**255."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    order_8 = set()
    # A point (x, y) of order 8 doubles to one of order 4, whose y is 0: there x**2 = -y**2, so d * y**4 + 2 * y**2 - 1 = 0 on the curve.
    for root in (_sqrt(1 + d, p), -_sqrt(1 + d, p) % p):
        y_squared = (root - 1) * pow(d, -1, p) % p
        if pow(y_squared, (p - 1) // 2, p) == 1:
            y = _sqrt(y_squared, p)
            order_8 |= {y, p - y}
    values = {0, 1, p - 1, *order_8}
    spellings = {y.to_bytes(32, "little") for y in values} | {(y + p).to_bytes(32, "little") for y in values if y + p < 2**255}
    assert spellings == keys._SMALL_ORDER


def _sqrt(value: int, p: int) -> int:
    root = pow(value, (p + 3) // 8, p)
    if root * root % p != value % p:
        root = root * pow(2, (p - 1) // 4, p) % p
    assert root * root % p == value % p
    return root
