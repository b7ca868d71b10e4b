"""Kept prompts: reading them, and erasing them by time or on request. Every erasure is an entry of the log; proofs hold afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.errors import NotFound
from registry.core.model import Role
from registry.store import prompts as store
from registry.store.columns import to_micros
from registry.store.log import LeafDraft
from registry.usecases.access import Caller, actor_of
from registry.usecases.decisions import get_decision
from registry.usecases.registry import Registry

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A prompt and the salt that opens its commitment; both None once erased, by the entry `erased_by`."""

    prompt: str | None
    salt: bytes | None
    erased_by: int | None


def get_prompt(registry: Registry, caller: Caller, decision_id: str) -> Kept:
    """Return the prompt of a decision: for the service that asked, auditors and the operator. Raises NotFound when it never was kept."""
    caller.require(Role.service, Role.auditor, Role.operator)
    index = get_decision(registry, caller, decision_id).index
    with registry.database.read() as session:
        found = store.find_prompt(session, index)
    if found is None:
        raise NotFound(f"the prompt of `{decision_id}` was not kept: its service has no retention")
    return Kept(found.text, found.salt, found.erased_by)


def erase_prompt(registry: Registry, caller: Caller, decision_id: str) -> Kept:
    """Erase the prompt of a decision, as the service that asked or the operator may ask; again, it changes nothing."""
    caller.require(Role.service, Role.operator)
    index = get_decision(registry, caller, decision_id).index
    _erase(registry, [index], "request", caller)
    return get_prompt(registry, caller, decision_id)


def erase_due_prompts(registry: Registry) -> int:
    """Erase every prompt whose retention has ended; return how many."""
    erased = 0
    while True:
        with registry.database.read() as session:
            due = store.due_prompts(session, to_micros(registry.now()), limit=AT_ONCE)
        if not due:
            return erased
        erased += _erase(registry, due, "retention", None)


def _erase(registry: Registry, indices: Sequence[int], why: Literal["request", "retention"], caller: Caller | None) -> int:
    with registry.database.write() as session:
        live = list(store.live_prompts(session, indices))
        if not live:
            return 0
        at = registry.now().isoformat().replace("+00:00", "Z")
        leaf = canonical_bytes({"v": 1, "type": "erasure", "at": at, "actor": actor_of(caller), "why": why, "prompts": live})
        [receipt] = store.append_entries(session, [LeafDraft("erasure", leaf)])
        store.erase_prompts(session, live, by=receipt.index)
        session.commit()
    registry.database.forget()
    return len(live)
