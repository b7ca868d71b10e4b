"""How much who may ask: quotas of keys and limits of addresses as headers (draft-ietf-httpapi-ratelimit-headers-10) and as 429."""

import ipaddress
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from registry.core.errors import TooManyRequests
from registry.usecases.quotas import Allowance

Headers = list[tuple[bytes, bytes]]
IPV6_NETWORK = 64  # one customer's network: limits of single addresses would bind nobody
WINDOW = 60


def quota_headers(allowance: Allowance) -> Headers:
    """Return the headers of an answer to a key; none where there is no quota."""
    if not allowance.quota:
        return []
    return [
        (b"ratelimit-policy", b'"key";q=%d;w=60' % allowance.quota),
        (b"ratelimit", b'"key";r=%d;t=%d' % (allowance.left, allowance.seconds)),
    ]


class AddressLimit:
    """Requests a minute without a good key, for each address, in this process; 0 is no limit. Gone with the process."""

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def take(self, client: str | None) -> Headers:
        """Count one request and return the headers of its answer. Raises TooManyRequests."""
        if self._item is None:
            return []
        address = network_of(client)
        hit = self._limiter.hit(self._item, address)
        stats = self._limiter.get_window_stats(self._item, address)
        seconds = max(1, min(WINDOW, round(stats.reset_time - time.time())))
        if not hit:
            message = f"this address may send {self._item.amount} requests a minute without a key"
            raise TooManyRequests(message, retry_after=seconds)
        return [
            (b"ratelimit-policy", b'"address";q=%d;w=60' % self._item.amount),
            (b"ratelimit", b'"address";r=%d;t=%d' % (stats.remaining, seconds)),
        ]


def network_of(client: str | None) -> str:
    """Return whom a limit counts for: the address of the connection (or what a trusted proxy says), of IPv6 its network."""
    host = client or ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return str(address)
