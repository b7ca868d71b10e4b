"""One rule set: what three levels of policies say together during one period in which no date changes anything.

The nearest usage with its permissions counts; the prohibitions of all levels add up (ODRL inheritFrom, with
`conflict: prohibit`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from itertools import groupby
from operator import or_
from typing import NamedTuple

from registry.core.model import Duty, Outcome, Policy, Remedy
from registry.core.policy import Permission, Prohibition
from registry.core.rules.accepted import texts_named
from registry.core.rules.compiled import Answer, Forbidding, Permitting, compile_permission, compile_prohibition
from registry.core.rules.facts import NO_TEXTS, Texts
from registry.core.rules.periods import in_force, readable_constraints
from registry.core.rules.reasons import NO_POLICY, USAGE_CODES, reason

Levels = Sequence[tuple[str, tuple[Policy, ...]]]
"""Name and versions of the policies that cover a character, nearest first."""

CONSENT = (Duty(action="obtain_consent"),)


class RuleSet(NamedTuple):
    """What is in force for one character during one period. `base` is the answer of the usage alone.

    Prohibitions stand by the operand that they look at first, behind a mask that meets no fact unless one of them may hold.
    """

    usage: Outcome | None
    base: Answer
    level: str | None
    prohibitions: tuple[tuple[int, tuple[Forbidding, ...]], ...]
    permissions: tuple[Permitting, ...]
    texts: Texts
    asks_company: bool
    remedy: Remedy | None

    @property
    def is_plain(self) -> bool:
        """Whether the answer is the same for every use."""
        return not self.prohibitions and not self.permissions


def rules_in_force(levels: Levels, moment: datetime | None) -> RuleSet:
    """Compile what is in force from `moment` on; None is the time before all dates."""
    running = [(level, policy) for level, versions in levels if (policy := in_force(versions, moment))]
    level, ruling = next(((level, policy) for level, policy in running if policy.usage is not None), (None, None))
    usage = ruling.usage if ruling else None
    forbidding = [(name, rule) for name, policy in running for rule in policy.prohibitions]
    permitting = ruling.permissions if ruling else ()
    rules: list[Permission | Prohibition] = [*(rule for _, rule in forbidding), *permitting]
    constraints = [c for rule in rules for c in readable_constraints(rule)]
    named = texts_named(constraints)
    texts = Texts(named) if named else NO_TEXTS
    return RuleSet(
        usage=usage,
        base=_base(usage, level, bool(permitting)),
        level=level,
        prohibitions=_by_operand(compile_prohibition(rule, name, moment, texts) for name, rule in forbidding),
        permissions=_by_burden(compile_permission(rule, level or "", moment, texts) for rule in permitting),
        texts=texts,
        asks_company=any(c.left_operand == "co_appearance" for c in constraints),
        remedy=next((policy.remedy for _, policy in running if policy.remedy), None),
    )


def _by_operand(rules: Iterable[Forbidding | None]) -> tuple[tuple[int, tuple[Forbidding, ...]], ...]:
    by_name = {rule.name: rule for rule in rules if rule}
    ordered = sorted(by_name.values(), key=lambda rule: (rule.operand, rule.name))
    groups = (tuple(group) for _, group in groupby(ordered, key=lambda rule: rule.operand))
    return tuple((reduce(or_, (rule.first for rule in group)), group) for group in groups)


def _by_burden(rules: Iterable[Permitting | None]) -> tuple[Permitting, ...]:
    by_name = {rule.name: rule for rule in rules if rule}
    return tuple(sorted(by_name.values(), key=lambda rule: (len(rule.answer.duties), rule.name)))


def _base(usage: Outcome | None, level: str | None, has_permissions: bool) -> Answer:
    """Return what the usage says by itself. `restricted` without permissions is one permission with a duty to ask."""
    if usage is None:
        return Answer(None, (NO_POLICY,))
    if usage is Outcome.restricted and has_permissions:
        return Answer(Outcome.prohibited, (reason("NOT_PERMITTED", level),))
    return Answer(usage, (reason(USAGE_CODES[usage], level),), CONSENT if usage is Outcome.restricted else ())
