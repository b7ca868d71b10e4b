"""One check, one way through: prompt -> mentions -> verdicts -> leaf on disk -> answer."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from registry.core.catalog import Catalog
from registry.core.decision_log.leaf import commit_to_prompt, decision_leaf
from registry.core.errors import CatalogBehind, FieldError, InvalidInput, NotFreshEnough, TooLarge
from registry.core.matching import MATCHER_VERSION, find_mentions
from registry.core.model import MAX_PROMPT_CHARACTERS, STRICTNESS, Decision, Level, Mention, MentionStatus, Outcome, Role, Use
from registry.core.rules import Rewritten, facts_for_the_log, judge, rewrite
from registry.core.scopes import Scope
from registry.store.columns import to_micros
from registry.store.log import MAX_LEAF_BYTES, DecisionIndex, KeptPrompt, LeafDraft, Receipt, TreeHead
from registry.store.log_writer import DecisionDraft
from registry.usecases.access import Caller
from registry.usecases.ids import new_id
from registry.usecases.keyring import renew
from registry.usecases.registry import Registry
from registry.usecases.retention import erase_at

FRESH_WAIT_SECONDS = 1.0
FRESH_PAUSE_SECONDS = 0.05
# How many verdicts, mentions and candidates of a mention are listed: the first row whose leaf is small enough.
BOUNDS = ((100, 200, 20), (50, 60, 5), (10, 10, 3))
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Checked:
    """A decision that stands in the log, the catalog it was made with, and what only its service gets to see.

    `dismissed` are mentions found but not meant; `salt` opens the decision's commitment to the prompt.
    """

    decision: Decision
    receipt: Receipt
    catalog: Catalog
    dismissed: tuple[Mention, ...]
    salt: bytes


async def check(
    registry: Registry,
    caller: Caller,
    prompt: str,
    *,
    use: Use | None = None,
    level: Level | None = None,
    at_least_as_fresh: int | None = None,
    explain: bool = False,
) -> Checked:
    """Decide what the rightsholders say about this prompt; return only once the decision is durable in the log.

    `use` is what the service claims about this generation; it stands in the decision, marked as claimed. `level` None is
    that of the caller's key. `explain` also finds the names that are too ordinary to be meant; it changes nothing about the decision.
    Raises NotPermitted (only services and the operator check), TooLarge, NotFreshEnough, LogUnavailable,
    NotAuthenticated (the key was revoked meanwhile).
    """
    _require_checker(caller)
    _require_checkable(prompt)
    if at_least_as_fresh is not None:
        await _wait_for(registry, at_least_as_fresh)
    deciding = _Deciding(registry, caller, prompt, use, level)
    try:
        receipt = await registry.log.append(deciding.decide())
    except CatalogBehind:
        await deciding.catch_up()
        receipt = await registry.log.append(deciding.decide(), again=deciding.again)
    decided, catalog = deciding.decided, deciding.catalog
    dismissed = _dismissed(prompt, catalog, decided.decision.level) if explain else decided.dismissed
    return Checked(decided.decision, receipt, catalog, dismissed, decided.salt)


class _Deciding:
    """A check under way: what was decided last, and with which catalog."""

    def __init__(self, registry: Registry, caller: Caller, prompt: str, use: Use | None, level: Level | None) -> None:
        self.registry, self.caller, self.prompt, self.use, self.level = registry, caller, prompt, use, level

    def decide(self) -> DecisionDraft:
        """Decide with the newest catalog that this process knows."""
        self.catalog = self.registry.catalog.current
        level = self.level or self.caller.level
        self.decided = decide(self.registry, self.caller, self.prompt, self.use, level, self.catalog)
        return DecisionDraft(_leaf_draft(self.decided, self.catalog, self.prompt), self.catalog.revision, self.catalog.access_epoch)

    async def again(self, head: TreeHead) -> DecisionDraft:
        """Decide with the catalog as it is at the head, while nobody can change it."""
        current = self.registry.catalog.current
        if (current.revision, current.access_epoch) != (head.revision, head.access_epoch):
            await self.registry.log.in_own_thread(self.registry.catalog.refresh)
        await self._confirm_caller(self.registry.log.in_own_thread)
        return self.decide()

    async def catch_up(self) -> None:
        """Bring the catalog up to the log, if nobody else has."""
        if self.registry.catalog.current is self.catalog:
            await asyncio.to_thread(self.registry.catalog.refresh)
        await self._confirm_caller(asyncio.to_thread)

    async def _confirm_caller(self, in_thread: Callable[[Callable[[], Caller]], Awaitable[Caller]]) -> None:
        """When access has changed, see whether the caller may still ask, and what holds for it now."""
        if self.registry.catalog.current.access_epoch != self.catalog.access_epoch:
            self.caller = await in_thread(partial(renew, self.registry, self.caller))
            _require_checker(self.caller)


def _require_checker(caller: Caller) -> None:
    caller.require(Role.service, Role.operator)
    caller.require_scope(Scope.check)


def _dismissed(prompt: str, catalog: Catalog, level: Level) -> tuple[Mention, ...]:
    return tuple(m for m in find_mentions(prompt, catalog.lexicon, level, explain=True) if m.status is MentionStatus.dismissed)


@dataclass(frozen=True, slots=True)
class _Decided:
    decision: Decision
    leaf: bytes
    named: tuple[str, ...]
    dismissed: tuple[Mention, ...]
    salt: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decision holds beside the prompt and what follows from it: with the same of these, the same leaf, byte for byte."""

    id: str
    at: datetime
    service: str
    recipient: str
    use: Use | None
    unruled: Outcome
    level: Level
    kept: str


def decide(registry: Registry, caller: Caller, prompt: str, use: Use | None, level: Level, catalog: Catalog) -> _Decided:
    """Decide with this catalog: matching, rules, commitment. Nothing is written."""
    now, salt = registry.now(), secrets.token_bytes(SALT_BYTES)
    who = caller.organisation
    asked = Asked(new_id("dec", now), now, who.id, who.ref, use, who.unruled, level, who.retention or "none")
    return decide_as(asked, prompt, salt, catalog)


def decide_as(asked: Asked, prompt: str, salt: bytes, catalog: Catalog) -> _Decided:
    """Decide; pure, and so what a replay does again."""
    found = find_mentions(prompt, catalog.lexicon, asked.level)
    mentions = tuple(m for m in found if m.status is not MentionStatus.dismissed)
    dismissed = () if len(found) == len(mentions) else tuple(m for m in found if m.status is MentionStatus.dismissed)
    decision, leaf, named = conclude(asked, mentions, catalog, commit_to_prompt(prompt, salt), len(prompt))
    return _Decided(decision, leaf, named, dismissed, salt)


def conclude(
    asked: Asked, mentions: tuple[Mention, ...], catalog: Catalog, prompt_hash: str, prompt_length: int
) -> tuple[Decision, bytes, tuple[str, ...]]:
    """Judge what was found; return the decision, its leaf, and every character judged, also those that the leaf leaves out."""
    judged = judge(mentions, asked.use, catalog.policy_of, recipient=asked.recipient, at=asked.at, unruled=asked.unruled)
    whole = Decision(
        id=asked.id,
        decided_at=asked.at,
        service=asked.service,
        level=asked.level,
        outcome=judged.outcome,
        reasons=tuple({r.code: r for r in judged.reasons}.values()),
        revision=catalog.revision,
        matcher=MATCHER_VERSION,
        verdicts=judged.verdicts,
        mentions=mentions,
        prompt_hash=prompt_hash,
        prompt_length=prompt_length,
        facts=facts_for_the_log(asked.use, asked.recipient, asked.at, asked.unruled),
        prompt_kept=asked.kept,
    )
    return *_with_leaf(whole), tuple(v.character for v in judged.verdicts)


def _with_leaf(whole: Decision) -> tuple[Decision, bytes]:
    """Return the decision and its leaf, listing as much as a leaf can hold; the outcome counts everything."""
    for bounds in BOUNDS:
        decision = _bounded(whole, *bounds)
        leaf = decision_leaf(decision)
        if len(leaf) <= MAX_LEAF_BYTES:
            break
    return decision, leaf


def _require_checkable(prompt: str) -> None:
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise TooLarge(f"the prompt has {len(prompt)} characters; at most {MAX_PROMPT_CHARACTERS} are checked at once")
    if not prompt.isascii() and any("\ud800" <= c <= "\udfff" for c in prompt):
        raise InvalidInput("the prompt is not text", fields=(FieldError("/prompt", "holds a lone surrogate"),))


def _bounded(whole: Decision, most_verdicts: int, most_mentions: int, most_candidates: int) -> Decision:
    """Keep the strictest verdicts and the first mentions, and say in `omitted` what was left out."""
    is_wide = any(len(m.candidates) > most_candidates for m in whole.mentions)
    if len(whole.verdicts) <= most_verdicts and len(whole.mentions) <= most_mentions and not is_wide:
        return whole
    strictest = sorted(whole.verdicts, key=lambda v: -STRICTNESS[v.outcome])[:most_verdicts]
    verdicts = tuple(v._replace(mentions=tuple(i for i in v.mentions if i < most_mentions)) for v in strictest)
    mentions = tuple(replace(m, candidates=m.candidates[:most_candidates]) for m in whole.mentions[:most_mentions])
    omitted = {
        "verdicts": len(whole.verdicts) - len(verdicts),
        "mentions": len(whole.mentions) - len(mentions),
        "candidates": sum(max(0, len(m.candidates) - most_candidates) for m in whole.mentions),
    }
    return replace(whole, verdicts=verdicts, mentions=mentions, omitted=tuple(f"{what}:{n}" for what, n in omitted.items() if n))


def _leaf_draft(decided: _Decided, catalog: Catalog, prompt: str) -> LeafDraft:
    decision = decided.decision
    characters = tuple((character, catalog.entries[character].rightsholder.id) for character in decided.named)
    at = to_micros(decision.decided_at)
    reasons = " ".join(r.code for r in decision.reasons)
    index = DecisionIndex(decision.id, decision.service, at, decision.outcome, decision.revision, characters, decision.level, reasons)
    kept = None
    if decision.prompt_kept != "none":
        kept = KeptPrompt(prompt, decided.salt, erase_at(decision.prompt_kept, at))
    return LeafDraft("decision", decided.leaf, index, kept)


def offer_remedy(checked: Checked, prompt: str) -> Rewritten:
    """Return the prompt with the rightsholders' substitutes in place of names that may not be used so; only for who asks."""
    entries, at = checked.catalog.entries, checked.decision.decided_at
    remedies = {v.character: remedy for v in checked.decision.verdicts if (remedy := entries[v.character].policy.remedy_at(at))}
    return rewrite(prompt, checked.decision.mentions, checked.decision.verdicts, remedies)


async def _wait_for(registry: Registry, revision: int) -> None:
    deadline = time.monotonic() + FRESH_WAIT_SECONDS
    while registry.catalog.current.revision < revision:
        catalog = await asyncio.to_thread(registry.catalog.refresh)
        if catalog.revision < revision:
            if time.monotonic() > deadline:
                raise NotFreshEnough(f"the catalog is at revision {catalog.revision}, not yet at {revision}")
            await asyncio.sleep(FRESH_PAUSE_SECONDS)
