"""Folding of text for comparison: NFKC and case folding (UAX #15, Unicode 18 tables of pyunormalize on every Python)."""

import unicodedata

from pyunormalize import NFKC

# Scripts written without spaces: a name is found anywhere in them. Ranges are inclusive code points.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # CJK radicals
    (0x3005, 0x3007),  # ideographic iteration mark and zero
    (0x3021, 0x3029),
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xAC00, 0xD7A3),  # hangul: spaced, but particles follow a name directly
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def fold(text: str) -> str:
    """Return the form in which names are compared: NFKC, then case folding, then NFKC again."""
    if text.isascii():
        return text.lower()
    return str(NFKC(NFKC(text).casefold()))


def is_unspaced(char: str) -> bool:
    """True when the character's script has no word borders that a match must respect."""
    code = ord(char)
    return code >= 0x0E00 and any(low <= code <= high for low, high in _UNSPACED)


def is_border(before: str, after: str) -> bool:
    """True when a name may begin or end between these two characters (either may be empty at the text's ends)."""
    if not before or not after:
        return True
    if is_unspaced(before) or is_unspaced(after):
        return True
    return not (before.isalnum() and after.isalnum())


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Fold `text` and map every place of the fold to a place of the text.

    Returns `(folded, places)`: `places[i]` is the code point of `text` that folded character `i` came from, and
    `places[len(folded)] == len(text)`. Text is cut into clusters (a character and its combining marks), which
    fold on their own, so `"".join` of the parts equals `fold(text)` for every text that this package matches.
    """
    folded: list[str] = []
    places: list[int] = []
    start = 0
    for end in _cluster_ends(text):
        part = fold(text[start:end])
        folded.append(part)
        places.extend([start] * len(part))
        start = end
    places.append(len(text))
    return "".join(folded), places


def _cluster_ends(text: str) -> list[int]:
    ends = [i for i in range(1, len(text)) if not _joins(text[i])]
    return [*ends, len(text)] if text else []


def _joins(char: str) -> bool:
    """True for characters that compose with the one before: marks, half-width voicing marks, hangul vowels and finals."""
    code = ord(char)
    return code in {0xFF9E, 0xFF9F} or 0x1160 <= code <= 0x11FF or unicodedata.category(char).startswith("M")
