"""What must hold between the entries of one log, read in order: canonical, each decision at the revision of the changes before it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.core.decision_log.canonical import MAX_SAFE_INTEGER, encode_trusted
from registry.core.decision_log.flaws import Flaw
from registry.core.errors import InvalidInput, LogChanged

CATALOG = "catalog."


@dataclass(slots=True)
class EntryRules:
    """Reads entries in order; `revision` counts the catalog's changes so far, `counts` the entries of each type."""

    revision: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def read(self, index: int, entry: bytes) -> Mapping[str, Any]:
        """Return the entry's content. Raises LogChanged (WRONG_ENTRY, WRONG_REVISION), naming the index."""
        content = _parse(index, entry)
        kind = str(content["type"])
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind.startswith(CATALOG):
            self.revision += 1
        elif kind == "decision" and (content.get("revision") != self.revision or content["revision"] is True):
            raise LogChanged(
                f"entry {index} says it was decided at revision {content.get('revision')}, but {self.revision} changes stand before it",
                code=Flaw.WRONG_REVISION,
            )
        return content


def _parse(index: int, entry: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(entry, parse_float=_refuse, parse_int=_safe_integer, parse_constant=_refuse)
        # What was parsed without floats and large numbers is what `canonical_bytes` allows, so the quick way writes the same.
        is_canonical = isinstance(content, dict) and "type" in content and encode_trusted(content) == entry
    except (ValueError, InvalidInput):
        is_canonical = False
    if not is_canonical:
        raise LogChanged(f"entry {index} is not a canonical JSON object with a type", code=Flaw.WRONG_ENTRY)
    return dict(content)


def _refuse(text: str) -> None:
    raise ValueError(f"`{text}` is no canonical number")


def _safe_integer(text: str) -> int:
    value = int(text)
    if abs(value) > MAX_SAFE_INTEGER:
        _refuse(text)
    return value
