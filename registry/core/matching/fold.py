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
    `uneven` finds the characters that may become none or several.
    """

    def __init__(self, entries: dict[str, str]) -> None:
        super().__init__()
        self._entries = entries
        uneven = sorted(int(code, 16) for code, text in entries.items() if len(text) != 1 and len(code) <= 4)
        self.uneven = re.compile(f"[{re.escape(''.join(map(chr, uneven)))}\uac00-\ud7a3\U00010000-\U0010ffff]")

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
    return f" {bare(text, table)} "


def bare(text: str, table: dict[int, str]) -> str:
    """Return the fold without the spaces around it."""
    return " ".join(words_of(text, table))


def words_of(text: str, table: dict[int, str]) -> list[str]:
    """Return the words of the fold."""
    return text.translate(_ASCII).split() if text.isascii() else _WORDS.findall(text.translate(table))


class Folded:
    """A text with its fold (`folded`, and the `words` of it) and the way back, which is worked out when first asked for."""

    __slots__ = ("_points", "_raw", "_raw_at", "_shifts", "_starts", "_table", "_text_at", "folded", "text", "words")

    def __init__(self, text: str, table: FoldTable) -> None:
        self.text = text
        self._table = table
        self._text_at: list[int] = []
        self._raw_at: list[int] = []
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
        end = self._source(last) + 1
        while end < len(text) and not self._table[ord(text[end])]:
            end += 1
        return self._source(first), end

    def find(self, places: list[int]) -> list[int]:
        """Return where the fold has characters of the text; for those that the fold leaves out, about where they would be."""
        if not self._points:
            self._find_points()
        starts, shifts = self._starts, self._shifts
        if not self.text.isascii():
            if not self._text_at:
                self._find_bends()
            text_at, raw_at = self._text_at, self._raw_at
            ahead = list(map(sub, raw_at, text_at))
            places = [place + ahead[bisect_right(text_at, place) - 1] for place in places]
        first = starts[0] if starts else 0
        return [place - shifts[bisect_right(starts, place) - 1] if place > first else 1 for place in places]

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
            starts += [match.start() for match in _WORDS.finditer(self._raw)]
            points += accumulate([len(word) + 1 for word in self.words[:-1]], initial=1)
        self._shifts = list(map(sub, starts, points))

    def _source(self, raw: int) -> int:
        """Return the place in the text of the character that stands at `raw` in the translation."""
        if not self._text_at:
            self._find_bends()
        at = bisect_right(self._raw_at, raw)
        place = raw - self._raw_at[at - 1] + self._text_at[at - 1]
        return place if at == len(self._text_at) else min(place, self._text_at[at] - 1)

    def _find_bends(self) -> None:
        """Note after which characters the translation runs ahead of the text or falls behind."""
        text, table = self.text, self._table
        places = [match.start() for match in table.uneven.finditer(text)]
        if 6 * len(places) > len(text):  # hangul: every character is looked at
            self._text_at = list(range(len(text) + 1))
            self._raw_at = list(accumulate(map(len, map(table.__getitem__, map(ord, text))), initial=0))
            return
        self._text_at, self._raw_at = text_at, raw_at = [0], [0]
        shift = 0
        for place in places:
            size = len(table[ord(text[place])])
            if size != 1:
                shift += size - 1
                text_at.append(place + 1)
                raw_at.append(place + 1 + shift)
