"""New identifiers: a prefix that says what it names, then 48 bits of time and 80 random bits (the layout of UUIDv7 without its marks)."""

import secrets
from datetime import datetime

from registry.store.columns import to_micros


def new_id(prefix: str, now: datetime) -> str:
    """Return an id such as `chr_019...`: ids made later sort later, to the millisecond."""
    return f"{prefix}_{to_micros(now) // 1000:012x}{secrets.token_hex(10)}"
