"""All names of a catalog, compiled for one Aho-Corasick pass. Immutable: a change makes a new Lexicon over the same base.

A lexicon is a list of segments: the base, compiled once, and deltas with what was registered since. An entry lives
in the newest segment that holds it; `owner_of` decides, so an older segment's hits for it are void.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from daachorse import CharwiseDoubleArrayAhoCorasick

from registry.core.matching.normalize import fold
from registry.core.model import Alias, Character, EntryStatus, MatchMode, Work

MAX_DELTAS = 8


@dataclass(frozen=True, slots=True)
class Name:
    """One registered text of one character."""

    character: str
    alias: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters compiled together: `names[i]` are the owners of the automaton's pattern i."""

    automaton: CharwiseDoubleArrayAhoCorasick
    names: tuple[tuple[Name, ...], ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What `find_mentions` reads. `home` tells in which segment a character's names stand; withdrawn ones have none."""

    segments: tuple[Segment, ...]
    characters: dict[str, Character]
    home: dict[str, int]


def compile_lexicon(characters: Iterable[Character], works: Iterable[Work]) -> Lexicon:
    """Compile active characters from nothing. `works` give the titles that may settle who is meant."""
    del works  # plain matching does not read titles
    active = {c.id: c for c in characters if c.status is EntryStatus.active}
    return Lexicon((_compile_segment(active.values()),), active, dict.fromkeys(active, 0))


def extend_lexicon(lexicon: Lexicon, characters: Iterable[Character], works: Iterable[Work]) -> Lexicon:
    """Return a lexicon with these characters added, replaced (same id) or, when withdrawn, gone.

    The result finds what `compile_lexicon` of everything would find; the cost follows the size of the change,
    but for a recompilation of everything once `MAX_DELTAS` changes have piled up.
    """
    changed = {c.id: c for c in characters}
    active = {i: c for i, c in changed.items() if c.status is EntryStatus.active}
    merged = {i: c for i, c in lexicon.characters.items() if i not in changed} | active
    if len(lexicon.segments) > MAX_DELTAS:
        return compile_lexicon(merged.values(), works)
    number = len(lexicon.segments)
    home = {i: at for i, at in lexicon.home.items() if i not in changed} | dict.fromkeys(active, number)
    return Lexicon((*lexicon.segments, _compile_segment(active.values())), merged, home)


def _compile_segment(characters: Iterable[Character]) -> Segment:
    owners: dict[str, dict[Name, None]] = {}
    for character in characters:
        for alias in (Alias(text=character.name), *character.aliases):
            folded = fold(alias.text)
            if alias.match is not MatchMode.never and folded.strip():
                owners.setdefault(folded, {})[Name(character.id, alias.text)] = None
    patterns = list(owners)
    automaton = CharwiseDoubleArrayAhoCorasick(patterns or ["\x00"])
    return Segment(automaton, tuple(tuple(owners[p]) for p in patterns) or ((),))
