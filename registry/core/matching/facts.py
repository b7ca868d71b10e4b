"""What is known of ordinary words, names and characters: a pure value read from one shipped file (tools/build_word_facts.py).

A word is looked up by a 37-bit checksum of its folded text, so that a million words are eight megabytes and load at once.
The 27 bits beside it: 5 of frequency, 4 of unevenness, 18 flags.
"""

import json
import struct
import zlib
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.core.matching.fold import FoldTable

MAGIC = b"WORDFACTS4"

WORD_EN, WORD_JA, WORD_ZH, WORD_KO = 1, 2, 4, 8
GIVEN, SURNAME, PERSON, PLACE, PROPER, CREATURE = 16, 32, 64, 128, 256, 512
KNOWN, KNOWN_WORK, FAMOUS, BRAND = 1024, 2048, 4096, 8192  # of wide renown: a character, a work, a real person, a product
ELSEWHERE = 16384  # an everyday word of a language in Latin letters that is not English
KNOWN_SOMETIMES, KNOWN_SELDOM = 32768, 65536  # beside KNOWN: in a prompt it means the character as often as not, or seldom
KNOWN_WELL = 131072  # a household name
WORD = WORD_EN | WORD_JA | WORD_ZH | WORD_KO

_FLAG_BITS = 18
BITS = _FLAG_BITS + 9
_VALUE = (1 << BITS) - 1


def word_key(text: str) -> int:
    """37 bits of a folded word: CRC-32 and, from another family of checksums, five bits of Adler-32."""
    data = text.encode()
    adler = zlib.adler32(data)
    return zlib.crc32(data) << 5 | (adler ^ adler >> 16) & 0x1F


def pack(zipf: float, uneven: float, flags: int) -> int:
    """Facts as 27 bits: quarter steps of the Zipf scale for frequency, half steps for unevenness."""
    frequency = min(31, max(0, round(4 * zipf)))
    return (frequency << 4 | min(15, round(2 * uneven))) << _FLAG_BITS | flags & (1 << _FLAG_BITS) - 1


class WordFact(NamedTuple):
    """What one word is known for: `zipf` 0 to 8 (0: unknown), `uneven` (high: at home in one language), flags."""

    zipf: float
    uneven: float
    flags: int


UNKNOWN = WordFact(0.0, 0.0, 0)


def unpack(bits: int) -> WordFact:
    """Read what `pack` wrote."""
    return WordFact((bits >> _FLAG_BITS + 4) / 4, (bits >> _FLAG_BITS & 15) / 2, bits & (1 << _FLAG_BITS) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class WordFacts:
    """The whole file. `fold` and `looks` are tables for `str.translate`; `common` holds everyday words in Latin letters."""

    rows: array  # type: ignore[type-arg]
    starts: array  # type: ignore[type-arg]
    fold: FoldTable
    looks: dict[int, str]
    common: frozenset[str] = field(repr=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> "WordFacts":
        """Read the shipped file; ValueError when it is another."""
        if not data.startswith(MAGIC):
            raise ValueError("not a word facts file; build it with tools/build_word_facts.py")
        at = len(MAGIC) + 8
        texts, _ = struct.unpack_from("<II", data, len(MAGIC))
        fold, looks, common = json.loads(zlib.decompress(data[at : at + texts]))
        rows = array("Q", zlib.decompress(data[at + texts :]))
        starts = array("L", (bisect_left(rows, top << 48) for top in range(1 << 16)))
        starts.append(len(rows))
        return cls(rows, starts, FoldTable(fold), {int(code, 16): text for code, text in looks.items()}, frozenset(common.split(" ")))

    def find(self, folded: str) -> int:
        """Return the packed facts of a folded word, 0 when it is unknown."""
        data = folded.encode()
        check, adler = zlib.crc32(data), zlib.adler32(data)
        key = (check << 5 | (adler ^ adler >> 16) & 0x1F) << BITS
        top = check >> 16
        last = self.starts[top + 1]
        at = bisect_left(self.rows, key, self.starts[top], last)
        if at < last and self.rows[at] ^ key <= _VALUE:
            return int(self.rows[at] & _VALUE)
        return 0

    def fact(self, folded: str) -> WordFact:
        """Return what is known of a folded word."""
        bits = self.find(folded)
        return unpack(bits) if bits else UNKNOWN


class Lookup(dict[str, WordFact]):
    """The facts as one compilation asks for them: a word is looked up once, names share most of theirs."""

    __slots__ = ("_facts",)

    def __init__(self, facts: WordFacts) -> None:
        super().__init__()
        self._facts = facts

    def __missing__(self, folded: str) -> WordFact:
        fact = self[folded] = self._facts.fact(folded)
        return fact
