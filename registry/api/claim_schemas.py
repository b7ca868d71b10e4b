"""Bodies of claims, verifications and reserved names, and of the answers to registering a character."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from registry.api.alias_preview import AliasReportBody
from registry.api.schemas import Body
from registry.core.claims import Claim, ClaimState, RiskCode
from registry.core.model import Character, CharacterDraft, NameText
from registry.core.value import LongText
from registry.usecases.claim_review import ClaimFile, Step


class RiskBody(BaseModel):
    """Why a claim waits, and what to do about it."""

    code: RiskCode
    name: str | None
    held_by: list[str] = Field(description="Ids of other rightsholders' characters with this name; at most five.")
    text: str
    action: str


class ClaimSummary(BaseModel):
    """A claim that waits for an entry."""

    id: str
    state: ClaimState
    risks: list[RiskBody]
    batch: str | None = Field(description="The import that it came with.")


class StepBody(BaseModel):
    """One step, as entry `index` of the log has it; `actor` null: the command line, or a deadline."""

    index: int
    type: str
    at: datetime
    actor: dict[str, str] | None
    reason: str | None


class ClaimBody(ClaimSummary):
    """A claim. `proposed` are the fields that wait; null: the whole entry is pending."""

    kind: Literal["work", "character"]
    entry: str
    rightsholder: str
    opened_at: datetime
    names: list[str] = Field(description="Names or titles of the entry as they stand.")
    proposed: dict[str, Any] | None
    steps: list[StepBody] = Field(description="Only where one claim is read.")


class ClaimDecision(Body):
    """A decision, and why; the rightsholder reads it."""

    reason: LongText


class BatchDecision(ClaimDecision):
    """One decision about every open claim of an import."""

    batch: str
    decision: Literal["approve", "reject"]


class BatchDecided(BaseModel):
    """How many claims were decided."""

    decided: int


class ClaimAnswer(Body):
    """What the rightsholder answers to the operator's question."""

    text: LongText


class CharacterCreate(CharacterDraft):
    """A new character; `draft` is kept without being judged."""

    status: Literal["active", "draft"] = "active"


class CharacterAnswer(Character):
    """The character as it stands, a report on every name as asked for, and the claim that waits, if any does."""

    report: list[AliasReportBody]
    claim: ClaimSummary | None


class ReservedBody(BaseModel):
    """A name that nobody but `holder` gets without review."""

    id: str
    name: NameText
    reason: str
    holder: str | None
    reserved_at: datetime


class ReserveName(Body):
    """A name to reserve; `holder` is the rightsholder that may have it."""

    name: NameText
    reason: LongText
    holder: str | None = None


def claim_summary(claim: Claim) -> dict[str, Any]:
    """Return a claim as its entry's answer shows it."""
    risks = [{"code": r.code, "name": r.name, "held_by": list(r.held_by), "text": r.text, "action": r.action} for r in claim.risks]
    return {"id": claim.id, "state": claim.state, "risks": risks, "batch": claim.batch}


def claim_body(found: ClaimFile) -> ClaimBody:
    """Return a claim as the queue shows it."""
    claim, entry = found.claim, found.entry
    names = (
        [entry.name, *(a.text for a in entry.aliases)] if isinstance(entry, Character) else [entry.title, *(t.text for t in entry.titles)]
    )
    return ClaimBody.model_validate(
        {
            **claim_summary(claim),
            "kind": claim.kind,
            "entry": claim.entry,
            "rightsholder": claim.rightsholder,
            "opened_at": found.opened_at,
            "names": names,
            "proposed": found.proposed,
            "steps": step_bodies(found.steps),
        }
    )


def step_bodies(steps: Sequence[Step]) -> list[Mapping[str, Any]]:
    """Return steps as answers show them."""
    return [{"index": s.index, "type": s.type, "at": s.at, "actor": s.actor, "reason": s.reason} for s in steps]
