"""Second readings of a prompt that may hide a name: separators between letters, leetspeak, stretched letters, look-alikes, camelCase.

Each reading is another text with a way back to the prompt. It is made only when a cheap pattern says that there is
something to read differently; what it finds must touch what it changed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from operator import add, sub
from typing import Protocol

from registry.core.matching.borders import is_katakana, splits_katakana
from registry.core.matching.facts import WordFacts
from registry.core.matching.fold import Folded, bare

SEPARATED, LEET, STRETCHED, LOOKALIKE, CAMEL = "separated", "leet", "stretched", "lookalike", "camel"

_L = r"[^\W_]"
_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9f]"
# Letters held apart inside one word by anything but spaces and clause punctuation, or single letters held apart by spaces.
# The lookbehind stands after the first character, so that most places fail on one comparison.
_CLAUSE_SIGNS = ",;:!?()、。，！？；：「」『』（）"
_CLAUSE = rf"\s{_CLAUSE_SIGNS}"
_INNER_ASCII = re.compile(r"[-._*~/|+=^'\"#&%@<>\\\[\]{}$`](?<=[A-Za-z0-9].)[-._*~/|+=^'\"#&%@<>\\\[\]{}$`]{0,2}(?=[A-Za-z0-9])")
_INNER = re.compile(rf"(?:[^\w{_CLAUSE}]|_)(?<={_L}.)(?:[^\w{_CLAUSE}]|_){{0,2}}(?={_L})")
_CLAUSE_END = re.compile(rf"[{_CLAUSE}]")
_SINGLES = re.compile(rf"(?<![^\W_])(?:{_L}[ \t\u3000]{{1,2}}){{2,}}{_L}(?![^\W_\u3040-\u9fff\uac00-\ud7a3])")
_CJK_APART_HINT = re.compile(rf"[ \u3000](?<={_CJK}.){_CJK}")
_SINGLES_HINT = re.compile(rf"[ \t\u3000](?<={_L}.)(?<!{_L}..)[ \t\u3000]?{_L}[ \t\u3000]{{1,2}}{_L}")
_CJK_APART = re.compile(rf"{_CJK}(?:[ \u3000]{_CJK}(?![^\W\d_a-zA-Z]{{9}}))+")
_LEET = re.compile(r"[013457@$!|](?:(?<=[A-Za-z].)[A-Za-z013457@$!|]|(?<![^\s(\"'].)[a-zA-Z]{3})")
_LEET_TOKEN = re.compile(r"(?=[^\s]{0,39}?[A-Za-z])(?=[^\s]{0,39}?[013457@$!|])[^\s,.;:?()\"]{2,40}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=[0-9])")
_HUMP = re.compile(r"[A-Z#](?:(?<=[a-z][A-Z])|(?<=#)\w{4})")
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
    """One way to read the prompt: `folded` is what names are compared with, `kinds` how it was disguised."""

    folded: str
    kinds: frozenset[str]

    def may_touch(self, start: int, end: int) -> bool:
        """False when folded[start:end] is surely read as it stands in the prompt."""

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the prompt's place of folded[start:end], None when nothing was read differently there or it splits a word."""


@dataclass(slots=True)
class AsItIs:
    """The prompt."""

    text: Folded
    folded: str
    kinds: frozenset[str] = frozenset()

    def may_touch(self, start: int, end: int) -> bool:  # noqa: ARG002
        """Return True."""
        return True

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the place of folded[start:end]."""
        spot = self.text.span(start, end)
        return None if splits_katakana(self.text.text, *spot) else spot


@dataclass(slots=True)
class Squeezed:
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
class Reread:
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
    start, ascii_only = Edited(text), text.isascii()
    if not ascii_only:
        start = _look_alikes(start, facts)
    apart = _are_apart(prompt.words)
    gaps = _gaps(start.text, facts, apart=apart, inner=_INNER_ASCII if ascii_only else _INNER)
    if start.kinds:
        yield _reread(_close(start, gaps), facts)
    elif gaps:
        yield _squeezed(prompt, gaps)
    if _LEET.search(text) is not None or _is_stretched(text, prompt.words):
        for sign, keep in (("i", 1), ("l", 2)):
            read = _unleet(_shrink(start, keep), sign)
            read = _close(read, _gaps(read.text, facts, apart=apart, inner=_INNER))
            if read.kinds:
                yield _reread(read, facts)
    if _HUMP.search(text):
        split = _split_camel(start)
        if split.kinds:
            yield _reread(split, facts)


def _reread(edited: Edited, facts: WordFacts) -> Reread:
    text, places = Folded(edited.text, facts.fold), edited.changed
    for layer in reversed(edited.layers):
        places = [layer.target(place) for place in places]
    return Reread(text, text.folded, edited, text.find(places), edited.kinds)


def _squeezed(prompt: Folded, gaps: list[tuple[int, int]]) -> Squeezed:
    """Take gaps out of the fold: the space in each, where letters of one kind stand on both sides (others stay apart anyway)."""
    folded = prompt.folded
    ends = [
        at for at in prompt.find([end for _, end in gaps]) if folded[at - 1] == " " and (folded[at - 2] < "\x80") is (folded[at] < "\x80")
    ]
    kept = "".join(map(folded.__getitem__, map(slice, [0, *ends], [*(at - 1 for at in ends), len(folded)])))
    return Squeezed(prompt, kept, [at - number for number, at in enumerate(ends, 1)], gaps)


def _are_apart(words: list[str]) -> bool:
    """True when more than two words are single letters or of a script whose letters may stand apart."""
    singles = list(map(len, words)).count(1)
    return singles > 2 or singles + sum(len(w) > 1 and w >= "\u1100" for w in words) > 2


def _is_stretched(prompt: str, words: list[str]) -> bool:
    """Three equal letters in a row can only stand in a word of four with few different letters for its length."""
    return (
        _has_three_in_a_row(prompt)
        and any(len(w) > 3 and len(set(w)) <= len(w) - 2 for w in words)
        and _STRETCHED.search(prompt) is not None
    )


def _has_three_in_a_row(text: str) -> bool:
    """True when a character stands three times in a row, in any case: one comparison of the whole text with itself moved along.

    The text is read as one long number, 32 bits a character: a lane of `differ` is zero where a character equals the next two.
    Whether a number has a zero lane shows in the lanes' highest bits after taking one from each.
    """
    lanes = text.casefold().encode("utf-32-le")
    count = len(lanes) // 4 - 2
    if count < 1:
        return False
    whole = int.from_bytes(lanes, "little")
    differ = (whole ^ whole >> 32 | whole ^ whole >> 64) & (1 << 32 * count) - 1
    ones = int.from_bytes(b"\x01\0\0\0" * count, "little")
    return bool(differ - ones & ~differ & ones << 31)


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


def _gaps(text: str, facts: WordFacts, *, apart: bool, inner: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the separators inside words that are worth leaving out, and the spaces between letters that stand apart."""
    gaps = [match.span() for match in inner.finditer(text)]
    if gaps:
        gaps = _worth_closing(text, gaps, facts)
    if apart:
        for hint, pattern in ((_SINGLES_HINT, _SINGLES), (_CJK_APART_HINT, _CJK_APART)):
            if hint.search(text) is not None:
                for run in pattern.finditer(text):
                    gaps += [match.span() for match in _SPACES.finditer(text, run.start(), run.end())]
    return sorted(set(gaps))


def _worth_closing(text: str, gaps: list[tuple[int, int]], facts: WordFacts) -> list[tuple[int, int]]:
    """Leave compounds of common words (well-known, don't, 16:9) as they are: the fold reads them already."""
    worth, end, is_worth = [], 0, False
    for gap in gaps:
        if gap[0] >= end:
            start = gap[0]
            while start > end and text[start - 1] not in _CLAUSE_SIGNS and not text[start - 1].isspace():
                start -= 1
            after = _CLAUSE_END.search(text, gap[1])
            end = after.start() if after else len(text)
            is_worth = _is_odd(text[start:end], facts)
        if is_worth:
            worth.append(gap)
    return worth


def _is_odd(token: str, facts: WordFacts) -> bool:
    parts = bare(token, facts.fold).split(" ")
    joined = "".join(parts)
    if joined.isdigit():
        return False
    if len(parts) == len(joined):
        return len(parts) > 1
    return len(joined) > 3 and joined not in facts.common and not all(len(p) > 1 and p in facts.common for p in parts)


_SPACES = re.compile(r"[ \t\u3000]+")


def _unleet(edited: Edited, one: str) -> Edited:
    signs = _SIGNS | {"1": one}
    edits = []
    for token in _LEET_TOKEN.finditer(edited.text):
        for offset, char in enumerate(token.group()):
            if char in signs:
                edits.append((token.start() + offset, token.start() + offset + 1, signs[char]))
    return _edit(edited, edits, LEET)


def _shrink(edited: Edited, keep: int) -> Edited:
    edits = [(m.start(), m.end(), m.group()[:keep]) for m in _STRETCHED.finditer(edited.text)]
    return _edit(edited, edits, STRETCHED)


def _split_camel(edited: Edited) -> Edited:
    return _edit(edited, [(m.start(), m.start(), " ") for m in _CAMEL.finditer(edited.text)], CAMEL)


_TOKEN = re.compile(r"[^\s,.;:!?()\"]+")
_KATAKANA = re.compile(r"[\u30a1-\u30ff]")


@cache
def _any_look_alike(facts: WordFacts) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(map(chr, facts.looks)))}]")


def _look_alikes(edited: Edited, facts: WordFacts) -> Edited:
    """Read tokens as Latin when every letter of them looks Latin; Han as kana between kana."""
    edits: list[tuple[int, int, str]] = []
    text, looks, pattern = edited.text, facts.looks, _any_look_alike(facts)
    first = pattern.search(text)
    if first is None:
        return edited
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word.isascii() or token.end() <= first.start():
            continue
        alike = [match.start() for match in pattern.finditer(word)]
        if alike and (all(looks.get(ord(c), c).isascii() for c in word) or _KATAKANA.search(word)):
            edits += [(token.start() + i, token.start() + i + 1, looks[ord(word[i])]) for i in alike]
    return _edit(edited, edits, LOOKALIKE)
