"""One wrong, missing, doubled or swapped letter in a long Latin name (Damerau-Levenshtein distance 1), by seed and verify.

One typo leaves one half of a name as it was (the halves keep a letter between them, for two swapped in the middle).
The index holds, for each name, a checksum of its length and first half and one of its length and last half; a bit
table in front answers most questions. Only words that no list knows are looked up.
"""

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TYPO = frozenset({"typo"})
MIN_LENGTH = 6
MAX_WORDS = 3
MAX_UNKNOWN = 24
MAX_CANDIDATES = 40


@dataclass(frozen=True, slots=True, eq=False)
class TypoIndex:
    """`rows` are sorted `checksum << 32 | name`; `bits` tells which checksums, cut short, occur at all."""

    rows: array  # type: ignore[type-arg]
    bits: bytes
    mask: int

    def find(self, squeezed: str) -> set[int]:
        """Return the numbers of names that may be one typo away."""
        found: set[int] = set()
        size = len(squeezed)
        for length in (size - 1, size, size + 1):
            half = length // 2
            for seed in (f"{length}<{squeezed[:half]}", f"{length}>{squeezed[size - length + half + 1 :]}"):
                check = zlib.crc32(seed.encode())
                place = check & self.mask
                if self.bits[place >> 3] >> (place & 7) & 1:
                    found.update(self._rows_of(check))
        return found

    def _rows_of(self, check: int) -> Iterator[int]:
        at = bisect_left(self.rows, check << 32)
        for row in self.rows[at : at + MAX_CANDIDATES]:
            if row >> 32 != check:
                return
            yield row & 0xFFFFFFFF


def build_index(names: Iterable[tuple[int, str]]) -> TypoIndex:
    """Index names, given as (number, letters without spaces)."""
    rows = []
    for number, squeezed in names:
        half = len(squeezed) // 2
        seeds = (f"{len(squeezed)}<{squeezed[:half]}", f"{len(squeezed)}>{squeezed[half + 1 :]}")
        rows += [zlib.crc32(seed.encode()) << 32 | number for seed in seeds]
    rows.sort()
    size = 1 << max(10, (16 * len(rows)).bit_length())
    bits = bytearray(size >> 3)
    for row in rows:
        place = row >> 32 & size - 1
        bits[place >> 3] |= 1 << (place & 7)
    return TypoIndex(array("Q", rows), bytes(bits), size - 1)


def is_one_typo(typed: str, name: str) -> bool:
    """True when one letter is missing, too many, wrong or swapped with its neighbour; the first letter must stand somewhere near."""
    if typed == name:
        return False
    short, long = sorted((typed, name), key=len)
    if len(long) - len(short) > 1:
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    return short[start + 2 :] == long[start + 2 :] and short[start : start + 2] == long[start + 1 : start - 1 if start else None : -1]


def windows(words: list[str], unknown: set[str], common: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield ranges of up to three Latin words around each unknown one; none begins or ends with a short common word."""
    small = [not w.isascii() or (len(w) <= 3 and w in common) for w in words]
    places = [i for i, word in enumerate(words) if word in unknown][:MAX_UNKNOWN]
    seen = set()
    for place in places:
        for first in range(max(0, place - MAX_WORDS + 1), place + 1):
            for last in range(place + 1, min(len(words), first + MAX_WORDS) + 1):
                if not small[first] and not small[last - 1] and (first, last) not in seen:
                    seen.add((first, last))
                    yield first, last
