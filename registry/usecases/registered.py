"""What was registered under a name at a time: an answer signed with the log's key, so that "nothing was" can be shown later.

The note's first line is the log's origin with `/registered`, so that no reader takes it for a checkpoint; its second is canonical JSON.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.decision_log.note import SignedNote, sign_note
from registry.core.decision_log.wire import encode_base64
from registry.core.errors import CatalogBehind, InvalidInput
from registry.core.model import Character, EntryStatus
from registry.store.audit import catalog_leaves
from registry.store.database import Session
from registry.store.tree import Head, read_tree_head
from registry.usecases.access import Caller
from registry.usecases.catalog import search_key
from registry.usecases.log import signing_key
from registry.usecases.rebuild import entry_of
from registry.usecases.registry import Registry

TRIES = 5
MOST = 100


@dataclass(frozen=True, slots=True)
class Then:
    """The catalog's characters at a time: active ones, and the revision that they are of."""

    revision: int
    characters: Iterable[Character]


def registered_then(registry: Registry, caller: Caller, name: str, at: datetime | None = None) -> SignedNote:
    """Return the signed answer: which active characters had this name or alias then, in any case, width and compatibility form.

    `at` None is now. A change counts from the moment that its entry of the log says. It lists up to 100 characters and
    says how many there were. Raises InvalidInput for a time to come or a name of nothing but space.
    """
    del caller  # any key: what is registered is public
    now = registry.now()
    key = search_key(name)
    if not key:
        raise InvalidInput("the name is empty")
    if at is not None and at > now:
        raise InvalidInput("what will be registered is not known yet: `at` lies in the future")
    with registry.database.read() as session:
        head = read_tree_head(session)
        then = _now(registry, head) if at is None else _before(session, head, at)
        found = [c for c in then.characters if any(search_key(text) == key for text in (c.name, *(a.text for a in c.aliases)))]
        said = _said(name, at or now, head, then.revision, sorted(found, key=lambda c: c.id))
        signer = signing_key(registry, session)
    text = canonical_bytes({**said, "log": signer.name}).decode()
    return sign_note(f"{signer.name}/registered\n{text}\n", [signer])


def _said(name: str, at: datetime, head: Head, revision: int, found: list[Character]) -> dict[str, object]:
    characters = [{"id": c.id, "name": c.name, "ref": c.ref, "rightsholder": c.rightsholder, "work": c.work} for c in found[:MOST]]
    return {
        "v": 1,
        "type": "registered",
        "name": name,
        "at": at.isoformat(),
        "revision": revision,
        "size": head.size,
        "root": encode_base64(head.root),
        "count": len(found),
        "characters": characters,
    }


def _now(registry: Registry, head: Head) -> Then:
    for _ in range(TRIES):
        catalog = registry.catalog.current
        if catalog.revision >= head.revision:
            return Then(catalog.revision, catalog.characters.values())
        registry.catalog.refresh()
    raise CatalogBehind("the catalog is catching up", revision=head.revision)


def _before(session: Session, head: Head, at: datetime) -> Then:
    """Return the characters of the changes up to the first that came after `at`."""
    contents = (json.loads(leaf) for _, leaf in catalog_leaves(session, 0, head.size))
    characters: dict[str, Character] = {}
    revision = 0
    for content in takewhile(lambda said: datetime.fromisoformat(said["at"]) <= at, contents):
        revision += 1
        if content["type"] == "catalog.character":
            entry = entry_of(content, revision)
            if isinstance(entry, Character):
                characters[entry.id] = entry
    return Then(revision, [c for c in characters.values() if c.status is EntryStatus.active])
