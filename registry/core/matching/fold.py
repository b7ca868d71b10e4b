"""Folding of text for comparison, and the way back to the prompt (UAX #15, UAX #21, Unihan variants; tables of `WordFacts`).

The fold of a text is its words between single spaces, with one space before and after: case, width, accents, invisible
characters, punctuation, hiragana or katakana and Han variants make no difference. Every table entry stands for one
code point, so that composed and decomposed text fold alike and every place has one way back.
"""

import re
from bisect import bisect_right
from itertools import accumulate
from operator import sub

_WORDS = re.compile(r"[0-9a-z]+|[^\x00-\x7f]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_MORE_SPACES = re.compile("  +")
_MOST_KEPT = 32_768


class FoldTable(dict[int, str]):
    """A table for `str.translate` that holds the characters met so far: few and close together, it is read twice as fast as all.

    `entries` has a text for each code point in hexadecimal; hangul syllables become their jamo (Unicode, section 3.12), so
    that both forms of one text fold alike; anything else stays as it is. At most 32,768 characters are kept.
    """

    def __init__(self, entries: dict[str, str]) -> None:
        super().__init__()
        self._entries = entries

    def __missing__(self, code: int) -> str:
        found = _jamo(code - 0xAC00) if 0xAC00 <= code < 0xD7A4 else self._entries.get(f"{code:x}", chr(code))
        if len(self) < _MOST_KEPT:
            self[code] = found
        return found


def _jamo(index: int) -> str:
    tail = chr(0x11A7 + index % 28) if index % 28 else ""
    return chr(0x1100 + index // 588) + chr(0x1161 + index % 588 // 28) + tail


def fold(text: str, table: dict[int, str]) -> str:
    """Return the form in which names are compared; Latin letters and other scripts are words of their own."""
    if text.isascii():
        return f" {' '.join(text.translate(_ASCII).split())} "
    return f" {' '.join(_WORDS.findall(text.translate(table)))} "


def bare(text: str, table: dict[int, str]) -> str:
    """Return the fold without the spaces around it."""
    return fold(text, table)[1:-1]


class Folded:
    """A text with its fold (`folded`, and the `words` of it) and the way back, which is worked out when first asked for."""

    __slots__ = ("_ends", "_points", "_raw", "_shifts", "_starts", "_table", "folded", "text", "words")

    def __init__(self, text: str, table: dict[int, str]) -> None:
        self.text = text
        self._table = table
        self._ends: list[int] | None = None
        self._points: list[int] = []
        self._starts: list[int] = []
        self._shifts: list[int] = []
        if text.isascii():
            self._raw = text.translate(_ASCII)
            self.words = self._raw.split()
        else:
            self._raw = text.translate(table)
            self.words = _WORDS.findall(self._raw)
        self.folded = f" {' '.join(self.words)} "

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the text of `folded[start:end]`; invisible characters that follow belong to it."""
        if not self._points:
            self._find_points()
        points, shifts, text = self._points, self._shifts, self.text
        first = start + shifts[bisect_right(points, start) - 1]
        last = end - 1 + shifts[bisect_right(points, end - 1) - 1]
        if text.isascii():
            return first, last + 1
        ends = self._raw_ends()
        end = bisect_right(ends, last) + 1
        while end < len(text) and not self._table[ord(text[end])]:
            end += 1
        return bisect_right(ends, first), end

    def find(self, place: int) -> int:
        """Return where the fold has a character of the text; for one that the fold leaves out, about where it would be."""
        if not self._points:
            self._find_points()
        if place and not self.text.isascii():
            place = self._raw_ends()[place - 1]
        return place - self._shifts[max(0, bisect_right(self._starts, place) - 1)]

    def _find_points(self) -> None:
        """Note from which places of the fold on the translation is how far ahead: the fold has one space between words."""
        points, starts = self._points, self._starts
        if self.text.isascii():
            at = len(self._raw) - len(self._raw.lstrip())
            points.append(1)
            starts.append(at)
            shift = at - 1
            for spaces in _MORE_SPACES.finditer(self._raw, at):
                end = spaces.end()
                shift += end - spaces.start() - 1
                points.append(end - shift)
                starts.append(end)
        else:
            find, at, place = self._raw.find, 0, 1
            for word in self.words:  # the next word begins where its text is found next: only separators stand before it
                at = find(word, at)
                points.append(place)
                starts.append(at)
                size = len(word)
                at += size
                place += size + 1
        self._shifts = list(map(sub, starts, points))

    def _raw_ends(self) -> list[int]:
        """Return where in the translation each character of the text ends."""
        if self._ends is None:
            self._ends = list(accumulate(map(len, map(self._table.__getitem__, map(ord, self.text)))))
        return self._ends
