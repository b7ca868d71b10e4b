"""What must fail does, each for its own stated reason: tests/vectors/decision_log, also for other people's implementations."""

import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, verify_checkpoint
from registry.core.decision_log.entries import verify_entries
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import parse_vkey
from registry.core.decision_log.note import parse_note
from registry.core.decision_log.proof import parse_receipt, verify_receipt
from registry.core.decision_log.tiles import Bundle, parse_tile_path
from registry.core.decision_log.verify import verify_consistency, verify_inclusion
from registry.core.decision_log.witness import parse_add_checkpoint, verify_add_checkpoint
from registry.core.errors import VerificationFailed
from tests.vectors.make_decision_log import FILES, FOLDER, written

Given = dict[str, Any]


def check_inclusion(given: Given) -> None:
    proof = [b64decode(value) for value in given["proof"]]
    verify_inclusion(b64decode(given["leaf_hash"]), given["index"], given["size"], proof, b64decode(given["root"]))


def check_consistency(given: Given) -> None:
    old_root, new_root = b64decode(given["old_root"]), b64decode(given["new_root"])
    verify_consistency(given["old_size"], old_root, given["new_size"], new_root, [b64decode(value) for value in given["proof"]])


def check_checkpoint(given: Given) -> None:
    data = bytes(given["checkpoint_of_zeros"]) if "checkpoint_of_zeros" in given else b64decode(given["checkpoint"])
    verify_checkpoint(parse_note(data), keys_of(given))


def check_receipt(given: Given) -> None:
    verify_receipt(parse_receipt(b64decode(given["receipt"])), b64decode(given["entry"]), keys_of(given))


def check_request(given: Given) -> None:
    latest = Checkpoint(given["origin"], given["latest_size"], b64decode(given["latest_root"]))
    verify_add_checkpoint(parse_add_checkpoint(b64decode(given["request"])), latest, keys_of(given))


def check_entries(given: Given) -> None:
    bundle = parse_tile_path(given["path"])
    assert isinstance(bundle, Bundle)
    verify_entries(bundle, b64decode(given["entries"]), b64decode(given["tile"]))


def keys_of(given: Given) -> LogKeys:
    log, witnesses = (tuple(parse_vkey(vkey) for vkey in given[name]) for name in ("log_keys", "witness_keys"))
    return LogKeys(given["origin"], log, witnesses, given["quorum"])


CHECKS: dict[str, Callable[[Given], object]] = {
    "inclusion": check_inclusion,
    "consistency": check_consistency,
    "checkpoint": check_checkpoint,
    "receipt": check_receipt,
    "add-checkpoint": check_request,
    "entries": check_entries,
    "tile-path": lambda given: parse_tile_path(given["path"]),
    "vkey": lambda given: parse_vkey(given["vkey"]),
}
VECTORS = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in FILES}
ALL = [
    pytest.param(name, vector, id=f"{name}-{number}-{vector['kind']}") for name in VECTORS for number, vector in enumerate(VECTORS[name])
]


@pytest.mark.parametrize(("name", "vector"), ALL)
def test_a_vector_fails_for_the_reason_it_states_or_passes_if_it_states_none(name: str, vector: Given) -> None:
    if vector["reason"] is None:
        CHECKS[name](vector["input"])
        return
    with pytest.raises(VerificationFailed) as raised:
        CHECKS[name](vector["input"])
    assert raised.value.code == vector["reason"], raised.value.message


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_generator_writes(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == written(name), "run python -m tests.vectors.make_decision_log"


def test_at_least_three_hundred_vectors_must_fail_and_every_reason_a_reader_can_meet_is_among_them() -> None:
    reasons = [vector["reason"] for vectors in VECTORS.values() for vector in vectors if vector["reason"]]
    assert len(reasons) >= 300
    tested_beside_their_functions = {Flaw.ENTRY_TOO_LONG, Flaw.NOT_A_TIME, Flaw.ROTATION_NOT_SIGNED, Flaw.WRONG_TILE}
    changed_logs = {  # of a whole log or database: tests/usecases/test_verify.py, test_tampering.py and test_tampering_cases.py
        Flaw.MISSING_ENTRY,
        Flaw.SURPLUS_ROW,
        Flaw.WRONG_HEAD,
        Flaw.WRONG_REVISION,
        Flaw.WRONG_INDEX,
        Flaw.WRONG_CATALOG,
        Flaw.WRONG_PROMPT,
        Flaw.WRONG_CASE,
        Flaw.WENT_BACK,
        Flaw.ANOTHER_HISTORY,
    }
    assert set(reasons) == {flaw.value for flaw in Flaw} - tested_beside_their_functions - changed_logs
