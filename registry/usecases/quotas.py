"""Requests a minute for each key, kept right across processes without asking the database for each.

In every minute a process may answer a hundredth of a key's quota (one request at least) by itself: its free share. Beyond it
takes leases, a twentieth of the quota each, counted in the database. INVARIANT: in no minute (of the clock, UTC) do all
processes together answer more than the quota plus one free share for each process.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from registry.core.errors import InvalidInput, TooManyRequests
from registry.core.model import Role
from registry.store import quotas as store
from registry.store.access import get_organisation
from registry.store.catalog import bump_access_epoch
from registry.usecases.access import Caller
from registry.usecases.registry import Registry

FREE_PART, LEASE_PART = 100, 20
MINUTE = 60
MAX_QUOTA = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key may still ask: `quota` a minute, `left` (as far as this process knows) for `seconds` more."""

    quota: int
    left: int
    seconds: int


@dataclass(slots=True)
class _Share:
    """What this process may answer for one key: `left` without asking, `rest` is what nobody had taken when it last asked.

    `answered` is what it has answered in this minute.
    """

    epoch: int
    quota: int
    minute: int
    until: float
    left: int
    rest: int
    answered: int = 0

    def begin(self, quota: int, minute: int, until: float) -> None:
        self.quota, self.minute, self.until = quota, minute, until
        self.left, self.rest, self.answered = max(1, quota // FREE_PART), quota, 0

    def promised(self) -> int:
        """Return what may still be asked: never more than the quota leaves, though a free share may be answered beyond it."""
        return max(0, min(self.left + self.rest, self.quota - self.answered))


class Quotas:
    """The shares of this process. Safe to use from several threads; `take` asks the database only for a key's quota, once an epoch."""

    def __init__(self, registry: Registry, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._registry = registry
        self.default = per_minute
        self._clock = clock
        self._shares: dict[str, _Share] = {}
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="leases")

    def take(self, caller: Caller) -> Allowance | None:
        """Count one request; None: this process must `lease` more first."""
        share = self._shares.get(caller.key_id)
        now = self._clock()
        if share is None or share.epoch != self._registry.catalog.current.access_epoch or now >= share.until:
            share = self._opened(caller, now)
        with self._lock:
            if share.left <= 0 and share.quota:
                return None
            share.left -= 1
            share.answered += 1
            return Allowance(share.quota, share.promised(), int(share.until - now) + 1)

    def lease(self, caller: Caller) -> Allowance:
        """Count one request, taking more of the quota from the database. Raises TooManyRequests when none is left."""
        if (allowance := self.take(caller)) is not None:  # another request has taken more meanwhile
            return allowance
        share = self._shares[caller.key_id]
        at_most = max(1, share.quota // LEASE_PART)
        if share.rest > 0 and self._clock() < share.until:
            with self._registry.database.write_aside() as session:
                got = store.lease(session, caller.key_id, minute=share.minute, quota=share.quota, at_most=at_most)
                session.commit()
            with self._lock:
                share.left, share.rest = share.left + got.count, share.quota - got.taken
        allowance = self.take(caller)
        if allowance is None:
            left = max(1.0, share.until - self._clock())
            raise TooManyRequests(f"this key may send {share.quota} requests a minute", retry_after=left)
        return allowance

    async def lease_in_line(self, caller: Caller) -> Allowance:
        """Do `lease` in a thread of its own, one request after another, so that those who wait hold no thread that others need."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.lease, caller)

    def close(self) -> None:
        """Finish what was begun."""
        self._thread.shutdown()

    def _opened(self, caller: Caller, now: float) -> _Share:
        """Return the key's share of this minute; a change of access has its quota read again."""
        epoch, seconds = self._registry.catalog.current.access_epoch, self._registry.now().timestamp()
        minute, until = int(seconds // MINUTE), now + MINUTE - seconds % MINUTE
        share = self._shares.get(caller.key_id)
        quota = share.quota if share is not None and share.epoch == epoch else self._quota(caller)
        with self._lock:
            share = self._shares.setdefault(caller.key_id, _Share(epoch, quota, -1, until, 0, 0))
            if (share.minute, share.quota) != (minute, quota):
                share.begin(quota, minute, until)
            share.epoch = epoch
            return share

    def _quota(self, caller: Caller) -> int:
        with self._registry.database.read() as session:
            said = store.find_quota(session, caller.organisation.id)
        return self.default if said is None else said


def get_quota(registry: Registry, caller: Caller, organisation_id: str) -> int | None:
    """Return what the operator has set for each key of an organisation: for itself, operator and auditor. None: nothing."""
    organisation_id = caller.organisation.id if organisation_id == "me" else organisation_id
    if organisation_id != caller.organisation.id:
        caller.require(Role.operator, Role.auditor)
    with registry.database.read() as session:
        get_organisation(session, organisation_id)
        return store.find_quota(session, organisation_id)


def set_quota(registry: Registry, caller: Caller, organisation_id: str, per_minute: int | None) -> None:
    """Set the quota of each key of an organisation; None: what the settings say. In force in every process within a second."""
    caller.require(Role.operator)
    if per_minute is not None and not 0 < per_minute <= MAX_QUOTA:
        raise InvalidInput(f"a quota is between 1 and {MAX_QUOTA} requests a minute")
    with registry.database.write() as session:
        get_organisation(session, organisation_id)
        store.save_quota(session, organisation_id, per_minute)
        bump_access_epoch(session)
        session.commit()
    registry.catalog.refresh()
