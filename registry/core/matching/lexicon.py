"""All names of a catalog, compiled for one Aho-Corasick pass. Immutable: a change makes a new Lexicon over the same base.

A lexicon is a list of segments: the base, compiled once, and deltas with what changed since. A segment's hit for an
entry counts only when no later segment changed that entry. Names stand in columns, for a million of them to stay small.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from daachorse import CharwiseDoubleArrayAhoCorasick

from registry.core.matching.evidence import Entry, entry_of, signs_of
from registry.core.matching.facts import GIVEN, PLACE, SURNAME, WORD, Lookup, WordFacts
from registry.core.matching.fold import bare
from registry.core.matching.typos import MAX_LENGTH, MIN_LENGTH, TypoIndex, build_index
from registry.core.matching.variants import bordered, spellings
from registry.core.matching.weights import BIAS, METHOD_COST, WEIGHTS
from registry.core.model import IN_FORCE, Character, CharacterDraft, EntryStatus, MatchMode, Work

MAX_DELTAS = 8
TITLE = 8  # a flag beside the match mode: this text is a title of a work, evidence rather than a name
NEEDS_CONTEXT = 2
EVERYDAY = -310  # below this score a name is an everyday word: 250 below what level balanced takes for ambiguous (link.THRESHOLDS)
STRONG_TITLE = 100  # the base of a title that nobody writes by chance; an everyday word has 0
MODES = {MatchMode.auto: 0, MatchMode.exact: 1, MatchMode.needs_context: 2, MatchMode.never: 3}


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Entries compiled together. Pattern i has the references refs[first[i]:first[i + 1]], each `name << 3 | method`."""

    automaton: CharwiseDoubleArrayAhoCorasick
    first: array  # type: ignore[type-arg]
    refs: array  # type: ignore[type-arg]
    best: array  # type: ignore[type-arg]
    texts: list[str]
    owners: list[str]
    base: array  # type: ignore[type-arg]
    modes: bytes
    typos: TypoIndex
    changed: frozenset[str]
    characters: dict[str, Character]
    works: dict[str, Work]
    members: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """What `find_mentions` reads."""

    segments: tuple[Segment, ...]
    facts: WordFacts

    def is_current(self, number: int, entry: str) -> bool:
        """True when what segment `number` says of an entry still holds."""
        return all(entry not in later.changed for later in self.segments[number + 1 :])

    def find_character(self, character: str) -> Character | None:
        """Return a character in force as it is now."""
        for segment in reversed(self.segments):
            if character in segment.changed:
                return segment.characters.get(character)
        return None

    def find_work(self, work: str) -> Work | None:
        """Return an active work as it is now."""
        for segment in reversed(self.segments):
            if work in segment.changed:
                return segment.works.get(work)
        return None

    def works_of(self, number: int, pattern: int) -> frozenset[str]:
        """Return the works of the characters that a pattern of segment `number` may mean."""
        segment = self.segments[number]
        owners = {segment.owners[r >> 3] for r in segment.refs[segment.first[pattern] : segment.first[pattern + 1]]}
        found = (self.find_character(owner) for owner in owners)
        return frozenset(c.work for c in found if c is not None and c.work is not None)


def compile_lexicon(characters: Iterable[Character], works: Iterable[Work], facts: WordFacts) -> Lexicon:
    """Compile the characters in force from nothing. `works` give the titles that may settle who is meant."""
    titles = {w.id: w for w in works}
    return Lexicon((_compile({c.id: c for c in characters}, titles, titles.get, facts),), facts)


def extend_lexicon(lexicon: Lexicon, characters: Iterable[Character], works: Iterable[Work]) -> Lexicon:
    """Return a lexicon with these entries added, replaced (same id) or, when withdrawn, gone.

    The result finds what `compile_lexicon` of everything would find; the cost follows the size of the change.
    """
    changed_works = {w.id: w for w in works}
    changed = {c.id: c for c in _characters_of(lexicon, changed_works)} | {c.id: c for c in characters}

    def find_work(work: str) -> Work | None:
        return changed_works[work] if work in changed_works else lexicon.find_work(work)

    delta = _compile(changed, changed_works, find_work, lexicon.facts)
    longer = Lexicon((*lexicon.segments, delta), lexicon.facts)
    return longer if len(longer.segments) <= MAX_DELTAS + 1 else _merged(longer)


def _characters_of(lexicon: Lexicon, works: Iterable[str]) -> list[Character]:
    """A work's titles weigh on its characters' names, so they are compiled again with it."""
    wanted = set(works)
    ids = {c: None for segment in lexicon.segments for work in wanted for c in segment.members.get(work, ())}
    found = (lexicon.find_character(i) for i in ids)
    return [c for c in found if c is not None and c.work in wanted]


def _merged(lexicon: Lexicon) -> Lexicon:
    """Put the deltas into one; when they have grown to a quarter of the base, into the base."""
    base, *deltas = lexicon.segments
    whole = 4 * sum(len(d.changed) for d in deltas) > len(base.changed)
    parts = lexicon.segments if whole else tuple(deltas)
    characters = {i: c for part in parts for i in part.changed if (c := lexicon.find_character(i)) is not None}
    works = {i: w for part in parts for i in part.changed if (w := lexicon.find_work(i)) is not None}
    merged = _compile(characters, works, lexicon.find_work, lexicon.facts, frozenset().union(*(p.changed for p in parts)))
    return Lexicon((merged,) if whole else (base, merged), lexicon.facts)


class _Columns:
    """The tables of one segment while they grow."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.owners: list[str] = []
        self.base = array("h")
        self.modes = bytearray()
        self.long: list[tuple[int, str]] = []
        self.patterns: dict[str, list[int]] = {}

    def add(self, text: str, owner: str, mode: int, base: int, folded: str) -> None:
        number = len(self.texts)
        self.texts.append(text)
        self.owners.append(owner)
        self.base.append(base)
        self.modes.append(mode)
        if len(folded) >= MIN_LENGTH and folded.isascii() and mode in {0, 2}:
            squeezed = folded.replace(" ", "")
            if MIN_LENGTH <= len(squeezed) <= MAX_LENGTH and squeezed.isalpha():
                self.long.append((number, folded))
        for spelling, method in spellings(text, folded).items():
            self.patterns.setdefault(bordered(spelling), []).append(number << 3 | method)


def _compile(
    characters: dict[str, Character],
    works: dict[str, Work],
    find_work: Callable[[str], Work | None],
    facts: WordFacts,
    changed: frozenset[str] = frozenset(),
) -> Segment:
    active = {i: c for i, c in characters.items() if c.status in IN_FORCE}
    living = {i: w for i, w in works.items() if w.status is EntryStatus.active}
    columns, members, lookup = _Columns(), defaultdict(list), Lookup(facts)
    for work in living.values():
        _add_titles(columns, work, facts.fold, lookup)
    titles: dict[str, frozenset[str]] = {}
    for character in active.values():
        if character.work is not None:
            members[character.work].append(character.id)
        key = character.work or ""
        if key not in titles:
            titles[key] = titles_of(find_work(key), facts)
        _add_names(columns, character, titles[key], facts.fold, lookup)
    patterns = list(columns.patterns)
    first, refs, best = array("L", [0]), array("L"), array("h")
    for pattern in patterns:
        owned = columns.patterns[pattern]
        refs.extend(owned)
        first.append(len(refs))
        score = columns.base[owned[0] >> 3] - METHOD_COST[owned[0] & 7]
        best.append(score if len(owned) == 1 else max(columns.base[r >> 3] - METHOD_COST[r & 7] for r in owned))
    return Segment(
        automaton=CharwiseDoubleArrayAhoCorasick(patterns or ["\x00"]),
        first=first,
        refs=refs,
        best=best,
        texts=columns.texts,
        owners=columns.owners,
        base=columns.base,
        modes=bytes(columns.modes),
        typos=build_index(columns.long),
        changed=frozenset(characters) | frozenset(works) | changed,
        characters=active,
        works=living,
        members={work: tuple(ids) for work, ids in members.items()},
    )


def _add_titles(columns: _Columns, work: Work, table: dict[int, str], lookup: Lookup) -> None:
    for text in dict.fromkeys([work.title, *(t.text for t in work.titles)]):
        folded = bare(text, table)
        if len(folded) >= 3:
            columns.add(text, work.id, TITLE, title_score(folded, lookup), folded)


def title_score(folded: str, lookup: Lookup) -> int:
    """Tell titles that speak for themselves (several words, or none that a dictionary or a list of names holds) from everyday words."""
    is_phrase = folded.isascii() and " " in folded and len(folded) >= 6
    return STRONG_TITLE if is_phrase or not lookup[folded].flags & (WORD | GIVEN | SURNAME | PLACE) else 0


def _add_names(columns: _Columns, character: Character, titles: frozenset[str], table: dict[int, str], lookup: Lookup) -> None:
    names = names_of(character)
    folded = {text: bare(text, table) for text in names}
    entry = entry_of([f for f in dict.fromkeys(folded.values()) if f], titles, lookup, careful=is_careful(character))
    is_disputed = character.status is EntryStatus.disputed
    for text, mode in names.items():
        if mode is not MatchMode.never and folded[text]:
            score = score_alone(folded[text], entry, lookup)
            # INVARIANT: under dispute an everyday word is found only in company, so that a bogus claim on one blocks nobody.
            column = NEEDS_CONTEXT if is_disputed and score < EVERYDAY else MODES[mode]
            columns.add(text, character.id, column, score, folded[text])


def names_of(character: CharacterDraft) -> dict[str, MatchMode]:
    """Return every name, in order, with how it may be found."""
    return {character.name: MatchMode.auto} | {a.text: a.match for a in character.aliases}


def is_careful(character: CharacterDraft) -> bool:
    """True when the owner said of some alias what kind it is, how it may match, or what it is not."""
    return any(a.kind != "name" or a.match is not MatchMode.auto or a.benign for a in character.aliases)


def titles_of(work: Work | None, facts: WordFacts) -> frozenset[str]:
    """Return a work's titles, folded."""
    return frozenset(bare(t, facts.fold) for t in (work.title, *(t.text for t in work.titles))) if work else frozenset()


def score_alone(folded: str, entry: Entry, lookup: Lookup) -> int:
    """Weigh a name on its own, in hundredths of a logit."""
    weight, score = WEIGHTS.get, float(BIAS)
    for sign, value in signs_of(folded, entry, lookup):
        score += weight(sign, 0) * value
    return max(-3000, min(3000, round(score)))
