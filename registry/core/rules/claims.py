"""What of a decision's facts is the service's word and what the registry knows: kept apart in the log (policies/vocabulary.yaml)."""

from datetime import datetime
from typing import Any

from registry.core.model import Outcome, Use


def facts_for_the_log(
    use: Use | None, recipient: str | None, at: datetime | None, unruled: Outcome = Outcome.restricted
) -> dict[str, dict[str, Any]]:
    """Return `{"asserted": ..., "derived": ...}` in canonical JSON values; what was not said is not there.

    co_appearance is not repeated: it follows from the mentions, and from `real_persons` as asserted. `unruled`, the
    service's own default, stands there where it is not `restricted`.
    """
    asserted = use.model_dump(mode="json", exclude_none=True) if use else {}
    derived = {"recipient": recipient, "date_time": at.isoformat() if at else None}
    if unruled is not Outcome.restricted:
        derived["unruled"] = unruled.value
    return {"asserted": asserted, "derived": {name: value for name, value in derived.items() if value is not None}}
