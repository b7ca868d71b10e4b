"""Rules compiled for one period: a few masks over the facts, with name, reason and sentence worked out beforehand.

Where a use has several values, a prohibition applies as soon as one of them fits, a permission only when all fit:
never the looser reading.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from registry.core.model import Duty, Outcome, Reason
from registry.core.policy import Constraint, Permission, Prohibition
from registry.core.rules.accepted import accepted, holds_at, values_of
from registry.core.rules.describe import describe_rule
from registry.core.rules.facts import BIT, KNOWN, UNKNOWN, Texts
from registry.core.rules.reasons import reason
from registry.core.words import PROHIBITED_BY, ReasonCode

UNREADABLE = (ArithmeticError, AttributeError, KeyError, TypeError, ValueError)
EVERY_USE = -1
"""The mask that fits all facts."""

_MAYBE_EMPTY = frozenset({"theme"})
_REAL_PERSONS = BIT["co_appearance"]["real_persons"]


class Answer(NamedTuple):
    """What rules say about one use; `outcome` is None where nobody has ruled."""

    outcome: Outcome | None
    reasons: tuple[Reason, ...]
    duties: tuple[Duty, ...] = ()
    missing: tuple[str, ...] = ()


class Forbidding(NamedTuple):
    """A prohibition. It holds if every mask meets a known fact; it fails if one meets nothing at all.

    `first` is the narrowest of the masks, about `operand`, so that most rules are dismissed by one comparison.
    """

    first: int
    operand: str
    masks: tuple[int, ...]
    name: str
    reason: Reason
    missing_reason: Reason

    def unknown(self, facts: int) -> int:
        """Return the unknown facts that keep the rule open."""
        return sum({facts & mask for mask in self.masks if not facts & mask & KNOWN})


class Permitting(NamedTuple):
    """A permission. It fails if a fact is among `rejects`, is open if one is among `unknowns`, else it holds."""

    rejects: int
    unknowns: int
    name: str
    answer: Answer
    missing_reason: Reason

    def unknown(self, facts: int) -> int:
        """Return the unknown facts that keep the rule open."""
        return facts & self.unknowns


def compile_prohibition(rule: Prohibition, level: str, begin: datetime | None, texts: Texts) -> Forbidding | None:
    """Compile a prohibition for the period from `begin`; None if it is not in force then.

    INVARIANT: a prohibition that cannot be read or compiled forbids every use.
    """
    try:
        if not _in_force(rule.constraints, begin):
            return None
        masks = {} if rule.unreadable else _masks(rule.constraints, texts)
        return _forbidding(masks, f"{level}/prohibitions/{rule_name(rule)}", _code(rule), describe_rule(rule))
    except UNREADABLE:
        return _forbidding({}, f"{level}/prohibitions/{getattr(rule, 'id', None) or 'unreadable'}", "PROHIBITION_UNREADABLE", ("", ""))


def _forbidding(masks: dict[str, int], name: str, code: ReasonCode, words: tuple[str, str]) -> Forbidding:
    operand = min(masks, key=lambda o: (masks[o].bit_count(), o), default="")
    first = masks.get(operand, EVERY_USE)
    return Forbidding(first, operand, tuple(masks.values()), name, reason(code, name, words), reason("FACTS_MISSING", name, words))


def _masks(constraints: Iterable[Constraint], texts: Texts) -> dict[str, int]:
    """Return a mask for each operand that can make the rule fail: what fits, with the bit for "not said"."""
    masks = {}
    for operand, (fits, universe) in accepted(constraints, texts).items():
        if fits != universe or operand in _MAYBE_EMPTY:
            is_open = fits & _REAL_PERSONS if operand == "co_appearance" else fits
            masks[operand] = fits | (UNKNOWN[operand] if is_open else 0)
    return masks


def compile_permission(rule: Permission, level: str, begin: datetime | None, texts: Texts) -> Permitting | None:
    """Compile a permission for the period from `begin`; None if it is not in force then, or cannot be read."""
    try:
        if rule.unreadable or not _in_force(rule.constraints, begin):
            return None
        rejects = unknowns = 0
        for operand, (fits, universe) in accepted(rule.constraints, texts).items():
            rejects |= universe & ~fits
            if not fits and operand not in _MAYBE_EMPTY:
                rejects |= UNKNOWN[operand]
            is_open = not fits & _REAL_PERSONS if operand == "co_appearance" else fits != universe
            unknowns |= UNKNOWN[operand] if is_open else 0
        name, words = f"{level}/permissions/{rule_name(rule)}", describe_rule(rule)
    except UNREADABLE:
        return None
    code: ReasonCode = "PERMITTED_WITH_DUTIES" if rule.duties else "PERMITTED"
    answer = Answer(Outcome.restricted if rule.duties else Outcome.allowed, (reason(code, name, words),), rule.duties)
    return Permitting(rejects, unknowns, name, answer, reason("FACTS_MISSING", name, words))


def _in_force(constraints: Iterable[Constraint], begin: datetime | None) -> bool:
    return all(holds_at(c, begin) for c in constraints if c.left_operand == "date_time")


def rule_name(rule: Permission | Prohibition) -> str:
    """Return the rule's id, or eight digits of its content, so that a name does not depend on its place.

    No id begins with `~`.
    """
    if rule.id:
        return rule.id
    constraints = sorted(f"{c.left_operand} {c.operator} {values_of(c)}" for c in rule.constraints)
    duties = sorted(d.model_dump_json() for d in rule.duties) if isinstance(rule, Permission) else []
    return "~" + sha256(repr((constraints, duties)).encode()).hexdigest()[:8]


def _code(rule: Prohibition) -> ReasonCode:
    if rule.unreadable:
        return "PROHIBITION_UNREADABLE"
    operands = {c.left_operand for c in rule.constraints}
    if not operands:
        return "PROHIBITED_ALWAYS"
    return PROHIBITED_BY[operands.pop()] if len(operands) == 1 else "PROHIBITED_COMBINATION"
