"""What a service did after a decision: blocked, generated or modified, with the hash of what was made; an entry of the log each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.errors import Conflict, NotFound
from registry.core.model import Role
from registry.store import reports as store
from registry.store.database import Session
from registry.store.log import LeafDraft
from registry.store.prompts import append_entries
from registry.store.tree import read_leaf
from registry.usecases.access import Caller, actor_of
from registry.usecases.decisions import get_decision
from registry.usecases.registry import Registry


class Action(StrEnum):
    """What was done: nothing was made, it was made as asked, it was made from a changed prompt."""

    blocked = "blocked"
    generated = "generated"
    modified = "modified"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the log holds it, at `index`; `products` are SHA-256 in hex of what was made."""

    index: int
    decision: str
    action: Action
    products: tuple[str, ...]


def report_outcome(registry: Registry, caller: Caller, decision_id: str, action: Action, products: Sequence[str]) -> Report:
    """Log what was done about a decision: once, by the service that asked; saying the same again changes nothing.

    Raises NotFound for another service's decision, Conflict when something else was reported before.
    """
    caller.require(Role.service, Role.operator)
    decision = get_decision(registry, caller, decision_id)
    with registry.database.write() as session:
        before = _find(session, decision.index)
        if before is not None:
            if (before.action, before.products) != (action, tuple(products)):
                raise Conflict(f"`{before.action}` was reported for `{decision_id}` already, with entry {before.index}")
            return before
        leaf = canonical_bytes(
            {
                "v": 1,
                "type": "outcome",
                "at": registry.now().isoformat().replace("+00:00", "Z"),
                "actor": actor_of(caller),
                "decision": decision_id,
                "index": decision.index,
                "action": action,
                "products": list(products),
            }
        )
        [receipt] = append_entries(session, [LeafDraft("outcome", leaf)])
        store.add_report(session, decision_index=decision.index, log_index=receipt.index, action=action)
        session.commit()
    return Report(receipt.index, decision_id, action, tuple(products))


def get_report(registry: Registry, caller: Caller, decision_id: str) -> Report:
    """Return what was reported about a decision that the caller may see. Raises NotFound, also when nothing was."""
    decision = get_decision(registry, caller, decision_id)
    with registry.database.read() as session:
        found = _find(session, decision.index)
    if found is None:
        raise NotFound(f"nothing was reported about `{decision_id}`")
    return found


def _find(session: Session, decision_index: int) -> Report | None:
    index = store.find_report(session, decision_index)
    if index is None:
        return None
    said = json.loads(read_leaf(session, index))
    return Report(index, said["decision"], Action(said["action"]), tuple(said["products"]))
