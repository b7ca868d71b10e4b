"""One wrong, missing, doubled or swapped letter in a long Latin name (Damerau-Levenshtein distance 1), by seed and verify.

One typo leaves one half of a name as it was (the halves keep a letter between them, for two swapped in the middle).
The index holds, for each name, a checksum of its length and first half and one of its length and last half; a bit
table in front answers most questions. Only words that no list knows are looked up.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import ne
from zlib import crc32

from registry.core.matching.facts import WordFacts

TYPO = frozenset({"typo"})
MIN_LENGTH, MAX_LENGTH = 6, 40
MAX_WORDS = 3
MAX_UNKNOWN = 24
MAX_CANDIDATES = 40
MAX_ASKED = 1 << 14
MAX_KEPT = 256  # words of one prompt


@dataclass(frozen=True, slots=True, eq=False)
class TypoIndex:
    """`rows` are sorted `checksum << 32 | position`; `bits` tells which checksums, cut short, occur at all.

    At a position stand the name's number and its folded text, `keys[ends[position - 1]:ends[position]]`.
    """

    rows: array  # type: ignore[type-arg]
    bits: bytes
    names: array  # type: ignore[type-arg]
    ends: array  # type: ignore[type-arg]
    keys: str
    asked: dict[tuple[str, int], tuple[tuple[int, str], ...]] = field(default_factory=dict)

    def find(self, squeezed: str, words: int) -> tuple[tuple[int, str], ...]:
        """Return (number, folded text) of names of so many words that are one typo away, the lowest number first.

        Prompts share most words that no list knows: what was asked lately is kept.
        """
        known = self.asked.get((squeezed, words))
        if known is None:
            known = tuple(self._search(squeezed, words))
            if len(self.asked) >= MAX_ASKED:
                self.asked.clear()
            self.asked[squeezed, words] = known
        return known

    def _search(self, squeezed: str, words: int) -> Iterator[tuple[int, str]]:
        found: set[int] = set()
        size, mask, bits, data = len(squeezed), len(self.bits) * 8 - 1, self.bits, squeezed.encode()
        for length in (size - 1, size, size + 1):
            half = length // 2
            first, last = _SEEDS[length]
            for check in (crc32(data[:half], first), crc32(data[size - length + half + 1 :], last)):
                place = check & mask
                if bits[place >> 3] >> (place & 7) & 1:
                    found.update(self._rows_of(check))
        for position in sorted(found):
            key = self.keys[self.ends[position - 1] if position else 0 : self.ends[position]]
            if key.count(" ") == words - 1 and is_one_typo(squeezed, key.replace(" ", "")):
                yield self.names[position], key

    def _rows_of(self, check: int) -> Iterator[int]:
        at = bisect_left(self.rows, check << 32)
        for row in self.rows[at : at + MAX_CANDIDATES]:
            if row >> 32 != check:
                return
            yield row & 0xFFFFFFFF


# Where the checksums of first and last halves begin, by the length of the name.
_SEEDS = tuple((crc32(f"{length}<".encode()), crc32(f"{length}>".encode())) for length in range(MAX_LENGTH + 2))


def build_index(names: Iterable[tuple[int, str]]) -> TypoIndex:
    """Index names, given as (number, folded text) in the order of their numbers."""
    rows, numbers, ends, keys = array("Q"), array("I"), array("I"), []
    end = 0
    for position, (number, key) in enumerate(names):
        data = key.replace(" ", "").encode()
        half = len(data) // 2
        first, last = _SEEDS[len(data)]
        rows.append(crc32(data[:half], first) << 32 | position)
        rows.append(crc32(data[half + 1 :], last) << 32 | position)
        numbers.append(number)
        end += len(key)
        ends.append(end)
        keys.append(key)
    rows = array("Q", sorted(rows))
    size = 1 << max(10, (16 * len(rows)).bit_length())
    bits = bytearray(size >> 3)
    for row in rows:
        place = row >> 32 & size - 1
        bits[place >> 3] |= 1 << (place & 7)
    return TypoIndex(rows, bytes(bits), numbers, ends, "".join(keys))


def is_one_typo(typed: str, name: str) -> bool:
    """True when one letter is missing, too many, wrong or swapped with its neighbour; the first letter must stand somewhere near."""
    if typed == name:
        return False
    short, long = (typed, name) if len(typed) <= len(name) else (name, typed)
    if len(long) - len(short) > 1 or (len(long) == len(short) and sum(map(ne, short, long)) > 2):
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    return short[start + 2 :] == long[start + 2 :] and short[start : start + 2] == long[start + 1 : start - 1 if start else None : -1]


def find_unknown(words: list[str], facts: WordFacts) -> set[str]:
    """Return the Latin words of some length that no list knows. Prompts share most of the others: those are kept."""
    ordinary = _ordinary(facts)
    unmet = set(words) - facts.common - ordinary
    unknown = {w for w in unmet if w.isascii() and 4 <= len(w) <= MAX_LENGTH and is_unknown(w, facts)}
    if len(ordinary) >= MAX_ASKED:
        ordinary.clear()
    ordinary.update([w for w in unmet - unknown if len(w) <= MAX_LENGTH and w.isascii()][:MAX_KEPT])
    return unknown


@cache
def _ordinary(facts: WordFacts) -> set[str]:  # noqa: ARG001
    return set()


def windows(words: list[str], facts: WordFacts) -> Iterator[tuple[int, int]]:
    """Yield ranges of up to three Latin words around each that no list knows; none begins or ends with a short common word."""
    unknown = find_unknown(words, facts)
    if not unknown:
        return
    seen = set()
    for place in [i for i, word in enumerate(words) if word in unknown][:MAX_UNKNOWN]:
        for first in range(max(0, place - MAX_WORDS + 1), place + 1):
            if _is_small(words[first], facts):
                continue
            for last in range(place + 1, min(len(words), first + MAX_WORDS) + 1):
                if (first, last) not in seen and not _is_small(words[last - 1], facts):
                    seen.add((first, last))
                    yield first, last


@lru_cache(maxsize=1 << 15)
def is_unknown(word: str, facts: WordFacts) -> bool:
    """True for letters that no list of words or names knows."""
    return word.isalpha() and not facts.find(word)


def _is_small(word: str, facts: WordFacts) -> bool:
    return not word.isascii() or (len(word) <= 3 and word in facts.common)
