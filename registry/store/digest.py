"""A digest in each row of the catalog, so that a row that was damaged on disk is noticed when it is read, not believed.

It covers the columns that a verdict can follow from, and names the revision that it was made at: a row that a version without digests
has written since bears an older revision's, and is not judged by it. Against people it is no protection: that is the log's task.
"""

from collections.abc import Iterable
from hashlib import blake2b

from registry.core.errors import Damaged

DIGEST_BYTES = 8


def row_digest(revision: int, values: Iterable[object]) -> str:
    """Return the digest of a row: the revision, and a hash over its values as text."""
    text = "\x1f".join("\x00" if value is None else str(value) for value in values)
    return f"{revision}:{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=DIGEST_BYTES).hexdigest()}"


def require_undamaged(what: str, entry_id: str, revision: int, stored: str | None, values: Iterable[object]) -> None:
    """Raise Damaged, naming the row, when it is not the one that was written at its revision."""
    if stored is None or stored == row_digest(revision, values):
        return
    if stored.partition(":")[0] == str(revision):
        raise damaged(what, entry_id)


def damaged(what: str, entry_id: str) -> Damaged:
    """Return the error that names a row that cannot be believed."""
    return Damaged(f"the stored {what} `{entry_id}` is damaged: run `registry doctor`")
