"""Bodies of disputes and of a rightsholder's record."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from registry.api.claim_schemas import StepBody, step_bodies
from registry.api.schemas import Body
from registry.core.disputes import DisputeState, Grounds, Party, Ruling, Side
from registry.core.model import MAX_NAMES, Contact, NameText, Verified
from registry.core.value import LongText
from registry.usecases.dispute_files import DisputeFile
from registry.usecases.record import Record


class DisputeCreate(Body):
    """What you contest: the id of a character or of a decision. Without a key, `contact` is needed; only the operator sees it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "about": "chr_019a2b3c4d5e0123456789abcdef01234567",
                    "grounds": "everyday_word",
                    "statement": "Dog is a word that everybody uses.",
                    "contact": "reader@example.com",
                }
            ]
        },
    )

    about: Annotated[str, Field(min_length=1, max_length=100)]
    grounds: Grounds
    statement: LongText
    contact: Contact | None = None
    evidence: LongText | None = Field(None, description="What shows it: text, with links in it. More can be added later.")
    names: list[NameText] = Field(default=[], max_length=MAX_NAMES, description="Which names of the entry you contest; all when empty.")
    character: str | None = Field(None, description="Of a decision that names several characters: which one.")


class DisputeText(Body):
    """An answer, a piece of evidence or an appeal, in words."""

    text: LongText


class DisputeReason(Body):
    """Why; both sides read it, and it stands in the log."""

    reason: LongText


class InterimBody(DisputeReason):
    """What is enforced until the dispute is decided."""

    enforce: Literal["active", "disputed"]


class RulingBody(DisputeReason):
    """The decision; `partly` takes the aliases in `remove` away from a contested entry."""

    outcome: Ruling
    remove: list[NameText] = Field(default=[], max_length=MAX_NAMES)


class EvidenceBody(BaseModel):
    """A piece of evidence; `text` null: erased, or not yours to read."""

    by: Side
    text: str | None


class DisputeBody(BaseModel):
    """A dispute. Texts are null where they were not given, were erased, or are not yours to read."""

    id: str
    state: DisputeState
    about: str
    kind: Literal["entry", "decision"]
    character: str
    rightsholder: str
    by: Party
    complainant: str | None
    grounds: Grounds
    names: list[str]
    admitted: bool = Field(description="Whether the rightsholder has to answer; a complaint without a key is looked at first.")
    interim: bool = Field(description="Whether the entry counts as disputed because of this: at most as restricted.")
    missed: list[str] = Field(description="Who let a term pass.")
    answer_by: datetime | None
    decide_by: datetime | None
    appeal_by: datetime | None
    outcome: Ruling | None
    appealed_by: Side | None
    opened_at: datetime
    contact: str | None
    statement: str | None
    answer: str | None
    appeal: str | None
    evidence: list[EvidenceBody]
    steps: list[StepBody] = Field(description="Only where one dispute is read.")


class OpenedDispute(DisputeBody):
    """A dispute just opened; `token` follows it without a key, as the header `Dispute-Token`: it is shown this once."""

    token: str | None


class RecordBody(BaseModel):
    """What a rightsholder claimed, what was refused, what it lost; `complaints` are its own against others."""

    rightsholder: str
    name: str
    verified: Verified
    domain: str | None
    characters: int
    characters_in_force: int
    claims_waiting: int
    claims_approved: int
    claims_refused: int
    disputes: int
    disputes_open: int
    disputes_lost: int
    disputes_partly_lost: int
    disputes_won: int
    disputes_unanswered: int
    decisions_overturned: int
    complaints: int
    complaints_rejected: int


SHOWN = ("id", "state", "about", "kind", "character", "rightsholder", "by", "complainant", "grounds", "names", "admitted", "interim",
         "missed", "answer_by", "decide_by", "appeal_by", "outcome", "appealed_by")  # fmt: skip


def dispute_fields(found: DisputeFile) -> dict[str, Any]:
    """Return a dispute as its answer shows it."""
    dispute, texts = found.dispute, found.texts
    evidence: Sequence[dict[str, Any]] = [{"by": e.by, "text": texts.get(e.name)} for e in dispute.evidence]
    return {
        **{name: getattr(dispute, name) for name in SHOWN},
        **{name: texts.get(name) for name in ("contact", "statement", "answer", "appeal")},
        "opened_at": found.opened_at,
        "evidence": evidence,
        "steps": step_bodies(found.steps),
    }


def dispute_body(found: DisputeFile) -> DisputeBody:
    """Return a dispute as its answer shows it."""
    return DisputeBody.model_validate(dispute_fields(found))


def record_body(record: Record) -> RecordBody:
    """Return a record as its answer shows it."""
    return RecordBody(**asdict(record))
