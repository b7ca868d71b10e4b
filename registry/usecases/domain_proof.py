"""Asking DNS for a domain's TXT record (RFC 1035), through the resolver that is set. DNSSEC is not checked here: the resolver may."""

import dns.exception
import dns.resolver
from dns.resolver import Resolver

from registry.core.errors import Unavailable

SECONDS = 5.0
DNS_PORT = 53


def read_txt(name: str, resolver: str) -> tuple[str, ...]:
    """Return the texts of a name's TXT records, none when it has none.

    `resolver` is `address:port`; empty: the system's. Raises Unavailable when it does not answer within five seconds.
    """
    asking = Resolver(configure=not resolver)
    if resolver:
        address, _, port = resolver.rpartition(":") if ":" in resolver else (resolver, "", "")
        asking.nameservers = [address.strip("[]")]
        asking.port = int(port or DNS_PORT)
    asking.lifetime = asking.timeout = SECONDS
    try:
        answer = asking.resolve(f"{name}.", "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise Unavailable(f"the resolver did not answer for `{name}`: try again later") from error
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
