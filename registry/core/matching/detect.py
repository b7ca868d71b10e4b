"""Find the registered names in a prompt: fold once, one automaton pass, second readings where something may be hidden."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import accumulate

from registry.core.matching.borders import whole_end
from registry.core.matching.fold import Folded
from registry.core.matching.lexicon import Lexicon
from registry.core.matching.segment import HIGHEST, TITLE
from registry.core.matching.typos import MAX_LENGTH, MIN_LENGTH, TYPO, windows
from registry.core.matching.views import Reading, readings

MAX_FOUND = 16_384  # places looked at in one prompt; nested names could make a hundred times more
MAX_PLACES = 32  # places of one name: repeated without end it must not use up what others need

Ref = tuple[int, int, int]  # segment, name, method


@dataclass(slots=True)
class Found:
    """A registered name at a place of the prompt: what was read there (`key`, folded), whose it is, through which disguise."""

    start: int
    end: int
    key: str
    names: list[Ref]
    kinds: frozenset[str]
    titles: bool


@dataclass(slots=True)
class Search:
    """One prompt being searched. Names that score less than `floor` on their own, or not less than `below`, are passed over."""

    prompt: str
    lexicon: Lexicon
    floor: int
    below: int = HIGHEST
    found: dict[tuple[int, int, bool], Found] = field(default_factory=dict)
    texts: list[Reading] = field(default_factory=list)

    def run(self) -> None:
        """Look through every reading of the prompt."""
        folded = Folded(self.prompt, self.lexicon.facts.fold)
        self.texts = list(readings(folded, self.lexicon.facts))
        for text in self.texts:
            self.scan(text)
        self.scan_typos(folded)

    def hits(self, text: Reading) -> list[tuple[int, int, int, int]]:
        """Return (segment, start, end, pattern) of what the automata find in one reading, for names that score in the range."""
        found = []
        for number, segment in enumerate(self.lexicon.segments):
            found += [(number, *hit) for hit in segment.find(text.folded, self.floor, self.below)]
        return found if not text.kinds else [hit for hit in found if text.may_touch(hit[1], hit[2])]

    def scan(self, text: Reading) -> None:
        """Note what stands whole in one reading."""
        folded = text.folded
        seen: dict[tuple[int, int], int] = {}
        for number, start, end, pattern in self.hits(text):
            if seen.get((number, pattern), 0) >= MAX_PLACES:
                continue
            last = whole_end(folded, end)
            if not last or len(self.found) >= MAX_FOUND:
                continue
            first = start + (folded[start] == " ")
            place = text.place(first, last)
            if place is not None:
                seen[number, pattern] = seen.get((number, pattern), 0) + 1
                self.note(number, pattern, place, folded[first:end].rstrip(), text.kinds)

    def names(self) -> list[Found]:
        """Return the names found."""
        return [f for f in self.found.values() if not f.titles]

    def titles(self) -> list[Found]:
        """Return the titles of works found."""
        return [f for f in self.found.values() if f.titles]

    def note(self, number: int, pattern: int, spot: tuple[int, int], key: str, kinds: frozenset[str]) -> None:
        """Add the owners of a pattern to what was found at a place; a plainer reading of the same place stands."""
        segment = self.lexicon.segments[number]
        for packed in segment.names_of(pattern):
            name, method = packed >> 3, packed & 7
            if self.lexicon.is_current(number, segment.owners[name]):
                self.add(spot, key, (number, name, method), kinds, titles=bool(segment.modes[name] & TITLE))

    def add(self, spot: tuple[int, int], key: str, ref: Ref, kinds: frozenset[str], *, titles: bool) -> None:
        """Add one owner's name at a place."""
        here = self.found.get((*spot, titles))
        if here is None:
            self.found[*spot, titles] = Found(*spot, key, [ref], kinds, titles)
        elif here.kinds == kinds and ref not in here.names:
            here.names.append(ref)
            here.key = max(here.key, key, key=lambda k: (len(k), k))  # whichever entry was compiled first

    def scan_typos(self, text: Folded) -> None:
        """Look for long names one letter away, around words that no list knows."""
        words = text.words
        starts: list[int] = []
        spans = list(windows(words, self.lexicon.facts))
        taken = [(f.start, f.end) for f in self.found.values() if not f.titles] if spans else []
        for first, last in spans:
            squeezed = "".join(words[first:last])
            if not MIN_LENGTH <= len(squeezed) <= MAX_LENGTH:
                continue
            for number, segment in enumerate(self.lexicon.segments):
                for name, key in segment.typos.find(squeezed, last - first):
                    if not self.lexicon.is_current(number, segment.owners[name]):
                        continue
                    starts = starts or list(accumulate((len(w) + 1 for w in words), initial=1))
                    spot = text.span(starts[first], starts[last] - 1)
                    if not any(start <= spot[0] and spot[1] <= end for start, end in taken):
                        self.add(spot, key, (number, name, 0), TYPO, titles=False)


def find_names(prompt: str, lexicon: Lexicon, floor: int) -> Search:
    """Return the search of a prompt for names and titles of works in any reading of it, done."""
    search = Search(prompt, lexicon, floor)
    search.run()
    return search


def find_quieter(search: Search, floor: int, works: AbstractSet[str]) -> list[Found]:
    """Return names that score less than those searched for, at places where none was found and where one is of these works."""
    more = Search(search.prompt, search.lexicon, floor, below=search.floor)
    lexicon = search.lexicon
    for text in search.texts:
        if any(lexicon.works_of(number, pattern) & works for number, _, _, pattern in more.hits(text)):
            break
    else:
        return []
    for text in search.texts:
        more.scan(text)
    taken = {(start, end) for start, end, titles in search.found if not titles}
    return [f for f in more.found.values() if not f.titles and (f.start, f.end) not in taken]
