"""Reading decisions: auditors and the operator all of them, services their own, rightsholders those that name their characters."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from registry.core.errors import FieldError, InvalidInput, NotFound
from registry.core.model import Role
from registry.store import decisions as store
from registry.store.decisions import DayCount, DecisionFilter, StoredDecision
from registry.usecases.access import Caller
from registry.usecases.registry import Registry

PAGE = 1_000


def list_decisions(
    registry: Registry, caller: Caller, chosen: DecisionFilter, *, before: int | None, limit: int
) -> Sequence[StoredDecision]:
    """Return decisions that the caller may see, newest first."""
    with registry.database.read() as session:
        found = store.list_decisions(session, _seen_by(caller, chosen), before=before, limit=limit)
    return [_shown_to(registry, caller, decision) for decision in found]


def get_decision(registry: Registry, caller: Caller, decision_id: str) -> StoredDecision:
    """Return one decision. Raises NotFound, also when it is not the caller's to see."""
    with registry.database.read() as session:
        found = store.find_decision(session, decision_id, _seen_by(caller, DecisionFilter()))
    if found is None:
        raise NotFound(f"there is no decision `{decision_id}` that you may see")
    return _shown_to(registry, caller, found)


def count_decisions(registry: Registry, caller: Caller, chosen: DecisionFilter, *, after: str, limit: int) -> Sequence[DayCount]:
    """Count the decisions that the caller may see, by day and outcome, from after `after` on, such as `2026-11-21.allowed`."""
    said, _, outcome = after.partition(".")
    try:
        last = (date.fromisoformat(said), outcome) if after else None
    except ValueError:
        raise InvalidInput("no page gave this cursor", fields=(FieldError("cursor", "take `next` of the page before"),)) from None
    with registry.database.read() as session:
        return store.count_by_day(session, _seen_by(caller, chosen), after=last, limit=limit)


def walk_decisions(registry: Registry, caller: Caller, chosen: DecisionFilter, *, end: int) -> Iterator[StoredDecision]:
    """Yield every decision below index `end` that the caller may see, oldest first; memory stays that of one page."""
    after = -1
    while True:
        with registry.database.read() as session:
            page = store.decisions_after(session, _seen_by(caller, chosen), after=after, end=end, limit=PAGE)
        yield from (_shown_to(registry, caller, decision) for decision in page)
        if len(page) < PAGE:
            return
        after = page[-1].index


def _seen_by(caller: Caller, chosen: DecisionFilter) -> DecisionFilter:
    own = caller.organisation.id
    if caller.organisation.role is Role.service:
        return replace(chosen, service=own)
    if caller.organisation.role is Role.rightsholder:
        return replace(chosen, seen_by=own)
    return chosen


def _shown_to(registry: Registry, caller: Caller, decision: StoredDecision) -> StoredDecision:
    """A rightsholder sees what was decided about its own characters, not who else was named beside them."""
    if caller.organisation.role is not Role.rightsholder:
        return decision
    own = _own_characters(registry, caller.organisation.id, decision.leaf)
    verdicts = [v for v in decision.leaf["verdicts"] if v["character"] in own]
    mentions = [m for m in decision.leaf["mentions"] if own.intersection(m["candidates"])]
    positions = {id(m): i for i, m in enumerate(decision.leaf["mentions"])}
    kept = {positions[id(m)]: i for i, m in enumerate(mentions)}
    shown_verdicts = [{**v, "mentions": [kept[i] for i in v["mentions"] if i in kept]} for v in verdicts]
    shown_mentions = [{**m, "candidates": [c for c in m["candidates"] if c in own]} for m in mentions]
    leaf: dict[str, Any] = {**decision.leaf, "verdicts": shown_verdicts, "mentions": shown_mentions}
    return replace(decision, leaf=leaf)


def _own_characters(registry: Registry, rightsholder: str, leaf: dict[str, Any]) -> set[str]:
    named = {v["character"] for v in leaf["verdicts"]} | {c for m in leaf["mentions"] for c in m["candidates"]}
    with registry.database.read() as session:
        return store.characters_of(session, rightsholder, named)
