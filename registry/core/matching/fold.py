"""Folding of text for comparison, and the way back to the prompt (UAX #15, UAX #21, Unihan variants; tables of `WordFacts`).

The fold of a text is its words between single spaces, with one space before and after: case, width, accents, invisible
characters, punctuation, hiragana or katakana and Han variants make no difference. Every table entry stands for one
code point, so that composed and decomposed text fold alike and every place has one way back.
"""

import re
from bisect import bisect_right
from itertools import accumulate

_WORDS = re.compile(r"[0-9a-z]+|[^\x00-\x7f]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_MORE_SPACES = re.compile("  +")
_BLOCK = 64
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

    __slots__ = ("_blocks", "_ends", "_points", "_raw", "_shifts", "_table", "folded", "text", "words")

    def __init__(self, text: str, table: dict[int, str]) -> None:
        self.text = text
        self._table = table
        self._ends: list[int] = []
        self._points: list[int] = []
        self._shifts: list[int] = []
        self._blocks: dict[int, list[int]] = {}
        if text.isascii():
            self._raw = text.translate(_ASCII)
            self.words = self._raw.split()
        else:  # in blocks, so that the way back has to look through one block only
            parts = [text[at : at + _BLOCK].translate(table) for at in range(0, len(text), _BLOCK)]
            self._ends = list(accumulate(map(len, parts)))
            self._raw = "".join(parts)
            self.words = _WORDS.findall(self._raw)
        self.folded = f" {' '.join(self.words)} "

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the text of `folded[start:end]`; invisible characters that follow belong to it."""
        if not self._points:
            self._find_points()
        points, shifts = self._points, self._shifts
        first = start + shifts[bisect_right(points, start) - 1]
        last = end - 1 + shifts[bisect_right(points, end - 1) - 1]
        if not self._ends:
            return first, last + 1
        end = self._source(last) + 1
        while end < len(self.text) and not self._table[ord(self.text[end])]:
            end += 1
        return self._source(first), end

    def _find_points(self) -> None:
        """Note from which places of the fold on it lags how far behind the raw translation: words there have one space between them."""
        if self._ends:
            raw, at, place = self._raw, 0, 1
            for word in self.words:  # the next word always begins where its text is found next: only separators stand before it
                at = raw.find(word, at)
                self._points.append(place)
                self._shifts.append(at - place)
                at += len(word)
                place += len(word) + 1
        else:
            shift = len(self._raw) - len(self._raw.lstrip()) - 1
            self._points, self._shifts = [0], [shift]
            for spaces in _MORE_SPACES.finditer(self._raw, shift + 1):
                shift += spaces.end() - spaces.start() - 1
                self._points.append(spaces.end() - shift)
                self._shifts.append(shift)

    def _source(self, raw: int) -> int:
        """Return the place in the text of the character that stands at `raw` in the translation."""
        number = bisect_right(self._ends, raw)
        ends = self._blocks.get(number)
        if ends is None:
            block = self.text[number * _BLOCK : (number + 1) * _BLOCK]
            lengths = (len(self._table[ord(char)]) for char in block)
            before = self._ends[number - 1] if number else 0
            ends = self._blocks[number] = list(accumulate(lengths, initial=before))[1:]
        return number * _BLOCK + bisect_right(ends, raw)
