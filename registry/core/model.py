"""The words of the registry as frozen values (DESIGN: ODRL for policies, SKOS for aliases, entity linking for mentions).

What a rightsholder registers is a pydantic model, validated where it enters. What one check computes
(Mention, Verdict, Decision) is a plain slotted dataclass or a named tuple (a third of the cost to build): it is built
by us, thousands of times a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from pydantic import Field

from registry.core.policy import STRICTNESS, Duty, Outcome, Policy, Remedy, Scheduled, Title
from registry.core.use import Use
from registry.core.value import Contact, LangTag, NameText, RefText, Retention, Value

__all__ = [
    "IN_FORCE",
    "MAX_NAMES",
    "MAX_PROMPT_CHARACTERS",
    "STRICTNESS",
    "Alias",
    "AliasKind",
    "Character",
    "CharacterDraft",
    "Contact",
    "Decision",
    "Duty",
    "EntryStatus",
    "LangTag",
    "Level",
    "MatchMode",
    "Mention",
    "MentionStatus",
    "NameText",
    "Organisation",
    "Outcome",
    "Policy",
    "Reason",
    "RefText",
    "Remedy",
    "Retention",
    "Role",
    "Title",
    "Use",
    "Value",
    "Verdict",
    "Verified",
    "Work",
    "WorkDraft",
]

MAX_PROMPT_CHARACTERS = 32_000
MAX_NAMES = 100  # aliases of a character, titles of a work


class Role(StrEnum):
    """The four kinds of organisation. Operator runs the registry; Auditor reads and verifies decisions."""

    operator = "operator"
    rightsholder = "rightsholder"
    service = "service"
    auditor = "auditor"


AliasKind = Literal["name", "nickname", "title", "transliteration", "misspelling"]


class MatchMode(StrEnum):
    """How an alias may be found: `auto` weighs the evidence, `exact` takes only the text as registered,
    `needs_context` wants the work or another of its characters nearby, `never` is kept for people to read.
    """

    auto = "auto"
    exact = "exact"
    needs_context = "needs_context"
    never = "never"


class Level(StrEnum):
    """How a service wants ambiguous mentions treated."""

    strict = "strict"
    balanced = "balanced"
    lenient = "lenient"


class EntryStatus(StrEnum):
    """Only what is in force is enforced; nothing is ever deleted, the log must stay explicable.

    `draft`: its owner still writes it. `pending`: waits for review. `active`: in force. `disputed`: in force, but at most
    as `restricted`, and everyday words among its names only in the company of its work. `withdrawn`: no longer.
    A work is active or withdrawn, nothing else: a title enforces nothing.
    """

    draft = "draft"
    pending = "pending"
    active = "active"
    disputed = "disputed"
    withdrawn = "withdrawn"

    @property
    def is_in_force(self) -> bool:
        """Whether an entry of this status is found and judged."""
        return self in IN_FORCE


IN_FORCE = frozenset({EntryStatus.active, EntryStatus.disputed})


class Verified(StrEnum):
    """How a rightsholder proved who it is: the operator looked, or its domain's DNS says so; `no`: not yet."""

    operator = "operator"
    domain = "domain"
    no = "no"


class MentionStatus(StrEnum):
    """`linked`: meant. `ambiguous`: may be meant. `dismissed`: an ordinary word; shown only by `explain`."""

    linked = "linked"
    ambiguous = "ambiguous"
    dismissed = "dismissed"


class Alias(Value):
    """Another name of a character, and how it may be matched; `benign` are phrases in which it is meant otherwise."""

    text: NameText
    lang: LangTag | None = None
    kind: AliasKind = "name"
    match: MatchMode = MatchMode.auto
    benign: tuple[NameText, ...] = ()


class Organisation(Value):
    """One of the parties. Only a rightsholder has a `policy`, over everything it owns, `scheduled` ones, and a `revision`.

    Only a service has a `retention`, how long its prompts are kept: `P30D` (days), `decision` (as long as the decision);
    None: not at all. `unruled` is a service's own outcome for characters whose use nobody has ruled on.
    `verified` says how a rightsholder proved who it is, `domain` by which domain; whom the operator enters, the operator knows.
    """

    id: str
    role: Role
    ref: RefText
    name: NameText
    contact: Contact | None = None
    policy: Policy | None = None
    retention: Retention | None = None
    scheduled: tuple[Policy, ...] = ()
    unruled: Outcome = Outcome.restricted
    verified: Verified = Verified.operator
    domain: str | None = None
    revision: int = 0


class WorkDraft(Value):
    """A work as its rightsholder writes it. Without a `ref` it gets its id as one."""

    ref: RefText | None = None
    title: NameText
    titles: tuple[Title, ...] = Field(default=(), max_length=MAX_NAMES)
    policy: Policy | None = None
    scheduled: Scheduled = ()


class CharacterDraft(Value):
    """A character as its rightsholder writes it. `work` is the work's id or the rightsholder's own ref of it."""

    ref: RefText | None = None
    work: str | None = None
    name: NameText
    aliases: tuple[Alias, ...] = Field(default=(), max_length=MAX_NAMES)
    policy: Policy | None = None
    scheduled: Scheduled = ()


class Work(WorkDraft):
    """A franchise or title; owns characters; has titles in several languages. `revision` is that of its last change."""

    id: str
    rightsholder: str
    ref: RefText
    status: EntryStatus = EntryStatus.active
    revision: int = 0
    created_at: datetime
    updated_at: datetime


class Character(CharacterDraft):
    """The registered thing, part of a work. `work` is the work's id; `revision` is that of its last change."""

    id: str
    rightsholder: str
    ref: RefText
    status: EntryStatus = EntryStatus.active
    revision: int = 0
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence in the prompt.

    `start` and `end` are code points of the prompt as sent; `surface == prompt[start:end]`. `alias` is the
    registered text that was found, `method` how (`exact`, `folded`, ...), `confidence` 0 to 100 that a character
    is meant, `candidates` the ids of the characters it may name, `evidence` the reasons in words.
    """

    start: int
    end: int
    surface: str
    alias: str
    method: str
    status: MentionStatus
    confidence: int
    candidates: tuple[str, ...]
    evidence: tuple[str, ...] = ()


class Reason(NamedTuple):
    """Why: a stable UPPER_SNAKE code, the rule that decided (`character:ID`, `work:ID`, ...), a sentence in two languages."""

    code: str
    rule: str | None
    text: str
    text_ja: str = ""


class Verdict(NamedTuple):
    """The answer for one character. `mentions` are positions in the decision's mentions; `contact` is whom to ask."""

    character: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    duties: tuple[Duty, ...] = ()
    missing: tuple[str, ...] = ()
    mentions: tuple[int, ...] = ()
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one request.

    `service` is who asked, `prompt_hash` a salted SHA-256 commitment to the prompt, `prompt_kept` how long the prompt
    itself is kept; `omitted` names what a bound left out of `verdicts` and `mentions` (never out of `outcome`, which
    counts everything). `facts` are what the rules saw: what the service asserted, and what the registry derived.
    """

    id: str
    decided_at: datetime
    service: str
    level: Level
    outcome: Outcome
    reasons: tuple[Reason, ...]
    revision: int
    matcher: str
    verdicts: tuple[Verdict, ...]
    mentions: tuple[Mention, ...]
    prompt_hash: str
    prompt_length: int
    facts: Mapping[str, Mapping[str, Any]]
    omitted: tuple[str, ...] = ()
    prompt_kept: str = "none"
