"""Second readings of a prompt that may hide a name: separators between letters, leetspeak, stretched letters, look-alikes, camelCase.

Each reading is another text with a way back to the prompt. It is made only when a cheap pattern says that there is
something to read differently; what it finds must touch what it changed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain, zip_longest
from operator import add, sub
from typing import Protocol

from registry.core.matching.borders import is_katakana, splits_katakana
from registry.core.matching.facts import WordFacts
from registry.core.matching.fold import Folded, bare
from registry.core.matching.hints import (
    DIGITS,
    GAP,
    HUMP,
    INNER,
    INNER_ASCII,
    LOOKS,
    STRETCH,
    STRETCHES,
    are_apart,
    find_gaps,
    find_hints,
    find_look_alikes,
    is_stretched,
)

SEPARATED, LEET, STRETCHED, LOOKALIKE, CAMEL = "separated", "leet", "stretched", "lookalike", "camel"

_LEET_TOKEN = re.compile(r"(?=[^\s]{0,39}?[A-Za-z])(?=[^\s]{0,39}?[013457@$!|])[^\s,.;:?()\"]{2,40}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=[0-9])")
_SIGNS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "|": "l", "€": "e", "+": "t"}


@dataclass(slots=True)
class Layer:
    """One step of edits: from `at[i]` on, up to the next, character p of the new text stands for p + shifts[i] of the old one.

    `old[i]` is at[i] + shifts[i].
    """

    at: list[int]
    old: list[int]
    shifts: list[int]

    def source(self, place: int) -> int:
        """Return the place in the old text."""
        return place + self.shifts[bisect_right(self.at, place) - 1]

    def target(self, place: int) -> int:
        """Return the place in the new text of a place in the old one, or where it would follow."""
        return place - self.shifts[max(0, bisect_right(self.old, place) - 1)]


@dataclass(slots=True)
class Edited:
    """A text made from the prompt: `layers` lead back to it, the newest first; `changed` are the places there that were altered."""

    text: str
    layers: tuple[Layer, ...] = ()
    changed: list[int] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()

    def place(self, at: int) -> int:
        """Return the prompt's place of a character."""
        for layer in self.layers:
            at = layer.source(at)
        return at


class Reading(Protocol):
    """One way to read the prompt: `folded` is what names are compared with, `kinds` how it was disguised, nothing for the prompt."""

    folded: str
    kinds: frozenset[str]

    def may_touch(self, start: int, end: int) -> bool:  # noqa: ARG002
        """False when folded[start:end] is surely read as it stands in the prompt."""
        return True

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the prompt's place of folded[start:end], None when nothing was read differently there or it splits a word."""


@dataclass(slots=True)
class AsItIs(Reading):
    """The prompt."""

    text: Folded
    folded: str
    kinds: frozenset[str] = frozenset()

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the place of folded[start:end]."""
        spot = self.text.span(start, end)
        return None if splits_katakana(self.text.text, *spot) else spot


@dataclass(slots=True)
class Squeezed(Reading):
    """The prompt without some gaps inside words: its fold without some spaces, which stood where `joins` are now."""

    text: Folded
    folded: str
    joins: list[int]
    gaps: list[tuple[int, int]]
    kinds: frozenset[str] = frozenset({SEPARATED})

    def may_touch(self, start: int, end: int) -> bool:
        """False when no join is inside, nor before a plural s."""
        at = bisect_right(self.joins, start)
        return at < len(self.joins) and self.joins[at] <= end

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the place of folded[start:end] when a join is inside."""
        first, last = bisect_right(self.joins, start), bisect_left(self.joins, end)
        if first == last:
            return None
        spot = self.text.span(start + first, end + bisect_right(self.joins, end - 1))
        if splits_katakana(self.text.text, *spot):
            return None
        if is_katakana(self.text.text[spot[0]]) or is_katakana(self.text.text[spot[1] - 1]):
            closed = _close(Edited(self.text.text), self.gaps)
            if splits_katakana(closed.text, closed.layers[0].target(spot[0]), closed.layers[0].target(spot[1] - 1) + 1):
                return None
        return spot


@dataclass(slots=True)
class Reread(Reading):
    """A text of its own, made from the prompt. `marks` are where in its fold it differs, by at most two places."""

    text: Folded
    folded: str
    edited: Edited
    marks: list[int]
    kinds: frozenset[str]

    def may_touch(self, start: int, end: int) -> bool:
        """False when no mark is near."""
        at = bisect_left(self.marks, start - 2)
        return at < len(self.marks) and self.marks[at] <= end + 2

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the prompt's place of folded[start:end] when it was read differently."""
        edited, (first, last) = self.edited, self.text.span(start, end)
        if splits_katakana(edited.text, first, last):
            return None
        first, last = edited.place(first), edited.place(last - 1) + 1
        at = bisect_left(edited.changed, first)
        return (first, last) if at < len(edited.changed) and edited.changed[at] < last else None


def readings(prompt: Folded, facts: WordFacts) -> Iterator[Reading]:
    """Yield the readings of a prompt: first as it is, then the others, none for most."""
    text = prompt.text
    yield AsItIs(prompt, prompt.folded)
    start, hints, is_ascii = Edited(text), find_hints(text, facts), text.isascii()
    if hints & LOOKS and not is_ascii:
        start = _edit(start, find_look_alikes(text, facts), LOOKALIKE)
    apart = are_apart(prompt.words, is_ascii=is_ascii)
    inner = INNER_ASCII if is_ascii else INNER
    gaps = find_gaps(start.text, facts, inner if start.kinds or hints & GAP else None, apart=apart)
    if start.kinds:
        yield _reread(_close(start, gaps), facts, prompt)
    elif gaps:
        yield _squeezed(prompt, gaps)
    if hints & DIGITS or (hints & STRETCH and is_stretched(text, prompt.words)):
        for sign, keep in (("i", 1), ("l", 2)):
            read = _unleet(_shrink(start, keep), sign)
            read = _close(read, find_gaps(read.text, facts, apart=apart))
            if read.kinds:
                yield _reread(read, facts, prompt)
    if hints & HUMP:
        split = _split_camel(start)
        if split.kinds:
            yield _reread(split, facts, prompt)


def _reread(edited: Edited, facts: WordFacts, prompt: Folded) -> Reread:
    if not edited.layers and (alike := _swapped(edited, facts, prompt)):
        return alike
    text, places = Folded(edited.text, facts.fold), edited.changed
    for layer in reversed(edited.layers):
        places = [layer.target(place) for place in places]
    return Reread(text, text.folded, edited, text.find(places), edited.kinds)


def _swapped(edited: Edited, facts: WordFacts, prompt: Folded) -> Reread | None:
    """Read single characters as others of the same kind: the fold of the prompt changes in these places alone."""
    table = facts.fold
    new = [table[ord(edited.text[place])] for place in edited.changed]
    old = [table[ord(prompt.text[place])] for place in edited.changed]
    if not all(len(char) == 1 and char >= "\x80" for char in (*new, *old)):
        return None
    places, folded = edited.changed, prompt.folded
    # Of one or two places the fold of what stands before tells where they are; for more the whole way back is worth working out.
    marks = [len(bare(prompt.text[: place + 1], table)) for place in places] if len(places) <= 2 else prompt.find(places)
    kept = map(folded.__getitem__, map(slice, [0, *(mark + 1 for mark in marks)], [*marks, len(folded)]))
    return Reread(prompt, "".join(chain.from_iterable(zip_longest(kept, new, fillvalue=""))), edited, marks, edited.kinds)


def _squeezed(prompt: Folded, gaps: list[tuple[int, int]]) -> Squeezed:
    """Take gaps out of the fold: the space in each, where letters of one kind stand on both sides (others stay apart anyway)."""
    folded = prompt.folded
    found = (at for at in prompt.find([end for _, end in gaps]) if at < len(folded))  # a gap before a dot that the fold drops has no end
    ends = [at for at in found if folded[at - 1] == " " and (folded[at - 2] < "\x80") is (folded[at] < "\x80")]
    kept = "".join(map(folded.__getitem__, map(slice, [0, *ends], [*(at - 1 for at in ends), len(folded)])))
    return Squeezed(prompt, kept, [at - number for number, at in enumerate(ends, 1)], gaps)


def _edit(edited: Edited, edits: list[tuple[int, int, str]], kind: str) -> Edited:
    """Replace places start..end by texts, in order; keep the way back."""
    if not edits:
        return edited
    text, parts, changed, last = edited.text, [], list(edited.changed), 0
    at, shifts, shift = [0], [0], 0
    for start, end, new in edits:
        parts += [text[last:start], new]
        changed.append(edited.place(min(start, len(text) - 1)))
        last = end
        if len(new) != end - start:
            for extra in range(max(0, end - start), len(new)):  # what has no place of its own stands where the edit begins
                at.append(start - shift + extra)
                shifts.append(min(start, len(text) - 1) - at[-1])
            shift += end - start - len(new)
            at.append(end - shift)
            shifts.append(shift)
    parts.append(text[last:])
    layers = (Layer(at, list(map(add, at, shifts)), shifts), *edited.layers) if shifts[1:] else edited.layers
    return Edited("".join(parts), layers, sorted(changed), edited.kinds | {kind})


def _close(edited: Edited, gaps: list[tuple[int, int]]) -> Edited:
    """Take gaps out of a text: what `_edit` does, for edits that leave nothing."""
    if not gaps:
        return edited
    text = edited.text
    starts, ends = [start for start, _ in gaps], [end for _, end in gaps]
    kept = "".join(map(text.__getitem__, map(slice, [0, *ends], [*starts, len(text)])))
    old, shifts = [0, *ends], [0, *accumulate(map(sub, ends, starts))]
    layer = Layer(list(map(sub, old, shifts)), old, shifts)
    return Edited(kept, (layer, *edited.layers), sorted([*edited.changed, *map(edited.place, starts)]), edited.kinds | {SEPARATED})


def _unleet(edited: Edited, one: str) -> Edited:
    signs = _SIGNS | {"1": one}
    edits = []
    for token in _LEET_TOKEN.finditer(edited.text):
        for offset, char in enumerate(token.group()):
            if char in signs:
                edits.append((token.start() + offset, token.start() + offset + 1, signs[char]))
    return _edit(edited, edits, LEET)


def _shrink(edited: Edited, keep: int) -> Edited:
    edits = [(m.start(), m.end(), m.group()[:keep]) for m in STRETCHES.finditer(edited.text)]
    return _edit(edited, edits, STRETCHED)


def _split_camel(edited: Edited) -> Edited:
    return _edit(edited, [(m.start(), m.start(), " ") for m in _CAMEL.finditer(edited.text)], CAMEL)
