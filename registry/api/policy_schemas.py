"""The bodies of requests and answers about policies."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

from registry.api.schemas import Body
from registry.core.model import Outcome, Policy, RefText
from registry.core.value import LongText
from registry.usecases.policies import LevelName, Numbered, Said, read_body


class PolicyBody(Policy):
    """A policy; or a template by its name, with fields that take the place of its own; or ODRL 2.2 with its `@context`."""

    template: RefText | None = Field(None, description="A template to start from, as `/v1/policy-templates` lists them.")
    credit: LongText | None = Field(None, description="With a template: the credit that you ask for, in the place of its example.")
    address: LongText | None = Field(None, description="With a template: where consent is asked for, in the place of its example.")

    @model_validator(mode="before")
    @classmethod
    def _understood(cls, given: Any) -> Any:
        return read_body(given) if isinstance(given, dict) else given

    def plain(self) -> Policy:
        """Return the policy that was meant."""
        return Policy.model_validate({name: getattr(self, name) for name in Policy.model_fields})


class PolicyAnswer(BaseModel):
    """What an entry says: `in_force` now, the `standing` policy, the `scheduled` ones. `revision` is that of the entry."""

    in_force: Policy | None
    standing: Policy | None
    scheduled: tuple[Policy, ...]
    revision: int


def policy_answer(said: Said) -> PolicyAnswer:
    """Return what an entry says, as an answer."""
    return PolicyAnswer(in_force=said.in_force, standing=said.entry.policy, scheduled=said.entry.scheduled, revision=said.entry.revision)


class AuthorBody(BaseModel):
    """Who made a change: null is the command line, or nobody known."""

    organisation: str | None
    key: str | None


class PolicyVersionBody(BaseModel):
    """What stood from `revision` on; `version` counts from 1."""

    version: int
    revision: int
    at: datetime
    author: AuthorBody
    note: str | None
    standing: Policy | None
    scheduled: tuple[Policy, ...]


def version_body(found: Numbered) -> PolicyVersionBody:
    """Return a version, as an answer."""
    author = AuthorBody(organisation=found.version.author.organisation, key=found.version.author.key)
    return PolicyVersionBody(
        version=found.number,
        revision=found.version.revision,
        at=found.version.author.at,
        author=author,
        note=found.note,
        standing=found.version.policy,
        scheduled=found.version.scheduled,
    )


class DiffBody(BaseModel):
    """What changed, one English sentence each."""

    changes: tuple[str, ...]


class PreviewRequest(Body):
    """A draft policy, and what it is for."""

    level: LevelName = "characters"
    id: str = Field(description="Our id, or `ref:` and your own ref; `me` for your organisation.")
    policy: PolicyBody
    last: Annotated[int, Field(ge=1, le=5000, description="On how many of the last decisions to try it.")] = 500


class FlipBody(BaseModel):
    """Decisions that would change in one direction, and the ids of some of them."""

    before: Outcome
    after: Outcome
    count: int
    examples: tuple[str, ...]


class PreviewBody(BaseModel):
    """What a draft would have changed, as if the same were asked when it begins. Nothing was registered."""

    judged: int
    stricter: int
    looser: int
    flips: list[FlipBody]


class TermBody(BaseModel):
    """A word of policies: labels, meaning, who asserts it, the terms it maps to."""

    key: str
    en: str
    ja: str
    definition: str
    asserted_by: str
    kind: str
    broader: str
    odrl: str
    ddex: str


class VocabularyBody(BaseModel):
    """All words by list; country codes (ISO 3166-1 alpha-2) and the groups of countries."""

    version: int
    lists: dict[str, list[TermBody]]
    territories: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
