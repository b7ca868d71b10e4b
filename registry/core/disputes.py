"""Disputes: an entry or a decision is contested, answered, decided, perhaps appealed. Pure: who may do what next, and until when.

    open ──answer──▶ answered ──decide──▶ decided ──appeal──▶ appealed ──decide──▶ closed
      └──────────────decide──────────────▲   └───────appeal_by passes───────────────▲

What is enforced meanwhile is docs/decisions/0010: an entry stays as it is, or is `disputed` (`interim`), by rule and never by noise.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import Field

from registry.core.errors import Conflict, InvalidInput
from registry.core.model import Alias, Character, EntryStatus, NameText, Value

EXPEDITED_DAYS = 3  # a claim on an everyday word hits everybody: both sides have so long at most


class DisputeState(StrEnum):
    """Where a dispute is; see the drawing above."""

    open = "open"
    answered = "answered"
    decided = "decided"
    appealed = "appealed"
    closed = "closed"


class Ruling(StrEnum):
    """What was decided: the complaint is right, is not, or is right about some names."""

    upheld = "upheld"
    rejected = "rejected"
    partly = "partly"


class Grounds(StrEnum):
    """Why something is contested."""

    not_the_owner = "not_the_owner"
    everyday_word = "everyday_word"
    public_domain = "public_domain"
    wrong_decision = "wrong_decision"
    other = "other"


Party = Literal["public", "service", "rightsholder", "auditor", "operator"]
Side = Literal["complainant", "rightsholder"]


class Evidence(Value):
    """A text that one side added; `name` finds its commitment."""

    name: str
    by: Side


class Dispute(Value):
    """A dispute, as the log holds it: what was said stands there as commitments only.

    `about` is a character's or a decision's id, `character` the entry that is meant, `rightsholder` its owner. `admitted`: the rightsholder
    has to answer; a public complaint first has to be looked at. `interim`: the entry counts as disputed because of this. `decided_by`
    is the operator's key or member. Times are ends of terms; `missed` names terms that passed.
    """

    id: str
    state: DisputeState
    about: str
    kind: Literal["entry", "decision"]
    character: str
    rightsholder: str
    by: Party
    complainant: str | None = None
    grounds: Grounds
    names: tuple[NameText, ...] = ()
    admitted: bool = False
    interim: bool = False
    missed: tuple[Side | Literal["operator"], ...] = ()
    answer_by: datetime | None = None
    decide_by: datetime | None = None
    appeal_by: datetime | None = None
    outcome: Ruling | None = None
    decided_by: str | None = None
    appealed_by: Side | None = None
    evidence: tuple[Evidence, ...] = ()
    commitments: dict[str, str] = Field(default_factory=dict)
    erased: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something may still be decided."""
        return self.state is not DisputeState.closed

    def term(self, days: int) -> timedelta:
        """Return how long a side has."""
        return timedelta(days=min(days, EXPEDITED_DAYS) if self.grounds is Grounds.everyday_word else days)


def require_state(dispute: Dispute, *states: DisputeState) -> None:
    """Raise Conflict unless the dispute is in one of these states."""
    if dispute.state not in states:
        raise Conflict(f"the dispute is `{dispute.state}`: this takes {' or '.join(f'`{state}`' for state in states)}")


def admitted(dispute: Dispute, now: datetime, answer_days: int) -> Dispute:
    """Return the dispute once its rightsholder has to answer it."""
    return dispute.model_copy(update={"admitted": True, "answer_by": now + dispute.term(answer_days)})


def answered(dispute: Dispute, now: datetime, decide_days: int) -> Dispute:
    """Return the dispute once its rightsholder has answered."""
    require_state(dispute, DisputeState.open)
    return dispute.model_copy(update={"state": DisputeState.answered, "decide_by": now + dispute.term(decide_days)})


def term_missed(dispute: Dispute, now: datetime, decide_days: int) -> Dispute:
    """Return the dispute once a term has passed: who lets one pass has the entry count as disputed until somebody has decided."""
    if dispute.state is DisputeState.decided:
        return dispute.model_copy(update={"state": DisputeState.closed, "interim": False})
    if dispute.decide_by is None:
        missed: tuple[str, ...] = (*dispute.missed, "rightsholder")
        return dispute.model_copy(update={"interim": True, "missed": missed, "decide_by": now + dispute.term(decide_days)})
    missed = dispute.missed if "operator" in dispute.missed else (*dispute.missed, "operator")
    return dispute.model_copy(update={"interim": True, "missed": missed})


def next_term(dispute: Dispute) -> datetime | None:
    """Return when something happens by itself."""
    if dispute.state is DisputeState.decided:
        return dispute.appeal_by
    if not dispute.admitted or dispute.state in {DisputeState.appealed, DisputeState.closed} or "operator" in dispute.missed:
        return None
    return dispute.decide_by or dispute.answer_by


def decided(dispute: Dispute, now: datetime, ruling: Ruling, who: str, appeal_days: int) -> Dispute:
    """Return the dispute once it is decided; an appeal's decision closes it."""
    require_state(dispute, DisputeState.open, DisputeState.answered, DisputeState.appealed)
    is_final = dispute.state is DisputeState.appealed
    return dispute.model_copy(
        update={
            "state": DisputeState.closed if is_final else DisputeState.decided,
            "outcome": ruling,
            "decided_by": who,
            "interim": False,
            "appeal_by": dispute.appeal_by if is_final else now + timedelta(days=appeal_days),
        }
    )


def appealed(dispute: Dispute, now: datetime, side: Side, decide_days: int) -> Dispute:
    """Return the dispute once one side has appealed: once, and in time; what was decided stands meanwhile."""
    require_state(dispute, DisputeState.decided)
    if dispute.appeal_by is not None and now > dispute.appeal_by:
        raise Conflict("the time to appeal has passed")
    won: Side = "complainant" if dispute.outcome is Ruling.upheld else "rightsholder"
    if dispute.outcome is not Ruling.partly and side == won:
        raise Conflict("this was decided in your favour: there is nothing to appeal")
    return dispute.model_copy(update={"state": DisputeState.appealed, "appealed_by": side, "decide_by": now + timedelta(days=decide_days)})


def ruled(entry: Character, ruling: Ruling, names: tuple[str, ...], *, still_disputed: bool) -> Character:
    """Return the entry as a ruling leaves it: withdrawn, without some of its aliases, or as it was. A withdrawn one stays so."""
    if not entry.status.is_in_force:
        return entry
    if ruling is Ruling.upheld:
        return entry.model_copy(update={"status": EntryStatus.withdrawn})
    status = EntryStatus.disputed if still_disputed else EntryStatus.active
    if ruling is Ruling.rejected:
        return entry.model_copy(update={"status": status})
    known = {alias.text for alias in entry.aliases}
    if not names or (wrong := next((name for name in names if name not in known), None)) is not None:
        raise InvalidInput(f"`partly` takes aliases of the entry away: `{wrong}` is none of them" if names else "`partly` takes `remove`")
    return entry.model_copy(update={"status": status, "aliases": tuple(a for a in entry.aliases if a.text not in names)})


def restored(entry: Character, removed: tuple[Alias, ...], *, was_withdrawn: bool) -> Character:
    """Return the entry as it was before a ruling that an appeal looks at again."""
    known = {alias.text for alias in entry.aliases}
    back = tuple(alias for alias in removed if alias.text not in known)
    status = EntryStatus.active if was_withdrawn and entry.status is EntryStatus.withdrawn else entry.status
    return entry.model_copy(update={"aliases": (*entry.aliases, *back), "status": status})
