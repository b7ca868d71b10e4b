"""What a reader remembers of a log between two visits: a small file of the reader's own, so that the log cannot go back or fork unseen."""

import json
from dataclasses import dataclass
from pathlib import Path

from registry.core.decision_log.checkpoint import Checkpoint
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import VerifierKey, format_vkey, parse_vkey
from registry.core.decision_log.wire import decode_hash, encode_base64
from registry.core.errors import InvalidInput, LogChanged


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest head that was verified, the keys trusted for it, and how many catalog changes stood before it (None: not counted).

    `note` is the signed checkpoint: the evidence, should the log deny it later.
    """

    head: Checkpoint
    keys: tuple[VerifierKey, ...]
    revision: int | None = None
    note: str = ""


def read_state(path: Path) -> Seen | None:
    """Return what was seen last, None at the first visit. Raises InvalidInput for a file that is something else."""
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        head = Checkpoint(said["origin"], said["size"], decode_hash(said["root"], "the root"))
        return Seen(head, tuple(parse_vkey(key) for key in said["keys"]), said["revision"], said["note"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"`{path}` is not a state file of `registry verify`: move it away to begin anew") from error


def write_state(path: Path, seen: Seen) -> None:
    """Remember what was verified; the file is replaced in one step."""
    head = seen.head
    said = {
        "origin": head.origin,
        "size": head.size,
        "root": encode_base64(head.root),
        "keys": [format_vkey(key) for key in seen.keys],
        "revision": seen.revision,
        "note": seen.note,
    }
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def require_not_shorter(seen: Seen, size: int) -> None:
    """Raise LogChanged when the log has fewer entries than were seen."""
    if size < seen.head.size:
        raise LogChanged(
            f"the log went back: it had {seen.head.size} entries when it was last verified and has {size} now, so entries from {size} on "
            "are gone (an old backup?). Whoever holds receipts for them can prove it. To go on honestly, begin a new log under a new "
            "origin and publish the last checkpoint of this one",
            code=Flaw.WENT_BACK,
        )


def require_same_history(seen: Seen, root: bytes) -> None:
    """Raise LogChanged when the first entries do not have the root that was seen; `root` is theirs now."""
    if root != seen.head.root:
        raise LogChanged(
            f"another history: the first {seen.head.size} entries are no longer those that were verified last time",
            code=Flaw.ANOTHER_HISTORY,
        )
