"""What a registered work or character is made of: a draft, its place in the log, and the names that it is searched by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyunormalize import NFKC

from registry.core.decision_log.canonical import encode_trusted
from registry.core.errors import InvalidInput
from registry.core.model import Character, CharacterDraft, Work, WorkDraft
from registry.store import catalog as store
from registry.store.log import MAX_LEAF_BYTES
from registry.usecases.access import Caller, author_of, catalog_leaf
from registry.usecases.ids import new_id

Draft = WorkDraft | CharacterDraft


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between works and characters."""

    name: str
    prefix: str
    entry: type[Work] | type[Character]
    draft: type[WorkDraft] | type[CharacterDraft]
    find: Callable[..., Work | Character | None]
    list: Callable[..., Sequence[Work | Character]]


WORK = Kind("work", "wrk", Work, WorkDraft, store.find_work, store.list_works)
CHARACTER = Kind("character", "chr", Character, CharacterDraft, store.find_character, store.list_characters)


def search_key(text: str) -> str:
    """Return the form in which names are searched: compatibility forms, case and outer space folded away."""
    return text.strip().lower() if text.isascii() else str(NFKC(text.strip()).casefold())


def entry_change(entry: Work | Character, caller: Caller | None, now: datetime, *, is_new: bool) -> store.Change:
    """Return the change, with leaf and search names, that makes an entry be as given."""
    texts = [entry.title, *(t.text for t in entry.titles)] if isinstance(entry, Work) else [entry.name, *(a.text for a in entry.aliases)]
    leaf = encode_trusted(catalog_leaf(entry, caller, now))
    if len(leaf) > MAX_LEAF_BYTES:
        raise InvalidInput(f"the entry takes {len(leaf)} bytes in the log; at most {MAX_LEAF_BYTES} fit: give fewer or shorter names")
    return store.change_of(entry, leaf, author_of(caller, now), names=frozenset(search_key(t) for t in texts), is_new=is_new)


def build_entry(kind: Kind, draft: Draft, *, rightsholder: str, work: str | None, now: datetime) -> Work | Character:
    """Return a new active entry as drafted; `work` is the id of a character's work."""
    entry_id = new_id(kind.prefix, now)
    fields = {**draft_fields(kind, draft), "id": entry_id, "ref": draft.ref or entry_id, "rightsholder": rightsholder}
    if kind is CHARACTER:
        fields["work"] = work
    return kind.entry(**fields, created_at=now, updated_at=now)


def draft_fields(kind: Kind, draft: Draft) -> dict[str, Any]:
    """Return the fields of a draft, by name."""
    return {name: getattr(draft, name) for name in kind.draft.model_fields}
