"""Asking a witness to cosign (C2SP tlog-witness)."""

from dataclasses import dataclass

import pytest

from registry.core.decision_log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, verify_checkpoint
from registry.core.decision_log.merkle import EMPTY_ROOT
from registry.core.decision_log.note import SignedNote, cosign_note, format_signatures, parse_signatures, sign_note
from registry.core.decision_log.prove import consistency_proof
from registry.core.decision_log.witness import AddCheckpoint, format_add_checkpoint, parse_add_checkpoint, verify_add_checkpoint
from registry.core.errors import VerificationFailed
from tests.core.decision_log.logs import KEYS, LOG_KEY, ORIGIN, TIME, WITNESS_KEY, WITNESSED, Hashes, code_of, entries_of, seed

LOG = Hashes(entries_of(70))


def request(old: int, new: int, *, root: bytes | None = None) -> AddCheckpoint:
    head = Checkpoint(ORIGIN, new, root or LOG.root(new))
    return AddCheckpoint(old, consistency_proof(old, new, LOG.get), sign_checkpoint(head, LOG_KEY))


@dataclass
class Witness:
    """What a witness does, without the network: it remembers one checkpoint."""

    latest: Checkpoint | None = None

    def add_checkpoint(self, body: bytes) -> str:
        asked = parse_add_checkpoint(body)
        self.latest = verify_add_checkpoint(asked, self.latest, KEYS)
        return format_signatures(cosign_note(asked.note, WITNESS_KEY, TIME).signatures[len(asked.note.signatures) :])


def test_a_log_that_only_grows_is_cosigned_at_every_step() -> None:
    witness = Witness()
    size = 0
    for grown in (0, 1, 1, 2, 7, 8, 64, 70):
        asked = request(size, grown)
        answer = witness.add_checkpoint(format_add_checkpoint(asked))
        cosigned = SignedNote(asked.note.text, (*asked.note.signatures, *parse_signatures(answer)))
        assert verify_checkpoint(cosigned, WITNESSED).checkpoint.size == grown
        size = grown


@pytest.mark.parametrize(
    ("latest", "asked", "code"),
    [
        (7, request(6, 8), "OTHER_OLD_SIZE"),
        (7, request(0, 8), "OTHER_OLD_SIZE"),
        (None, request(7, 8), "OTHER_OLD_SIZE"),
        (7, request(7, 8, root=seed("fork")), "WRONG_NEW_ROOT"),
        (7, request(7, 7, root=seed("fork")), "WRONG_NEW_ROOT"),
        (8, AddCheckpoint(8, (), request(0, 7).note), "SIZES_OUT_OF_ORDER"),
        (7, AddCheckpoint(7, (), request(7, 8).note), "PROOF_TOO_SHORT"),
        (None, AddCheckpoint(0, (EMPTY_ROOT,), request(0, 8).note), "PROOF_TOO_LONG"),
    ],
)
def test_a_witness_refuses_to_cosign_and_says_why(latest: int | None, asked: AddCheckpoint, code: str) -> None:
    known = None if latest is None else Checkpoint(ORIGIN, latest, LOG.root(latest))
    assert code_of(lambda: verify_add_checkpoint(asked, known, KEYS), VerificationFailed) == code


def test_a_note_that_is_no_checkpoint_makes_no_request() -> None:
    assert code_of(lambda: AddCheckpoint(0, (), sign_note("hello\n", [LOG_KEY])), VerificationFailed) == "TOO_FEW_LINES"


def test_the_example_request_of_the_specification_is_read() -> None:
    body = (
        "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    ).encode()
    asked = parse_add_checkpoint(body)
    assert (asked.old_size, len(asked.hashes), parse_checkpoint(asked.note.text).size) == (20852014, 4, 20852163)
    assert format_add_checkpoint(asked) == body
