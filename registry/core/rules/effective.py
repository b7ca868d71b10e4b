"""The effective policy of a character: what its own, its work's and its rightsholder's policies say together, over time.

The nearest usage with its permissions counts; the prohibitions of all three levels add up (ODRL inheritFrom, with
`conflict: prohibit`). Compiled once per change of the catalog.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from registry.core.model import Duty, Outcome, Policy, Reason, Remedy
from registry.core.policy import Permission, Prohibition
from registry.core.rules.accepted import texts_named
from registry.core.rules.compiled import Forbidding, Permitting, compile_permission, compile_prohibition
from registry.core.rules.facts import Texts
from registry.core.rules.periods import edges_of, in_force, readable_constraints
from registry.core.rules.reasons import NO_POLICY, USAGE_CODES, reason

Versions = Policy | Sequence[Policy] | None
"""What one level says: a policy, or several of which the one in force that began last counts."""

CONSENT = (Duty(action="obtain_consent"),)


class Answer(NamedTuple):
    """What one rule set says about one use; `outcome` is None where nobody has ruled."""

    outcome: Outcome | None
    reasons: tuple[Reason, ...]
    duties: tuple[Duty, ...] = ()
    missing: tuple[str, ...] = ()


class RuleSet(NamedTuple):
    """What is in force for one character during one period. `base` is the answer of the usage alone."""

    usage: Outcome | None
    base: Answer
    level: str | None
    prohibitions: tuple[Forbidding, ...]
    permissions: tuple[Permitting, ...]
    texts: Texts
    asks_company: bool
    remedy: Remedy | None

    @property
    def is_plain(self) -> bool:
        """Whether the answer is the same for every use."""
        return not self.prohibitions and not self.permissions


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """What counts for one character. `plain` is the answer if it is the same for every use at every time.

    `periods[i]` is in force from `begins[i-1]` until `begins[i]`.
    """

    character: str
    work: str
    rightsholder: str
    contact: str | None
    plain: Answer | None
    begins: tuple[datetime, ...]
    periods: tuple[RuleSet, ...]

    def at(self, moment: datetime) -> RuleSet:
        """Return what is in force at `moment`."""
        return self.periods[bisect_right(self.begins, moment)]

    def remedy_at(self, moment: datetime | None) -> Remedy | None:
        """Return the nearest remedy in force; without a clock, that of the first period."""
        return (self.at(moment) if moment else self.periods[0]).remedy


def compile_policy(
    character_policy: Versions,
    work_policy: Versions,
    rightsholder_policy: Versions,
    *,
    character: str,
    work: str | None,
    rightsholder: str,
    contact: str | None = None,
    character_ref: str | None = None,
    work_ref: str | None = None,
) -> EffectivePolicy:
    """Compile the policies of the three levels, given with their ids, to the one that counts for the character.

    The refs are needed for policies with `exceptions`. Total: what cannot be compiled prohibits (prohibitions) or
    permits nothing (permissions).
    """
    own, title = {character, character_ref}, {work, work_ref}
    levels = (
        (f"character:{character}", _covering(character_policy, set())),
        (f"work:{work}", _covering(work_policy, own)),
        (f"rightsholder:{rightsholder}", _covering(rightsholder_policy, own | title)),
    )
    begins = sorted({edge for _, versions in levels for policy in versions for edge in edges_of(policy)})
    periods = tuple(_rules_in_force(levels, moment) for moment in (None, *begins))
    plain = periods[0].base if len(periods) == 1 and periods[0].is_plain else None
    home = work or f"character:{character}"  # a character without a work is a work of its own
    return EffectivePolicy(character, home, rightsholder, contact, plain, tuple(begins), periods)


def _covering(versions: Versions, names: set[str | None]) -> tuple[Policy, ...]:
    """Return the versions that do not except any of `names`."""
    listed = (versions,) if isinstance(versions, Policy) else tuple(versions or ())
    return tuple(policy for policy in listed if names.isdisjoint(policy.exceptions))


def _rules_in_force(levels: Sequence[tuple[str, tuple[Policy, ...]]], moment: datetime | None) -> RuleSet:
    running = [(level, policy) for level, versions in levels if (policy := in_force(versions, moment))]
    level, ruling = next(((level, policy) for level, policy in running if policy.usage is not None), (None, None))
    usage = ruling.usage if ruling else None
    forbidding = [(name, rule) for name, policy in running for rule in policy.prohibitions]
    permitting = ruling.permissions if ruling else ()
    rules: list[Permission | Prohibition] = [*(rule for _, rule in forbidding), *permitting]
    constraints = [c for rule in rules for c in readable_constraints(rule)]
    texts = Texts(texts_named(constraints))
    return RuleSet(
        usage=usage,
        base=_base(usage, level, bool(permitting)),
        level=level,
        prohibitions=_by_name(compile_prohibition(rule, name, moment, texts) for name, rule in forbidding),
        permissions=_by_burden(compile_permission(rule, level or "", moment, texts) for rule in permitting),
        texts=texts,
        asks_company=any(c.left_operand == "co_appearance" for c in constraints),
        remedy=next((policy.remedy for _, policy in running if policy.remedy), None),
    )


def _by_name(rules: Iterable[Forbidding | None]) -> tuple[Forbidding, ...]:
    by_name = {rule.name: rule for rule in rules if rule}
    return tuple(by_name[name] for name in sorted(by_name))


def _by_burden(rules: Iterable[Permitting | None]) -> tuple[Permitting, ...]:
    by_name = {rule.name: rule for rule in rules if rule}
    return tuple(sorted(by_name.values(), key=lambda rule: (len(rule.duties), rule.name)))


def _base(usage: Outcome | None, level: str | None, has_permissions: bool) -> Answer:
    """Return what the usage says by itself. `restricted` without permissions is one permission with a duty to ask."""
    if usage is None:
        return Answer(None, (NO_POLICY,))
    if usage is Outcome.restricted and has_permissions:
        return Answer(Outcome.prohibited, (reason("NOT_PERMITTED", level),))
    return Answer(usage, (reason(USAGE_CODES[usage], level),), CONSENT if usage is Outcome.restricted else ())
