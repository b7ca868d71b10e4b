"""An entry of the log as it was written, or an error that names it: what is damaged on disk is never shown as a decision."""

from registry.core.decision_log.merkle import leaf_hash
from registry.core.errors import Damaged


def whole_entry(index: int, hash_: bytes, data: bytes) -> bytes:
    """Return the bytes of entry `index`. Raises Damaged, naming it, when they are not those of its hash."""
    if leaf_hash(bytes(data)) != bytes(hash_):
        raise Damaged(f"entry {index} of the log is damaged: run `registry verify`")
    return bytes(data)
