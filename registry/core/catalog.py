"""The catalog: everything registered, compiled, at one revision. Immutable; a change makes a new one that shares the old one's parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from registry.core.matching import Lexicon, WordFacts, compile_lexicon, extend_lexicon, segment_from_bytes
from registry.core.model import IN_FORCE, Character, EntryStatus, Organisation, Policy, Work
from registry.core.rules import EffectivePolicy, Shared, compile_policy


@dataclass(frozen=True, slots=True)
class Entry:
    """One character in force with all that a verdict about it says."""

    character: Character
    work: Work | None
    rightsholder: Organisation
    policy: EffectivePolicy


@dataclass(frozen=True, slots=True)
class Unread:
    """A character of which no more than this is known yet; `read` builds it."""

    id: str
    work: str | None
    read: Callable[[], Character]


class Characters(Mapping[str, Character]):
    """Characters by id. A process starts with tens of thousands and is asked about few: each is built when first asked for."""

    __slots__ = ("_known",)

    def __init__(self, known: dict[str, Character | Unread] | None = None) -> None:
        self._known = known or {}

    def __getitem__(self, character: str) -> Character:
        found = self._known[character]
        if isinstance(found, Unread):
            found = self._known[character] = found.read()
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, character: object) -> bool:
        return character in self._known

    def with_changes(self, changed: Mapping[str, Character]) -> "Characters":
        """Return these characters with others added or replaced, those not in force gone."""
        known = {**self._known, **changed}
        for character in changed.values():
            if character.status not in IN_FORCE:
                del known[character.id]
        return Characters(known)


class Entries(Mapping[str, Entry]):
    """Characters in force with what a verdict says, by id; each is compiled when first asked for."""

    __slots__ = ("_characters", "_made", "_rightsholders", "_shared", "_works")

    def __init__(
        self, characters: Characters, works: Mapping[str, Work], rightsholders: Mapping[str, Organisation], made: dict[str, Entry]
    ) -> None:
        self._characters = characters
        self._works = works
        self._rightsholders = rightsholders
        self._made = made
        self._shared: Shared = {}

    def __getitem__(self, character: str) -> Entry:
        made = self._made.get(character)
        if made is None:
            made = self._made[character] = _entry(self._characters[character], self._works, self._rightsholders, self._shared)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._characters)

    def __len__(self) -> int:
        return len(self._characters)

    def __contains__(self, character: object) -> bool:
        return character in self._characters

    def unaffected_by(self, *changed: Mapping[str, object]) -> dict[str, Entry]:
        """Return the entries made so far that hold although these characters, works and rightsholders have changed."""
        characters, works, rightsholders = changed
        made = list(self._made.items())
        return {i: e for i, e in made if i not in characters and e.character.work not in works and e.rightsholder.id not in rightsholders}


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a check reads. `revision` is the number of the last change in it, `access_epoch` that of the last revocation."""

    lexicon: Lexicon
    revision: int = 0
    access_epoch: int = 0
    characters: Characters = field(default_factory=Characters)
    entries: Entries = field(default_factory=lambda: Entries(Characters(), {}, {}, {}))
    works: Mapping[str, Work] = field(default_factory=dict)
    rightsholders: Mapping[str, Organisation] = field(default_factory=dict)

    def policy_of(self, character: str) -> EffectivePolicy:
        """Return what holds for a character in force. Raises KeyError for any other."""
        return self.entries[character].policy


def empty_catalog(facts: WordFacts) -> Catalog:
    """Return a catalog with nothing in it, that knows what words are ordinary."""
    return Catalog(compile_lexicon((), (), facts))


def extend_catalog(
    catalog: Catalog,
    *,
    revision: int,
    access_epoch: int,
    rightsholders: Iterable[Organisation] = (),
    works: Iterable[Work] = (),
    characters: Iterable[Character] = (),
) -> Catalog:
    """Return the catalog with these entries added or replaced (by id); characters not in force are gone.

    From the empty catalog with everything registered this is the compilation from nothing: both find and judge alike.
    """
    new_holders, new_works = {r.id: r for r in rightsholders}, {w.id: w for w in works}
    changed = {c.id: c for c in characters}
    if catalog.characters:
        lexicon = extend_lexicon(catalog.lexicon, changed.values(), new_works.values())
    else:
        lexicon = compile_lexicon(changed.values(), {**catalog.works, **new_works}.values(), catalog.lexicon.facts)
    all_holders, all_works = {**catalog.rightsholders, **new_holders}, {**catalog.works, **new_works}
    known = catalog.characters.with_changes(changed)
    made = catalog.entries.unaffected_by(changed, new_works, new_holders)
    return Catalog(lexicon, revision, access_epoch, known, Entries(known, all_works, all_holders, made), all_works, all_holders)


def catalog_from_compiled(
    compiled: bytes,
    facts: WordFacts,
    *,
    revision: int,
    access_epoch: int,
    rightsholders: Iterable[Organisation],
    works: Iterable[Work],
    characters: Iterable[Unread],
) -> Catalog:
    """Return the catalog of exactly these entries, characters in force, whose names were compiled before.

    Raises InvalidInput when the bytes are not compiled names.
    """
    holders, all_works, unread = {r.id: r for r in rightsholders}, {w.id: w for w in works}, {u.id: u for u in characters}
    known = Characters(dict(unread))
    living = {i: w for i, w in all_works.items() if w.status is EntryStatus.active}
    segment = segment_from_bytes(compiled, known, living, ((u.id, u.work) for u in unread.values()))
    lexicon = Lexicon((segment,), facts)
    return Catalog(lexicon, revision, access_epoch, known, Entries(known, all_works, holders, {}), all_works, holders)


def _entry(character: Character, works: Mapping[str, Work], rightsholders: Mapping[str, Organisation], shared: Shared) -> Entry:
    work = works.get(character.work) if character.work else None
    rightsholder = rightsholders[character.rightsholder]
    policy = compile_policy(
        _versions(character),
        _versions(work),
        _versions(rightsholder),
        character=character.id,
        work=character.work,
        rightsholder=rightsholder.id,
        contact=rightsholder.contact,
        character_ref=character.ref,
        work_ref=work.ref if work else None,
        shared=shared,
        disputed=character.status is EntryStatus.disputed,
    )
    return Entry(character, work, rightsholder, policy)


def _versions(level: Character | Work | Organisation | None) -> tuple[Policy, ...]:
    if level is None:
        return ()
    return level.scheduled if level.policy is None else (level.policy, *level.scheduled)


def lookup_with(catalog: Catalog, changed: Character | Work | Organisation) -> Callable[[str], EffectivePolicy | None]:
    """Return the lookup of what would hold if `changed` were registered; the catalog stays as it is."""
    shared: Shared = {}
    known: dict[str, EffectivePolicy] = {}

    def lookup(character: str) -> EffectivePolicy | None:
        entry = catalog.entries.get(character)
        if entry is None:
            return None
        if character not in known:
            works = {**({entry.work.id: entry.work} if entry.work else {}), changed.id: changed}
            holders = {entry.rightsholder.id: entry.rightsholder, changed.id: changed}
            own = changed if changed.id == character else entry.character
            known[character] = _entry(own, works, holders, shared).policy  # type: ignore[arg-type]  # an id is of one kind
        return known[character]

    return lookup
