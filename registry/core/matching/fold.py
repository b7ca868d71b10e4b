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


def fold(text: str, table: dict[int, str]) -> str:
    """Return the form in which names are compared; Latin letters and other scripts are words of their own."""
    if text.isascii():
        return f" {' '.join(text.translate(_ASCII).split())} "
    return f" {' '.join(_WORDS.findall(text.translate(table)))} "


def bare(text: str, table: dict[int, str]) -> str:
    """Return the fold without the spaces around it."""
    return fold(text, table)[1:-1]


class Places:
    """The way back from `fold(text)` to `text`; built only when something was found."""

    __slots__ = ("_folded", "_raw", "_sources")

    def __init__(self, text: str, table: dict[int, str]) -> None:
        raw = text.translate(_ASCII if text.isascii() else table)
        words = [match.span() for match in _WORDS.finditer(raw)]
        self._raw = [start for start, _ in words]
        self._folded = [1, *accumulate(end - start + 1 for start, end in words)]
        self._folded = [1, *(place + 1 for place in self._folded[1:])]
        self._sources = None if text.isascii() else list(accumulate(map(len, map(table.get, map(ord, text), text))))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the text of `fold[start:end]`; invisible characters that follow belong to it."""
        first, last = self._place(start), self._place(end - 1)
        if self._sources is None:
            return first, last + 1
        return bisect_right(self._sources, first), bisect_right(self._sources, self._sources[bisect_right(self._sources, last)])

    def _place(self, folded: int) -> int:
        word = bisect_right(self._folded, folded) - 1
        return self._raw[word] + folded - self._folded[word]
