"""Checkpoints (C2SP tlog-checkpoint): whom a reader trusts, witnesses, and a change of key."""

from collections.abc import Callable

import pytest

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, parse_checkpoint, sign_checkpoint, verify_checkpoint, verify_rotation
from registry.core.decision_log.keys import KeyType, SigningKey
from registry.core.decision_log.note import SignedNote, cosign_note, parse_note
from registry.core.decision_log.proof import Receipt
from registry.core.decision_log.witness import AddCheckpoint
from registry.core.errors import CheckpointRejected, InvalidInput, Malformed
from tests.core.decision_log.logs import (
    KEYS,
    LOG_KEY,
    NEXT_KEY,
    ORIGIN,
    SECOND_WITNESS_KEY,
    TIME,
    WITNESS_KEY,
    WITNESSED,
    code_of,
    seed,
)

HEAD = Checkpoint(ORIGIN, 7, seed("root"))
SIGNED = sign_checkpoint(HEAD, LOG_KEY)


def test_the_example_of_the_specification_is_read() -> None:
    text = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
        "qhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    note = parse_note(text.encode())
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert int.from_bytes(note.signatures[1].value[:8], "big") == 1679315147


def test_a_signed_checkpoint_verifies_and_says_who_signed() -> None:
    verified = verify_checkpoint(cosign_note(SIGNED, WITNESS_KEY, TIME), WITNESSED)
    assert verified.checkpoint == HEAD
    assert [one.key for one in verified.log] == [LOG_KEY.verifier]
    assert [(one.key, one.time) for one in verified.witnesses] == [(WITNESS_KEY.verifier, TIME)]


def test_a_quorum_counts_different_witness_keys() -> None:
    twin = SigningKey("witness.example/other-name", KeyType.COSIGNATURE_V1, WITNESS_KEY.seed)
    both = LogKeys(ORIGIN, (LOG_KEY.verifier,), (WITNESS_KEY.verifier, twin.verifier, SECOND_WITNESS_KEY.verifier), quorum=2)
    twice = cosign_note(cosign_note(SIGNED, WITNESS_KEY, TIME), twin, TIME)
    assert code_of(lambda: verify_checkpoint(twice, both), CheckpointRejected) == "TOO_FEW_WITNESSES"
    assert len(verify_checkpoint(cosign_note(twice, SECOND_WITNESS_KEY, TIME), both).witnesses) == 3


def test_a_witness_alone_is_not_the_log() -> None:
    cosigned = cosign_note(SIGNED, WITNESS_KEY, TIME)
    without_log = SignedNote(cosigned.text, cosigned.signatures[1:])
    assert code_of(lambda: verify_checkpoint(without_log, WITNESSED), CheckpointRejected) == "NO_TRUSTED_SIGNATURE"


def test_another_logs_checkpoint_is_refused_even_when_our_key_signed_it() -> None:
    other = sign_checkpoint(Checkpoint("other.example/log", 7, HEAD.root), LOG_KEY)
    assert code_of(lambda: verify_checkpoint(other, KEYS), CheckpointRejected) == "OTHER_ORIGIN"


def test_before_at_and_after_a_change_of_key_readers_with_either_key_or_both_are_served() -> None:
    old_reader, new_reader, both = (
        LogKeys(ORIGIN, keys) for keys in ((LOG_KEY.verifier,), (NEXT_KEY.verifier,), (LOG_KEY.verifier, NEXT_KEY.verifier))
    )
    turning = sign_checkpoint(HEAD, LOG_KEY, NEXT_KEY)
    after = sign_checkpoint(Checkpoint(ORIGIN, 8, HEAD.root), NEXT_KEY)
    for note, readers in ((SIGNED, (old_reader, both)), (turning, (old_reader, new_reader, both)), (after, (new_reader, both))):
        for reader in readers:
            verify_checkpoint(note, reader)
    assert code_of(lambda: verify_checkpoint(after, old_reader), CheckpointRejected) == "NO_TRUSTED_SIGNATURE"
    assert verify_rotation(turning, ORIGIN, LOG_KEY.verifier, NEXT_KEY.verifier) == HEAD


@pytest.mark.parametrize("key", [LOG_KEY, NEXT_KEY])
def test_a_change_of_key_that_only_one_key_signed_is_none(key: SigningKey) -> None:
    note = sign_checkpoint(HEAD, key)
    assert code_of(lambda: verify_rotation(note, ORIGIN, LOG_KEY.verifier, NEXT_KEY.verifier), CheckpointRejected) == "ROTATION_NOT_SIGNED"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Checkpoint("", 7, HEAD.root), "EMPTY_LINE"),
        (lambda: Checkpoint("two\nlines", 7, HEAD.root), "EMPTY_LINE"),
        (lambda: Checkpoint("tab\t", 7, HEAD.root), "CONTROL_CHARACTER"),
        (lambda: Checkpoint(ORIGIN, -1, HEAD.root), "NOT_A_NUMBER"),
        (lambda: Checkpoint(ORIGIN, 2**63, HEAD.root), "NOT_A_NUMBER"),
        (lambda: Checkpoint(ORIGIN, 7, HEAD.root[1:]), "NOT_A_HASH"),
        (lambda: Checkpoint(ORIGIN, 7, HEAD.root, ("",)), "EMPTY_LINE"),
        (lambda: Receipt(-1, (), SIGNED), "NOT_A_NUMBER"),
        (lambda: Receipt(0, (b"short",), SIGNED), "NOT_A_HASH"),
        (lambda: Receipt(0, (HEAD.root,) * 64, SIGNED), "TOO_MANY_HASHES"),
        (lambda: AddCheckpoint(2**63, (), SIGNED), "NOT_A_NUMBER"),
        (lambda: AddCheckpoint(0, (b"",), SIGNED), "NOT_A_HASH"),
    ],
)
def test_a_value_that_could_not_be_written_cannot_be_made(make: Callable[[], object], code: str) -> None:
    assert code_of(make, Malformed) == code


@pytest.mark.parametrize(
    ("log", "witnesses", "quorum"),
    [((), (), 0), ((WITNESS_KEY,), (), 0), ((LOG_KEY,), (LOG_KEY,), 0), ((LOG_KEY,), (), 1), ((LOG_KEY,), (WITNESS_KEY, WITNESS_KEY), 2)],
)
def test_trust_that_could_never_be_met_is_refused(log: tuple[SigningKey, ...], witnesses: tuple[SigningKey, ...], quorum: int) -> None:
    with pytest.raises(InvalidInput):
        LogKeys(ORIGIN, tuple(key.verifier for key in log), tuple(key.verifier for key in witnesses), quorum)
