"""Slow for attackers: log-ins that fail are counted per account and per address, and each further one must wait longer, up to a bound.

An attempt is counted before the password is looked at, so that many at once do not slip through; a good one is taken back.
An attempt that comes too early is refused unseen and counts for nothing, so that hammering does not keep the owner out.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from registry.core.errors import TooManyRequests
from registry.store import attempts as store
from registry.usecases.registry import Registry

LONGEST = timedelta(minutes=15)
FREE_OF_ACCOUNT, FREE_OF_ADDRESS = 5, 20
IPV6_NETWORK = 64  # what one customer is given


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to log in: what it is counted under."""

    account: str
    address: str | None

    @property
    def keys(self) -> dict[str, int]:
        """Return each key, and how many failures are free."""
        of_address = {} if self.address is None else {self.address: FREE_OF_ADDRESS}
        return {self.account: FREE_OF_ACCOUNT, **of_address}


def attempt_of(organisation: str, email: str, address: str | None, *, is_known: bool) -> Attempt:
    """Return what a try is counted under. The account need not exist; from an address that is known it has a count of its own."""
    digest = hashlib.sha256(f"{organisation}\n{email}".encode("utf-8", "surrogatepass")).hexdigest()
    network = network_of(address)
    account = f"account:{digest}@{network}" if is_known else f"account:{digest}"
    return Attempt(account, None if network is None else f"address:{network}")


def network_of(address: str | None) -> str | None:
    """Return what an address is counted as: itself, for IPv6 the /64 that it is in; None when it is no address."""
    try:
        said = ip_address(address or "")
    except ValueError:
        return None
    return str(said) if said.version == 4 else str(ip_network((said, IPV6_NETWORK), strict=False))


def begin_attempt(registry: Registry, attempt: Attempt) -> None:
    """Count a try as failed. Raises TooManyRequests when it comes too early: then it does not count."""
    now = registry.now()
    with registry.database.write_aside() as session:
        seen = store.read_failures(session, attempt.keys, now)
        waits = [_wait(*seen[key], free, now) for key, free in attempt.keys.items()]
        if (wait := max(waits)) > timedelta():
            seconds = math.ceil(wait.total_seconds())
            raise TooManyRequests(f"too many failed log-ins; try again in {seconds} s, or ask for a reset link", retry_after=seconds)
        store.count_failures(session, attempt.keys, now)
        session.commit()


def take_back(registry: Registry, attempt: Attempt) -> None:
    """Let a try that began count for nothing."""
    with registry.database.write_aside() as session:
        store.take_back_failures(session, attempt.keys)
        session.commit()


def delay(failures: int, free: int) -> timedelta:
    """Return how long to wait after so many failures: 1 s after the free ones, then twice as long each time."""
    return timedelta() if failures < free else min(LONGEST, timedelta(seconds=2 ** min(failures - free, 20)))


def _wait(failures: int, last_at: datetime, free: int, now: datetime) -> timedelta:
    return last_at + delay(failures, free) - now
