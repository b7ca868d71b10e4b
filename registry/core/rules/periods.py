"""Time in policies: which version is in force when, and the moments at which anything changes (ISO 8601, half-open periods)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from registry.core.policy import Constraint, Permission, Policy, Prohibition, moment
from registry.core.words import OPERAND_KIND

_INSTANT = timedelta(microseconds=1)
_INCLUDES_THE_EDGE = frozenset({"lteq", "gt"})


def in_force(versions: Sequence[Policy], at: datetime | None) -> Policy | None:
    """Return the version in force, the one that began last; None stands for before all dates.

    Of versions that began together the last in the list counts.
    """
    running = [(p.valid_from, p) for p in versions if _has_begun(p, at) and not _has_ended(p, at)]
    dated = [(begin, place, policy) for place, (begin, policy) in enumerate(running) if begin]
    if dated:
        return max(dated, key=lambda entry: entry[:2])[2]
    return running[-1][1] if running else None


def _has_begun(policy: Policy, at: datetime | None) -> bool:
    return policy.valid_from is None or (at is not None and policy.valid_from <= at)


def _has_ended(policy: Policy, at: datetime | None) -> bool:
    return policy.valid_until is not None and at is not None and policy.valid_until <= at


def edges_of(policy: Policy) -> Iterator[datetime]:
    """Give the moments at which the policy or one of its rules begins or ends to hold."""
    if policy.valid_from:
        yield policy.valid_from
    if policy.valid_until:
        yield policy.valid_until
    rules: tuple[Permission | Prohibition, ...] = (*policy.prohibitions, *policy.permissions)
    for rule in rules:
        for constraint in readable_constraints(rule):
            if constraint.left_operand == "date_time" and (edge := moment(str(constraint.right_operand))):
                yield from _edge(edge, constraint.operator in _INCLUDES_THE_EDGE)


def _edge(edge: datetime, included: bool) -> Iterator[datetime]:
    """Give the first moment on the later side of the edge; none after the last moment that there is."""
    with suppress(OverflowError):
        yield edge + _INSTANT if included else edge


def readable_constraints(rule: Permission | Prohibition) -> list[Constraint]:
    """Return the constraints that name a known operand; a rule with any other is unreadable, and dealt with as such."""
    constraints = getattr(rule, "constraints", ())
    return [c for c in constraints if isinstance(c, Constraint) and getattr(c, "left_operand", None) in OPERAND_KIND]
