"""What was registered under a name at a time: an answer signed with the log's key, so that "nothing was" can be shown later.

It is what a check of that name would have found then, in disguise and in other spellings too, and beside it whoever had the
name without being found by it. The note's first line is the log's origin with `/registered`, so that no reader takes it for
a checkpoint; its second is canonical JSON.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from registry.core.catalog import Catalog
from registry.core.decision_log.canonical import canonical_bytes
from registry.core.decision_log.note import SignedNote, sign_note
from registry.core.decision_log.wire import encode_base64
from registry.core.errors import CatalogBehind, InvalidInput
from registry.core.matching import MATCHER_VERSION, find_mentions
from registry.core.model import Character, Level, Mention
from registry.store.audit import catalog_leaves
from registry.store.database import Session
from registry.store.replay import changes_before
from registry.store.tree import Head, read_tree_head
from registry.usecases.access import Caller
from registry.usecases.entries import search_key
from registry.usecases.log import signing_key
from registry.usecases.registry import Registry

TRIES = 5
MOST = 100


@dataclass(frozen=True, slots=True)
class Had:
    """A character that had the name: `found` is the mention of it, None when a check of the name would not have found it."""

    character: Character
    found: Mention | None


def registered_then(registry: Registry, caller: Caller, name: str, at: datetime | None = None) -> SignedNote:
    """Return the signed answer: which characters in force a check of this name would have found then, and which others had it.

    `at` None is now. A change counts from the moment that its entry of the log says. It lists up to 100 characters and
    says how many there were. Raises InvalidInput for a time to come, a name of nothing but space or one too long.
    """
    del caller  # any key: what is registered is public
    now = registry.now()
    if not search_key(name):
        raise InvalidInput("the name is empty")
    if at is not None and at > now:
        raise InvalidInput("what will be registered is not known yet: `at` lies in the future")
    with registry.database.read() as session:
        head = read_tree_head(session)
        catalog = _catalog_at(registry, session, head, at)
        found = sorted(_had(name, catalog), key=lambda had: had.character.id)
        said = _said(name, at or now, head, catalog.revision, found)
        signer = signing_key(registry, session)
    text = canonical_bytes({**said, "log": signer.name}).decode()
    return sign_note(f"{signer.name}/registered\n{text}\n", [signer])


def _had(name: str, catalog: Catalog) -> list[Had]:
    """Return every character that the name stands for: found by it, too ordinary to be meant, or called so and never matched."""
    key = search_key(name)
    mentions: dict[str, Mention] = {}
    for mention in find_mentions(name, catalog.lexicon, Level.strict, explain=True):
        for character in mention.candidates:
            mentions.setdefault(character, mention)
    called = catalog.characters.values()
    others = [c for c in called if c.id not in mentions and any(search_key(t) == key for t in (c.name, *(a.text for a in c.aliases)))]
    return [*(Had(catalog.characters[i], mention) for i, mention in mentions.items()), *(Had(c, None) for c in others)]


def _said(name: str, at: datetime, head: Head, revision: int, found: list[Had]) -> dict[str, object]:
    return {
        "v": 2,
        "type": "registered",
        "name": name,
        "at": at.isoformat(),
        "revision": revision,
        "matcher": MATCHER_VERSION,
        "level": Level.strict.value,
        "size": head.size,
        "root": encode_base64(head.root),
        "count": len(found),
        "characters": [_character(had) for had in found[:MOST]],
    }


def _character(had: Had) -> dict[str, object]:
    one, found = had.character, had.found
    return {
        "id": one.id,
        "name": one.name,
        "ref": one.ref,
        "rightsholder": one.rightsholder,
        "work": one.work,
        "status": "not_matched" if found is None else found.status.value,
        "alias": None if found is None else found.alias,
        "method": None if found is None else found.method,
    }


def _catalog_at(registry: Registry, session: Session, head: Head, at: datetime | None) -> Catalog:
    """Return the catalog of the changes up to the first that came after `at`; only a past one is rebuilt."""
    if at is None:
        return _now(registry, head)
    end = _first_after(session, head.size, at)
    changes = changes_before(session, end)
    return _now(registry, head) if changes == head.revision else registry.past.at(changes, lambda: catalog_leaves(session, 0, end))


def _first_after(session: Session, size: int, at: datetime) -> int:
    """Return the index from which on changes are later than `at`, found by halving: the log's times do not go back."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        found = next(iter(catalog_leaves(session, middle, high, limit=1)), None)
        if found is None or datetime.fromisoformat(json.loads(found[1])["at"]) > at:
            high = middle
        else:
            low = found[0] + 1
    return low


def _now(registry: Registry, head: Head) -> Catalog:
    for _ in range(TRIES):
        catalog = registry.catalog.current
        if catalog.revision == head.revision:
            return catalog
        catalog = registry.catalog.refresh()
        if catalog.revision >= head.revision:
            return catalog
    raise CatalogBehind("the catalog is catching up", revision=head.revision)
