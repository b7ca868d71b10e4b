"""Going on as a new log: the honest way when a restored backup lacks entries that the old log had signed.

The new log has another name and key, and the old log's entries as its first ones; its next entry says so and names the newest
head of the old log that anyone knows. Nobody who trusts the old key can be shown two histories under it.
"""

from datetime import datetime

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.decision_log.checkpoint import Checkpoint, format_checkpoint
from registry.core.decision_log.keys import SigningKey, format_vkey
from registry.core.errors import InvalidInput
from registry.store import log_keys
from registry.store.database import Session
from registry.store.log import LeafDraft
from registry.store.prompts import append_entries
from registry.store.tree import read_tree_head
from registry.usecases.log import public_keys_in
from registry.usecases.log_key import LogKeyFile
from registry.usecases.log_state import Seen
from registry.usecases.registry import Registry


def restart_log(registry: Registry, origin: str, seen: Seen | None = None) -> str:
    """Go on as the log `origin`; return its public key. `seen` is the newest head of the old log that is known.

    The old private key stays beside the new one under its key id. Raises InvalidInput for the old log's name.
    """
    with registry.database.write() as session:
        key = restart_in(session, registry.log_key, origin, seen, registry.now())
        session.commit()
    registry.log_key.promote()
    return format_vkey(key.verifier)


def restart_in(session: Session, key_file: LogKeyFile, origin: str, seen: Seen | None, now: datetime) -> SigningKey:
    """Do so in this write session, and prepare the new key: `promote` it once the session is committed."""
    known, head = public_keys_in(session), read_tree_head(session)
    if origin == known.origin:
        raise InvalidInput(f"`{origin}` is the old log's name: a new log needs a new one")
    if seen is not None and seen.head.origin != known.origin:
        raise InvalidInput(f"the head given is of the log `{seen.head.origin}`, this log is `{known.origin}`")
    key = key_file.new_key(origin)
    content = {
        "v": 1,
        "type": "restart",
        "at": now.isoformat().replace("+00:00", "Z"),
        "log": origin,
        "before": {
            "head": format_checkpoint(Checkpoint(known.origin, head.size, head.root)),
            "keys": [format_vkey(one) for one in known.keys],
            "seen": None if seen is None else seen.note or format_checkpoint(seen.head),
            "lost": None if seen is None else max(0, seen.head.size - head.size),
        },
    }
    append_entries(session, [LeafDraft("restart", canonical_bytes(content))])
    log_keys.begin_log_keys(session, format_vkey(key.verifier), head.size)
    key_file.prepare(key)
    return key
