"""How long a service's prompts are kept: not at all (the default), so many days (`P30D`), or as long as the decision (`decision`)."""

DAY = 86_400_000_000  # microseconds


def erase_at(kept: str, decided_at: int) -> int | None:
    """Return when a prompt kept like this is to be erased, in microseconds since 1970 as `decided_at`; None: not by time."""
    return None if kept == "decision" else decided_at + int(kept[1:-1]) * DAY
