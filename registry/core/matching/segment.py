"""Names compiled together: one automaton, and what is known of each name in columns, so that a million of them stay small."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import itemgetter

from daachorse import CharwiseDoubleArrayAhoCorasick

from registry.core.matching.evidence import Entry, entry_of, signs_of
from registry.core.matching.facts import GIVEN, PERSON, PLACE, PROPER, SURNAME, WORD, Lookup, WordFacts
from registry.core.matching.fold import FoldTable, bare
from registry.core.matching.typos import MAX_LENGTH, MIN_LENGTH, TypoIndex, build_index
from registry.core.matching.variants import bordered, spellings
from registry.core.matching.weights import BIAS, METHOD_COST, WEIGHTS
from registry.core.model import IN_FORCE, Character, CharacterDraft, EntryStatus, MatchMode, Work

MODE = 3  # the bits of a column of modes that hold the match mode
TITLE = 8  # a flag beside it: this text is a title of a work, evidence rather than a name
BENIGN = 16  # a flag beside it: there are phrases in which this name is meant otherwise

LOWEST, HIGHEST = -(1 << 15), 1 << 15  # no name scores below the one, nor from the other
SEVERAL = 1 << 31
DISTINCT = 2  # with two characters more than tell a pattern from the others, few hits are none
_END_AND_START = itemgetter(1, 0)

AS_A_NAME = 250  # hundredths of a logit, set by hand
EXACT, NEEDS_CONTEXT = 1, 2
EVERYDAY = -250  # below this score a name is an everyday word: 190 below what level balanced takes for ambiguous (link.THRESHOLDS)
STRONG_TITLE = 100  # the base of a title that nobody writes by chance; an everyday word has 0
MODES = {MatchMode.auto: 0, MatchMode.exact: EXACT, MatchMode.needs_context: NEEDS_CONTEXT, MatchMode.never: 3}


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Many texts in one piece: text i is data[ends[i - 1]:ends[i]], in UTF-8."""

    data: bytes
    ends: array  # type: ignore[type-arg]

    def __getitem__(self, number: int) -> str:
        return self.data[self.ends[number - 1] if number else 0 : self.ends[number]].decode()


def texts_of(texts: Iterable[str]) -> Texts:
    """Put texts into one piece."""
    parts = [text.encode() for text in texts]
    return Texts(b"".join(parts), array("I", accumulate(map(len, parts))))


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """Whose the names are: name i is of entry entries[i], which has an id; a character also has works[entry], its work's number from 1."""

    entries: array  # type: ignore[type-arg]
    ids: Texts
    works: array  # type: ignore[type-arg]
    work_ids: Texts

    def __getitem__(self, name: int) -> str:
        return self.ids[self.entries[name]]

    def work_of(self, name: int) -> str | None:
        """Return the work to which the character belongs whose name it is."""
        work = self.works[self.entries[name]]
        return self.work_ids[work - 1] if work else None


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Entries compiled together. A pattern stands for names, each as `name << 3 | method`: heads[pattern] is the only one, or,
    less SEVERAL, number i of those for several, refs[first[i]:first[i + 1]].

    The automaton holds of a pattern as much as tells it from all others, and a little more; the rest is its tail. `best` is
    what a pattern's best name scores on its own. A name has a text, an owner (the id of a character or a work), a base score
    and a mode. `changed` are the entries of which the segment says the last word up to here; None: of every one.
    """

    automaton: CharwiseDoubleArrayAhoCorasick
    tails: Texts
    heads: array  # type: ignore[type-arg]
    first: array  # type: ignore[type-arg]
    refs: array  # type: ignore[type-arg]
    best: array  # type: ignore[type-arg]
    texts: Texts
    owners: Owners
    base: array  # type: ignore[type-arg]
    modes: bytes
    typos: TypoIndex
    changed: frozenset[str] | None
    characters: Mapping[str, Character]
    works: Mapping[str, Work]
    members: Mapping[str, tuple[str, ...]]

    def find(self, folded: str, floor: int = LOWEST, below: int = HIGHEST) -> list[tuple[int, int, int]]:
        """Return (start, end, pattern) wherever a pattern stands whose best name scores in the range, in the order of the ends."""
        best, tails, found = self.best, self.tails, []
        for start, end, pattern in [hit for hit in self.automaton.find_overlapping(folded) if floor <= best[hit[2]] < below]:
            tail = tails[pattern]
            if not tail or folded.startswith(tail, end):
                found.append((start, end + len(tail), pattern))
        found.sort(key=_END_AND_START)
        return found

    def names_of(self, pattern: int) -> Iterable[int]:
        """Return the names that a pattern stands for, each as `name << 3 | method`."""
        head = self.heads[pattern]
        return (head,) if head < SEVERAL else self.refs[self.first[head - SEVERAL] : self.first[head - SEVERAL + 1]]

    def speaks_of(self, entry: str) -> bool:
        """True when this segment says the last word of an entry, up to here."""
        return self.changed is None or entry in self.changed


class _Columns:
    """The tables of one segment while they grow."""

    def __init__(self) -> None:
        self.texts = bytearray()
        self.ends = array("I")
        self.owners = array("I")
        self.ids: list[str] = []
        self.works = array("I")
        self.work_numbers: dict[str, int] = {}
        self.base = array("h")
        self.modes = bytearray()
        self.long: list[tuple[int, str]] = []
        self.patterns: dict[str, int] = {}
        self.heads = array("I")
        self.more: dict[int, list[int]] = {}

    def own(self, entry: str, work: str | None = None) -> None:
        """Begin an entry: the names added from now on are its own."""
        self.ids.append(entry)
        self.works.append(0 if work is None else self.work_numbers.setdefault(work, len(self.work_numbers) + 1))

    def add(self, text: str, mode: int, base: int, folded: str) -> None:
        """Add a name of the entry last begun, with all its spellings."""
        number = len(self.owners)
        self.texts += text.encode()
        self.ends.append(len(self.texts))
        self.owners.append(len(self.ids) - 1)
        self.base.append(base)
        self.modes.append(mode)
        if len(folded) >= MIN_LENGTH and folded.isascii() and mode & ~BENIGN in {0, 2}:
            squeezed = folded.replace(" ", "")
            if MIN_LENGTH <= len(squeezed) <= MAX_LENGTH and squeezed.isalpha():
                self.long.append((number, folded))
        patterns, heads = self.patterns, self.heads
        for spelling, method in spellings(text, folded).items():
            ref, known = number << 3 | method, len(patterns)
            pattern = patterns.setdefault(bordered(spelling), known)
            if pattern == known:
                heads.append(ref)
            else:
                self.more.setdefault(pattern, []).append(ref)

    def references(self) -> tuple[array, array, array, array]:  # type: ignore[type-arg]
        """Return `heads`, `first`, `refs` and `best` of the patterns."""
        heads, first, refs = array("I", self.heads), array("I", [0]), array("I")
        base, best = self.base, array("h", [self.base[head >> 3] - METHOD_COST[head & 7] for head in self.heads])
        for pattern, more in self.more.items():
            heads[pattern] = SEVERAL + len(first) - 1
            refs.extend([self.heads[pattern], *more])
            first.append(len(refs))
            best[pattern] = max(best[pattern], *(base[r >> 3] - METHOD_COST[r & 7] for r in more))
        return heads, first, refs, best


def cut(patterns: list[str]) -> tuple[list[str], Texts]:
    """Cut each pattern after DISTINCT characters more than it shares with any other: return what stands before and after."""
    ordered = sorted(range(len(patterns)), key=patterns.__getitem__)
    lengths = array("I", bytes(4 * len(patterns)))
    for one, other in pairwise(ordered):
        shared = _shared(patterns[one], patterns[other])
        lengths[one], lengths[other] = max(lengths[one], shared), shared
    kept = [pattern[: length + DISTINCT] for pattern, length in zip(patterns, lengths, strict=True)]
    return kept, texts_of(pattern[length + DISTINCT :] for pattern, length in zip(patterns, lengths, strict=True))


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts, in order, begin alike."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return len(one)


def compile_segment(
    characters: Mapping[str, Character],
    works: Mapping[str, Work],
    find_work: Callable[[str], Work | None],
    facts: WordFacts,
    changed: frozenset[str] | None = None,
) -> Segment:
    """Compile entries, by id; withdrawn ones are left out. `find_work` finds the works that their characters belong to."""
    active = {i: c for i, c in characters.items() if c.status in IN_FORCE}
    living = {i: w for i, w in works.items() if w.status is EntryStatus.active}
    columns, lookup = _Columns(), Lookup(facts)
    for work in living.values():
        _add_titles(columns, work, facts.fold, lookup)
    titles: dict[str, frozenset[str]] = {}
    for character in active.values():
        key = character.work or ""
        if key not in titles:
            titles[key] = titles_of(find_work(key), facts)
        _add_names(columns, character, titles[key], facts.fold, lookup)
    heads, first, refs, best = columns.references()
    distinct, tails = cut(list(columns.patterns))
    return Segment(
        automaton=CharwiseDoubleArrayAhoCorasick(distinct or ["\x00"]),
        tails=tails,
        heads=heads,
        first=first,
        refs=refs,
        best=best,
        texts=Texts(bytes(columns.texts), columns.ends),
        owners=Owners(columns.owners, texts_of(columns.ids), columns.works, texts_of(columns.work_numbers)),
        base=columns.base,
        modes=bytes(columns.modes),
        typos=build_index(columns.long),
        changed=changed,
        characters=active,
        works=living,
        members=members_of((c.id, c.work) for c in active.values()),
    )


def members_of(characters: Iterable[tuple[str, str | None]]) -> dict[str, tuple[str, ...]]:
    """Return the characters of each work, from (character, work) ids."""
    members = defaultdict(list)
    for character, work in characters:
        if work is not None:
            members[work].append(character)
    return {work: tuple(ids) for work, ids in members.items()}


def _add_titles(columns: _Columns, work: Work, table: FoldTable, lookup: Lookup) -> None:
    columns.own(work.id)
    for text in dict.fromkeys([work.title, *(t.text for t in work.titles)]):
        folded = bare(text, table)
        if len(folded) >= 3:
            columns.add(text, TITLE, title_score(folded, lookup), folded)


def title_score(folded: str, lookup: Lookup) -> int:
    """Tell titles that speak for themselves (several words, or none that a dictionary or a list of names holds) from everyday words."""
    is_phrase = folded.isascii() and " " in folded and len(folded) >= 6
    return STRONG_TITLE if is_phrase or not lookup[folded].flags & (WORD | GIVEN | SURNAME | PLACE) else 0


def _add_names(columns: _Columns, character: Character, titles: frozenset[str], table: FoldTable, lookup: Lookup) -> None:
    names = names_of(character)
    folded = {text: bare(text, table) for text in names}
    entry = entry_of([f for f in dict.fromkeys(folded.values()) if f], titles, lookup, careful=is_careful(character))
    is_disputed = character.status is EntryStatus.disputed
    benign = {alias.text for alias in character.aliases if alias.benign}
    columns.own(character.id, character.work)
    for text, mode in names.items():
        if mode is not MatchMode.never and folded[text]:
            score = score_alone(folded[text], entry, lookup)
            # INVARIANT: under dispute an everyday word is found only in company, so that a bogus claim on one blocks nobody.
            column = NEEDS_CONTEXT if is_disputed and score < EVERYDAY else MODES[mode]
            column |= BENIGN if text in benign else 0
            columns.add(text, column, score + as_a_name(text, lookup[folded[text]].flags), folded[text])


def names_of(character: CharacterDraft) -> dict[str, MatchMode]:
    """Return every name, in order, with how it may be found."""
    return {character.name: MatchMode.auto} | {a.text: a.match for a in character.aliases}


def is_careful(character: CharacterDraft) -> bool:
    """True when the owner said of some alias what kind it is, how it may match, or what it is not."""
    return any(a.kind != "name" or a.match is not MatchMode.auto or a.benign for a in character.aliases)


def titles_of(work: Work | None, facts: WordFacts) -> frozenset[str]:
    """Return an active work's titles, folded; a withdrawn one has none, whenever its characters are compiled."""
    if work is None or work.status is not EntryStatus.active:
        return frozenset()
    return frozenset(bare(t, facts.fold) for t in (work.title, *(t.text for t in work.titles)))


def as_a_name(text: str, flags: int) -> int:
    """Return what it adds that several words were registered with a capital each, and are no phrase, person or place that people know.

    Nobody writes "Captain Bolt" by chance. Where the prompt has no such capitals, `link.weigh` takes it back.
    """
    return AS_A_NAME if is_capitalised(text) and not flags & (WORD | PERSON | PLACE | PROPER) else 0


def is_capitalised(text: str) -> bool:
    """True for two words or more in Latin letters, each beginning with its only capital: neither a sentence nor a shout."""
    words = text.split()
    return len(words) >= 2 and text.isascii() and all(w[:1].isupper() and w[1:].islower() for w in words)


def score_alone(folded: str, entry: Entry, lookup: Lookup) -> int:
    """Weigh a name on its own, in hundredths of a logit."""
    weight, score = WEIGHTS.get, float(BIAS)
    for sign, value in signs_of(folded, entry, lookup):
        score += weight(sign, 0) * value
    return max(-3000, min(3000, round(score)))
