"""What if: a draft policy replayed on the last decisions about what it covers, without a prompt and without writing anything."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from registry.core.catalog import Catalog, lookup_with
from registry.core.errors import NotPermitted
from registry.core.model import Character, Mention, MentionStatus, Organisation, Outcome, Policy, Role, Use
from registry.core.rules.what_if import Asked, Flips, what_if
from registry.store.decisions import DecisionFilter, StoredDecision, list_decisions
from registry.usecases.access import Caller
from registry.usecases.policies import Entry, LevelName, fields_with, get_policy, owner_of
from registry.usecases.registry import Registry


def preview_policy(registry: Registry, caller: Caller, level: LevelName, said: str, policy: Policy, *, last: int) -> Flips:
    """Judge the last decisions about an entry as if they were asked when the draft begins, with and without it. Only for its owner.

    Both sides are judged with the catalog of now, so that only the draft makes a difference. Characters that are no
    longer registered count for neither; those of other rightsholders are company, but their outcomes are not told.
    """
    caller.require(Role.rightsholder)
    entry = get_policy(registry, caller, level, said).entry
    if owner_of(entry) != caller.organisation.id:
        raise NotPermitted("only the owner may try out a policy: the answer tells about its decisions")
    now = registry.now()
    at = max(policy.valid_from, now) if policy.valid_from else now
    with registry.database.read() as session:
        found = list_decisions(session, _about(entry), before=None, limit=last)
    catalog = registry.catalog.current
    draft = entry.model_copy(update=fields_with(entry, policy, now))
    asked = (_asked(decision, catalog, at) for decision in found)
    mine = lambda character: catalog.entries[character].rightsholder.id == caller.organisation.id  # noqa: E731
    return what_if(asked, catalog.policy_of, lookup_with(catalog, draft), covers=mine)


def _about(entry: Entry) -> DecisionFilter:
    if isinstance(entry, Organisation):
        return DecisionFilter(rightsholder=entry.id)
    return DecisionFilter(character=entry.id) if isinstance(entry, Character) else DecisionFilter(work=entry.id)


def _asked(decision: StoredDecision, catalog: Catalog, at: datetime) -> Asked:
    leaf = decision.leaf
    derived = leaf["facts"].get("derived", {})
    return Asked(
        decision=leaf["id"],
        mentions=tuple(_mentions(leaf["mentions"], catalog)),
        use=Use.model_validate(leaf["facts"].get("asserted", {})),
        recipient=derived.get("recipient"),
        at=at,
        unruled=Outcome(derived.get("unruled", Outcome.restricted)),
    )


def _mentions(said: list[dict[str, Any]], catalog: Catalog) -> Iterator[Mention]:
    """Give the mentions back without what was written there, which no leaf holds."""
    for mention in said:
        candidates = tuple(c for c in mention["candidates"] if c in catalog.entries)
        if candidates:
            status = MentionStatus(mention["status"])
            yield Mention(mention["start"], mention["end"], "", "", mention["method"], status, mention["confidence"], candidates)
