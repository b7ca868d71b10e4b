"""The spellings under which a registered name is looked for, and how a pattern's borders are written.

A pattern in a script with spaces begins with one: the automaton checks that border itself. A Latin pattern of five
letters or more is open to the right, for plurals and possessives; shorter ones end with a space.
"""

import re

from registry.core.matching.romaji import is_romaji, shorten, to_kana, to_kunrei, to_romaji

EXACT, JOINED, ORDER, INITIALS, ROMAJI, KANA = range(6)
METHODS = ("folded", "joined", "name_order", "initials", "romaji", "kana")

OPEN_LENGTH = 5
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KANA = re.compile(r"[ァ-ヺー\u3099\u309a]+")


def bordered(folded: str) -> str:
    """Write a folded name as a pattern, with the borders that its script asks for."""
    if folded.isascii():
        return f" {folded}" if len(folded) >= OPEN_LENGTH else f" {folded} "
    return folded if is_unspaced(folded[0]) else f" {folded}"


def is_unspaced(char: str) -> bool:
    """True for scripts in which words follow each other without spaces: kana, Han, Thai and its neighbours."""
    return "\u2e80" <= char <= "\u9fff" or char >= "\U00020000" or "\u0e00" <= char <= "\u0eff" or "\u1780" <= char <= "\u17ff"


def spellings(text: str, folded: str) -> dict[str, int]:
    """Return folded spellings of one name and how each comes about; the name itself first."""
    found = {folded: EXACT}
    if folded.isascii():
        _latin(text, folded, found)
    else:
        if " " in folded:
            found.setdefault(folded.replace(" ", ""), JOINED)
        if len(folded) >= 3 and _KANA.fullmatch(folded.replace(" ", "")):
            for latin in to_romaji(folded.replace(" ", "")):
                if len(latin) >= 5:
                    found.setdefault(latin, ROMAJI)
    return found


def _latin(text: str, folded: str, found: dict[str, int]) -> None:
    words = folded.split(" ")
    if len(words) == 1 and len(folded) >= 8 and not text.islower() and not text.isupper():
        words = _CAMEL.sub(" ", text).lower().split() if text.isalpha() else words
        found.setdefault(" ".join(words), JOINED)
    if 2 <= len(words) <= 5:
        _reordered(words, found)
    if len(folded) >= 6 and is_romaji(folded):
        for spelling in (shorten(folded), to_kunrei(folded)):
            found.setdefault(spelling, ROMAJI)
        if len(words) == 2:
            kana = to_kana(folded.replace(" ", ""))
            if len(kana) >= 4:
                found.setdefault(kana, KANA)


def _reordered(words: list[str], found: dict[str, int]) -> None:
    joined = "".join(words)
    if len(joined) >= 6:
        found.setdefault(joined, JOINED)
    if len(words) <= 3 and all(len(w) > 1 for w in (words[0], words[-1])) and not any(w.isdigit() for w in words):
        found.setdefault(" ".join([words[-1], *words[:-1]]), ORDER)
    if len(words) >= 3:
        long = [w for w in words if len(w) > 1]
        if 2 <= len(long) < len(words):
            found.setdefault(" ".join(long), INITIALS)
