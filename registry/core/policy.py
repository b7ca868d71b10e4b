"""What a rightsholder says may be done with its characters: ODRL 2.2 policies in plain JSON.

The simple form is `{"usage": "prohibited"}`. Only structure and words are checked here; what a policy means for a use
is `registry.core.rules`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from registry.core.use import known_territory
from registry.core.value import LangTag, LongText, NameText, RefText, Value
from registry.core.words import OPERAND_KIND, OPERATORS_OF, VALUES, DutyAction, LeftOperand, Operator


class Outcome(StrEnum):
    """What may be done, from the mildest to the strictest; also what a policy's `usage` says."""

    allowed = "allowed"
    restricted = "restricted"
    prohibited = "prohibited"


STRICTNESS = {Outcome.allowed: 0, Outcome.restricted: 1, Outcome.prohibited: 2}

LISTS = frozenset({"is_any_of", "is_none_of"})
RuleId = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Title(Value):
    """A title, or another short text, in one language (BCP 47 tag)."""

    text: NameText
    lang: LangTag | None = None


class Constraint(Value):
    """One condition: a fact, a comparison, and one value or, after `is_any_of` and `is_none_of`, a list.

    `date_time` is compared with an ISO 8601 moment that has an offset, `audience` with a whole number.
    """

    left_operand: LeftOperand
    operator: Operator
    right_operand: (
        Annotated[int, Field(strict=True, ge=0, le=120)] | NameText | Annotated[tuple[NameText, ...], Field(min_length=1, max_length=300)]
    )

    @field_validator("operator")
    @classmethod
    def _fits_the_operand(cls, operator: Operator, info: ValidationInfo) -> Operator:
        operand = info.data.get("left_operand")
        if operand is not None and operator not in OPERATORS_OF[OPERAND_KIND[operand]]:
            raise ValueError(f"`{operator}` does not compare `{operand}`; use one of {', '.join(OPERATORS_OF[OPERAND_KIND[operand]])}")
        return operator

    @field_validator("right_operand")
    @classmethod
    def _fits_both(cls, right: Any, info: ValidationInfo) -> Any:
        operand, operator = info.data.get("left_operand"), info.data.get("operator")
        if operand is None or operator is None:
            return right
        if isinstance(right, tuple) != (operator in LISTS):
            raise ValueError(f"`{operator}` takes {'a list' if operator in LISTS else 'one value, not a list'}")
        for value in right if isinstance(right, tuple) else (right,):
            check_value(operand, value)
        return right


def check_value(operand: LeftOperand, value: Any) -> None:
    """Raise ValueError unless `value` is one that `operand` can be compared with."""
    kind = OPERAND_KIND[operand]
    if isinstance(value, int) != (kind == "number"):
        raise ValueError(f"`{operand}` is compared with {'a whole number' if kind == 'number' else 'text'}, not with `{value}`")
    if kind == "word" and value not in VALUES[operand]:
        raise ValueError(f"`{value}` is no {operand}; use one of {', '.join(VALUES[operand])}")
    if kind == "territory":
        known_territory(value)
    if kind == "time" and moment(value) is None:
        raise ValueError(f"`{value}` is no moment; write it with its offset, such as `2026-12-31T23:59:59+09:00`")


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 moment with an offset, or None."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.utcoffset() is not None else None


class Duty(Value):
    """What must be done for a permission to hold, with its wording and address where there are any."""

    action: DutyAction
    text: LongText | None = None
    address: LongText | None = None


class _Rule(Value):
    """`id` names the rule in verdicts. `unreadable` is set by `read_policy` where what stood there could not be read."""

    id: RuleId | None = None
    constraints: Annotated[tuple[Constraint, ...], Field(max_length=20)] = ()
    note: LongText | None = None
    unreadable: bool = Field(default=False, exclude_if=lambda value: not value)


class Permission(_Rule):
    """Allows the uses that meet all constraints, if the duties are met; unreadable, it allows none."""

    duties: Annotated[tuple[Duty, ...], Field(max_length=10)] = ()


class Prohibition(_Rule):
    """Forbids the uses that meet all constraints; without constraints, or unreadable, every use."""


def _unique(rules: tuple[Any, ...]) -> tuple[Any, ...]:
    ids = [rule.id for rule in rules if rule.id]
    for repeated in {rule_id for rule_id in ids if ids.count(rule_id) > 1}:
        raise ValueError(f"`{repeated}` is the id of two rules")
    return rules


class Remedy(Value):
    """What to write instead of the character's name, by language, and what to keep out (negative prompt terms)."""

    substitutes: Annotated[tuple[Title, ...], Field(max_length=50)] = ()
    negative_terms: Annotated[tuple[NameText, ...], Field(max_length=100)] = ()


class Policy(Value):
    """What is said about a character, a work with all its characters, or everything a rightsholder owns.

    Without `usage`, the usage and permissions of the level above stay and only the prohibitions are added.
    `exceptions` are refs (or ids) of characters or works that this policy does not cover. It is in force from
    `valid_from` (inclusive) to `valid_until` (exclusive).
    """

    usage: Outcome | None = None
    permissions: Annotated[tuple[Permission, ...], Field(max_length=100), AfterValidator(_unique)] = ()
    prohibitions: Annotated[tuple[Prohibition, ...], Field(max_length=100), AfterValidator(_unique)] = ()
    exceptions: Annotated[tuple[RefText, ...], Field(max_length=10_000)] = ()
    remedy: Remedy | None = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    note: LongText | None = None

    @field_validator("permissions")
    @classmethod
    def _only_where_they_count(cls, permissions: tuple[Permission, ...], info: ValidationInfo) -> tuple[Permission, ...]:
        if permissions and "usage" in info.data and info.data["usage"] is not Outcome.restricted:
            raise ValueError("permissions count only under `usage: restricted`")
        return permissions

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        begin = info.data.get("valid_from")
        if until is not None and begin is not None and until <= begin:
            raise ValueError("`valid_until` is not after `valid_from`")
        return until

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.usage is None and not self.prohibitions and self.remedy is None:
            raise ValueError("a policy says a `usage`, prohibitions or a remedy; to say nothing, leave the policy out")
        return self


def _dated(versions: tuple[Policy, ...]) -> tuple[Policy, ...]:
    begins = [version.valid_from for version in versions]
    if None in begins:
        raise ValueError("a scheduled policy says `valid_from`")
    if len(set(begins)) < len(begins):
        raise ValueError("two scheduled policies begin at the same moment")
    return versions


MAX_SCHEDULED = 50
Scheduled = Annotated[tuple[Policy, ...], Field(max_length=MAX_SCHEDULED), AfterValidator(_dated)]
"""Policies that take the place of the standing one while they are in force; each says when it begins."""


def begins_later(versions: tuple[Policy, ...], now: datetime) -> tuple[Policy, ...]:
    """Return the versions that have not begun: what stays when a policy is put that counts at once."""
    return tuple(version for version in versions if version.valid_from is not None and version.valid_from > now)
