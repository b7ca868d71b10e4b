"""Verifying claims, disputes, verifications and reserved names against the log: each row is what its last entry says, no other is there."""

from collections.abc import Mapping
from typing import Any

from registry.core.claims import hash_of
from registry.core.decision_log.flaws import Flaw
from registry.core.errors import LogChanged
from registry.store.cases import Case, all_cases, all_steps
from registry.store.database import Session
from registry.usecases.private_texts import commitment

KINDS = ("claim", "dispute", "verification", "reserved")


class CaseWalk:
    """The cases as the log has them, read in order."""

    def __init__(self) -> None:
        self._said: dict[str, Mapping[str, Any]] = {}
        self._steps: set[tuple[str, int]] = set()

    def __len__(self) -> int:
        """How many cases the log has."""
        return len(self._said)

    def read(self, index: int, content: Mapping[str, Any]) -> None:
        """Take in an entry; others than those of cases are nothing to it."""
        if str(content["type"]).partition(".")[0] in KINDS and "case" in content:
            self._said[content["case"]["id"]] = content["case"]
            self._steps.add((content["case"]["id"], index))

    def finish(self, session: Session) -> None:
        """Compare with the rows. Raises LogChanged, naming the case."""
        steps = set(all_steps(session))
        for case_id, index in steps ^ self._steps:
            raise LogChanged(f"entry {index} and the index of the steps of `{case_id}` disagree", code=Flaw.WRONG_INDEX)
        left = dict(self._said)
        for case in all_cases(session):
            if left.pop(case.id, None) != case.said or not _is_indexed_as_said(case) or not _is_committed_to(case):
                raise LogChanged(f"`{case.id}` is stored as something else than the log says", code=Flaw.WRONG_CASE)
        for case_id in left:
            raise LogChanged(f"`{case_id}` is in the log, but no longer stored", code=Flaw.WRONG_CASE)


def _is_indexed_as_said(case: Case) -> bool:
    about = case.about if case.kind == "reserved" else case.said.get("entry") or case.said.get("about") or case.said["rightsholder"]
    return case.state == case.said["state"] and case.about == about and case.rightsholder == case.said.get("rightsholder")


def _is_committed_to(case: Case) -> bool:
    """True when the kept texts are those that the log commits to, none missing but the erased."""
    private = case.private or {}
    if case.kind == "claim":
        return case.said.get("proposal") == (hash_of(private["proposed"]) if "proposed" in private else None)
    wanted = {n: c for n, c in case.said.get("commitments", {}).items() if n not in case.said.get("erased", ())}
    return wanted == {name: commitment(kept) for name, kept in private.items() if name != "internal"}
