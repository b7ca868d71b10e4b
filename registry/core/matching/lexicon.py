"""All names of a catalog, compiled for one Aho-Corasick pass. Immutable: a change makes a new Lexicon over the same base.

A lexicon is a list of segments: the base, compiled once, and deltas with what changed since. A segment's hit for an
entry counts only when no later segment changed that entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.core.matching.facts import WordFacts
from registry.core.matching.segment import Segment, compile_segment
from registry.core.model import Character, Work

MAX_DELTAS = 8
MUCH_LARGER = 4
MATCHED = ("status", "work", "name", "aliases", "title", "titles")  # all that matching reads of a character or a work


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """What `find_mentions` reads."""

    segments: tuple[Segment, ...]
    facts: WordFacts

    def is_current(self, number: int, entry: str) -> bool:
        """True when what segment `number` says of an entry still holds."""
        return number == len(self.segments) - 1 or not any(later.speaks_of(entry) for later in self.segments[number + 1 :])

    def find_character(self, character: str) -> Character | None:
        """Return a character in force as it is now."""
        for segment in reversed(self.segments):
            if segment.speaks_of(character):
                return segment.characters.get(character)
        return None

    def find_work(self, work: str) -> Work | None:
        """Return an active work as it is now."""
        for segment in reversed(self.segments):
            if segment.speaks_of(work):
                return segment.works.get(work)
        return None

    def works_of(self, number: int, pattern: int) -> frozenset[str]:
        """Return the works of the characters that a pattern of segment `number` may mean."""
        segment = self.segments[number]
        names = [ref >> 3 for ref in segment.names_of(pattern)]
        return frozenset(work for work in map(segment.owners.work_of, names) if work is not None)


def compile_lexicon(characters: Iterable[Character], works: Iterable[Work], facts: WordFacts) -> Lexicon:
    """Compile the characters in force from nothing. `works` give the titles that may settle who is meant."""
    titles = {w.id: w for w in works}
    return Lexicon((compile_segment({c.id: c for c in characters}, titles, titles.get, facts),), facts)


def extend_lexicon(lexicon: Lexicon, characters: Iterable[Character], works: Iterable[Work]) -> Lexicon:
    """Return a lexicon with these entries added, replaced (same id) or, when withdrawn, gone.

    The result finds what `compile_lexicon` of everything would find; the cost follows the size of the change. Most changes are
    of policies: an entry that keeps its names is not compiled again.
    """
    changed_works = {w.id: w for w in works if not _is_same(w, lexicon.find_work(w.id))}
    others = {c.id: c for c in characters if not _is_same(c, lexicon.find_character(c.id))}
    changed = {c.id: c for c in _characters_of(lexicon, changed_works)} | others
    if not changed and not changed_works:
        return lexicon

    def find_work(work: str) -> Work | None:
        return changed_works[work] if work in changed_works else lexicon.find_work(work)

    delta = compile_segment(changed, changed_works, find_work, lexicon.facts, frozenset(changed) | frozenset(changed_works))
    longer = Lexicon((*lexicon.segments, delta), lexicon.facts)
    return longer if len(longer.segments) <= MAX_DELTAS + 1 else _merged(longer)


def _is_same(entry: Character | Work, known: Character | Work | None) -> bool:
    """True when the matcher knows an entry as it is: whose it is, what it is called, whether that is in force."""
    return known is not None and all(getattr(entry, name, None) == getattr(known, name, None) for name in MATCHED)


def _characters_of(lexicon: Lexicon, works: Iterable[str]) -> list[Character]:
    """A work's titles weigh on its characters' names, so they are compiled again with it."""
    wanted = set(works)
    ids = {c: None for segment in lexicon.segments for work in wanted for c in segment.members.get(work, ())}
    found = (lexicon.find_character(i) for i in ids)
    return [c for c in found if c is not None and c.work in wanted]


def _merged(lexicon: Lexicon) -> Lexicon:
    """Put the newest deltas into one; when all have grown to a quarter of the base, into the base.

    A delta joins those after it while it is not much larger than they are together, so that a change is compiled again only
    as often as what changed since grows: many changes one by one cost little more than all at once.
    """
    base, *deltas = lexicon.segments
    sizes = [len(delta.changed or ()) for delta in deltas]
    if 4 * sum(sizes) > len(base.characters) + len(base.works):
        changed = frozenset(base.characters) | frozenset(base.works)
        return Lexicon((_compiled(lexicon, deltas, changed, None),), lexicon.facts)
    kept = len(deltas) - 2
    while kept and sizes[kept - 1] <= MUCH_LARGER * sum(sizes[kept:]):
        kept -= 1
    merged = frozenset[str]().union(*(delta.changed or () for delta in deltas[kept:]))
    return Lexicon((base, *deltas[:kept], _compiled(lexicon, [], merged, merged)), lexicon.facts)


def _compiled(lexicon: Lexicon, deltas: Iterable[Segment], entries: frozenset[str], changed: frozenset[str] | None) -> Segment:
    """Compile entries, and those that deltas changed, as they are now."""
    ids = sorted(entries.union(*(delta.changed or () for delta in deltas)))
    characters = {i: c for i in ids if (c := lexicon.find_character(i)) is not None}
    works = {i: w for i in ids if (w := lexicon.find_work(i)) is not None}
    return compile_segment(characters, works, lexicon.find_work, lexicon.facts, changed)
