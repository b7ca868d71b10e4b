"""The bodies of requests and answers that are not core values themselves."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from registry.core.model import (
    Alias,
    Character,
    Contact,
    Duty,
    EntryStatus,
    Level,
    MentionStatus,
    NameText,
    Outcome,
    Policy,
    RefText,
    Retention,
    Role,
    Title,
    Use,
    Work,
)

Item = TypeVar("Item")
MAX_INDEX = 2**63 - 1
Cursor = Annotated[str, Query(pattern="^([a-z]{3}_[0-9a-f]{32})?$", description="`next` of the page before; empty for the first.")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]


class Body(BaseModel):
    """A request body; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class CheckRequest(Body):
    """A prompt to be checked."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"prompt": "Pikachu and ルフィ eating ramen, studio photo", "explain": False}]}
    )

    prompt: str = Field(description="As the user wrote it, at most 32,000 characters; offsets in the answer point into it.")
    use: Use | None = Field(None, description="What you say about this generation; a fact left out is unknown, not false.")
    level: Level | None = Field(None, description="How ambiguous mentions are treated; left out: as the key says, else `balanced`.")
    at_least_as_fresh: int | None = Field(
        None, ge=0, le=MAX_INDEX, description="Wait briefly for this catalog revision; 409 if it does not come."
    )
    remedy: bool = Field(False, description="Also offer a rewritten prompt and negative terms, as far as rightsholders registered any.")
    explain: bool = Field(False, description="Also show dismissed mentions, and the evidence for each.")


class BatchItem(CheckRequest):
    """One check of a batch, named by the caller."""

    correlation_id: str = Field(max_length=200, description="Yours, to tell the answers apart; it stands in the answer.")


class BatchRequest(Body):
    """Up to 100 checks; each is decided, logged and answered, or refused, on its own."""

    checks: list[BatchItem] = Field(min_length=1, max_length=100)


class ReasonBody(BaseModel):
    """Why: a stable code, the rule that decided, a sentence."""

    code: str
    rule: str | None
    text: str
    text_ja: str


class WorkName(BaseModel):
    """A work as an answer names it."""

    id: str
    ref: str
    title: str


class RightsholderName(BaseModel):
    """A rightsholder as an answer names it."""

    id: str
    ref: str
    name: str
    contact: str | None


class CharacterName(BaseModel):
    """A character as an answer names it."""

    id: str
    ref: str
    name: str
    work: WorkName | None
    rightsholder: RightsholderName


class VerdictBody(BaseModel):
    """The answer for one character; `mentions` are positions in the answer's mentions."""

    character: CharacterName
    outcome: Outcome
    reasons: list[ReasonBody]
    duties: list[Duty] = Field(description="What must be done for the use to be permitted.")
    missing: list[str] = Field(description="Facts that would settle it: ask again with them in `use`.")
    mentions: list[int]


class MentionBody(BaseModel):
    """One occurrence in the prompt: `start` and `end` count code points of the prompt as sent. `confidence` is 0 to 100."""

    start: int
    end: int
    surface: str
    alias: str
    method: str
    status: MentionStatus
    confidence: int
    candidates: list[str]
    evidence: list[str] | None = None


class ReceiptBody(BaseModel):
    """Where the decision stands in the log. SHA-256(salt || prompt) is the hash in the leaf: keep the salt to prove what was asked."""

    index: int
    leaf_hash: str
    salt: str


class RemedyBody(BaseModel):
    """An offer: the prompt with substitutes for the characters that may not be used so, and what to keep out of the result.

    `left` are positions of mentions that nobody gave a substitute for. Check the offered prompt again before you use it.
    """

    prompt: str
    negative_terms: list[str]
    left: list[int]


class CheckAnswer(BaseModel):
    """A decision that stands durably in the log."""

    decision_id: str
    decided_at: datetime
    outcome: Outcome
    reasons: list[ReasonBody]
    revision: int
    matcher: str
    level: Level
    verdicts: list[VerdictBody]
    mentions: list[MentionBody]
    omitted: list[str]
    receipt: ReceiptBody
    remedy: RemedyBody | None = Field(None, description="Only where it was asked for.")


class BatchAnswerItem(BaseModel):
    """The answer to one check of a batch: either `answer` or `problem`."""

    correlation_id: str
    answer: CheckAnswer | None = None
    problem: dict[str, object] | None = None


class BatchAnswer(BaseModel):
    """Answers in the order of the checks."""

    answers: list[BatchAnswerItem]


class Page(BaseModel, Generic[Item]):
    """One page of a list. Ask again with `cursor` set to `next` for the one after; null at the end."""

    items: list[Item]
    next: str | None


class OrganisationCreate(Body):
    """A new organisation."""

    role: Role
    ref: RefText
    name: NameText
    contact: Contact | None = None
    policy: Policy | None = None
    verified: bool = Field(True, description="Of a rightsholder: whom you enter, you know; false: it has to prove who it is.")


class OrganisationUpdate(Body):
    """Fields to change; those left out stay."""

    name: NameText | None = None
    contact: Contact | None = None
    policy: Policy | None = None
    retention: Retention | None = Field(None, description="Services: how long prompts are kept: `P30D`, `decision`, or null: not at all.")
    unruled: Outcome = Field(Outcome.restricted, description="Of a service: its outcome for characters that nobody has ruled on.")


class WorkUpdate(Body):
    """JSON merge patch (RFC 7396) of a work; `status` takes back a withdrawal."""

    ref: RefText | None = None
    title: NameText | None = None
    titles: list[Title] | None = None
    policy: Policy | None = None
    scheduled: list[Policy] | None = None
    status: EntryStatus | None = None


class CharacterUpdate(Body):
    """JSON merge patch (RFC 7396) of a character; `status` takes back a withdrawal."""

    ref: RefText | None = None
    work: str | None = None
    name: NameText | None = None
    aliases: list[Alias] | None = None
    policy: Policy | None = None
    scheduled: list[Policy] | None = None
    status: EntryStatus | None = None


class DecisionBody(BaseModel):
    """A decision as the log holds it. The prompt is not in it, only its salted hash."""

    index: int
    leaf_hash: str
    decision: dict[str, object]


class ImportLineError(BaseModel):
    """A line that cannot be imported, and why."""

    line: int
    message: str


class ImportClaims(BaseModel):
    """How many entries of an import have names that wait for review, and how many for each reason."""

    waiting: int
    risks: dict[str, int]


class ImportJobBody(BaseModel):
    """An import: `state` is `running`, `done` or `failed`. When it failed, nothing of the file was applied."""

    id: str
    state: str
    lines_done: int
    lines_total: int
    counts: dict[str, int] | None
    claims: ImportClaims | None = Field(None, description="What waits for review; decide about all of it by `batch`, the import's id.")
    errors: list[ImportLineError]
    warnings: list[ImportLineError]
    created_at: datetime
    finished_at: datetime | None


class ChangesBody(BaseModel):
    """What changed after a revision; ask again with `after` set to `revision` until `entries` is empty."""

    entries: list[Work | Character]
    revision: int
