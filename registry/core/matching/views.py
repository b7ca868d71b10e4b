"""Second readings of a prompt that may hide a name: separators between letters, leetspeak, stretched letters, look-alikes, camelCase.

Each reading is another text with, for every character, its place in the prompt. It is made only when a cheap
pattern says that there is something to read differently; what it finds must touch what it changed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from registry.core.matching.facts import WordFacts
from registry.core.matching.fold import bare

SEPARATED, LEET, STRETCHED, LOOKALIKE, CAMEL = "separated", "leet", "stretched", "lookalike", "camel"

_L = r"[^\W_]"
_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9f]"
# Letters held apart inside one word by anything but spaces and clause punctuation, or single letters held apart by spaces.
# The lookbehind stands after the first character, so that most places fail on one comparison.
_CLAUSE = r"\s,;:!?()、。，！？；：「」『』（）"
_INNER_ASCII = re.compile(r"[-._*~/|+=^'\"#&%@<>\\\[\]{}$`](?<=[A-Za-z0-9].)[-._*~/|+=^'\"#&%@<>\\\[\]{}$`]{0,2}(?=[A-Za-z0-9])")
_INNER = re.compile(rf"(?:[^\w{_CLAUSE}]|_)(?<={_L}.)(?:[^\w{_CLAUSE}]|_){{0,2}}(?={_L})")
_JOINTED = re.compile(r"[^\s,;:!?()、。，！？；：「」『』（）]+")
_SINGLES = re.compile(rf"(?<![^\W_])(?:{_L}[ \t\u3000]{{1,2}}){{2,}}{_L}(?![^\W_\u3040-\u9fff\uac00-\ud7a3])")
_CJK_APART = re.compile(rf"{_CJK}(?:[ \u3000]{_CJK}(?![^\W\d_a-zA-Z]{{9}}))+")
_LEET = re.compile(r"[013457@$!|](?:(?<=[A-Za-z].)[A-Za-z013457@$!|]|(?<![^\s(\"'].)[a-zA-Z]{3})")
_LEET_TOKEN = re.compile(r"(?=[^\s]{0,39}?[A-Za-z])(?=[^\s]{0,39}?[013457@$!|])[^\s,.;:?()\"]{2,40}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=[0-9])")
_HUMP = re.compile(r"[a-z][A-Z]|#\w{4}")
_SIGNS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "|": "l", "€": "e", "+": "t"}


@dataclass(slots=True)
class Reading:
    """A text read differently: `sources[i]` is the place of character i, `changed` the places that were altered."""

    text: str
    sources: list[int]
    changed: list[int]
    kinds: frozenset[str]

    def source(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the prompt's place of text[start:end], None when nothing was read differently there."""
        first, last = self.sources[start], self.sources[end - 1] + 1
        at = bisect_left(self.changed, first)
        return (first, last) if at < len(self.changed) and self.changed[at] < last else None


def readings(prompt: str, words: list[str], facts: WordFacts) -> Iterator[Reading]:
    """Yield the other readings of a prompt, none for most; `words` are those of its fold."""
    start = Reading(prompt, [], [], frozenset())
    ascii_only = prompt.isascii()
    if not ascii_only and (alike := _look_alikes(prompt, facts.looks)) is not None:
        start = alike
    apart = sum(map(_is_single, words)) > 2
    squeezed = _squeeze(start, facts, apart=apart, inner=_INNER_ASCII if ascii_only else _INNER)
    if squeezed.kinds:
        yield squeezed
    if _LEET.search(prompt) is not None or _is_stretched(prompt, words):
        for sign, keep in (("i", 1), ("l", 2)):
            read = _squeeze(_unleet(_shrink(start, keep), sign), facts, apart=apart, inner=_INNER)
            if read.kinds:
                yield read
    if _HUMP.search(prompt):
        split = _split_camel(start)
        if split.kinds:
            yield split


def _is_single(word: str) -> bool:
    return len(word) == 1 or word >= "\u1100"


def _is_stretched(prompt: str, words: list[str]) -> bool:
    """Three equal letters in a row can only stand in a word of four with few different letters for its length."""
    return any(len(w) > 3 and len(set(w)) <= len(w) - 2 for w in words) and _STRETCHED.search(prompt) is not None


def _edit(reading: Reading, edits: list[tuple[int, int, str]], kind: str) -> Reading:
    """Replace places start..end by texts, in order; keep the way back."""
    if not edits:
        return reading
    sources = reading.sources or list(range(len(reading.text)))
    parts, places, changed, last = [], [], list(reading.changed), 0
    for start, end, text in edits:
        parts += [reading.text[last:start], text]
        places += sources[last:start]
        origin = sources[min(start, len(sources) - 1)]
        places += [sources[start + i] if i < end - start else origin for i in range(len(text))]
        changed.append(origin)
        last = end
    parts.append(reading.text[last:])
    places += sources[last:]
    return Reading("".join(parts), places, sorted(changed), reading.kinds | {kind})


def _squeeze(reading: Reading, facts: WordFacts, *, apart: bool, inner: re.Pattern[str]) -> Reading:
    text = reading.text
    gaps = [match.span() for match in inner.finditer(text)]
    if gaps:
        gaps = _worth_closing(text, gaps, facts)
    if apart:
        for pattern in (_SINGLES, _CJK_APART):
            for run in pattern.finditer(text):
                gaps += [(run.start() + m.start(), run.start() + m.end()) for m in _SPACES.finditer(run.group())]
    return _edit(reading, [(s, e, "") for s, e in sorted(set(gaps))], SEPARATED)


def _worth_closing(text: str, gaps: list[tuple[int, int]], facts: WordFacts) -> list[tuple[int, int]]:
    """Leave compounds of common words (well-known, don't, 16:9) as they are: the fold reads them already."""
    worth, at = [], 0
    for token in _JOINTED.finditer(text):
        inside = []
        while at < len(gaps) and gaps[at][0] < token.end():
            inside.append(gaps[at])
            at += 1
        if inside and _is_odd(token.group(), facts):
            worth += inside
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


def _unleet(reading: Reading, one: str) -> Reading:
    signs = _SIGNS | {"1": one}
    edits = []
    for token in _LEET_TOKEN.finditer(reading.text):
        for offset, char in enumerate(token.group()):
            if char in signs:
                edits.append((token.start() + offset, token.start() + offset + 1, signs[char]))
    return _edit(reading, edits, LEET)


def _shrink(reading: Reading, keep: int) -> Reading:
    edits = [(m.start(), m.end(), m.group()[:keep]) for m in _STRETCHED.finditer(reading.text)]
    return _edit(reading, edits, STRETCHED)


def _split_camel(reading: Reading) -> Reading:
    return _edit(reading, [(m.start(), m.start(), " ") for m in _CAMEL.finditer(reading.text)], CAMEL)


_TOKEN = re.compile(r"[^\s,.;:!?()\"]+")
_KATAKANA = re.compile(r"[\u30a1-\u30ff]")


def _look_alikes(prompt: str, looks: dict[int, str]) -> Reading | None:
    """Read tokens as Latin when every letter of them looks Latin; Han as kana between kana."""
    edits = []
    for token in _TOKEN.finditer(prompt):
        word = token.group()
        if word.isascii():
            continue
        latin = word.translate(looks)
        if latin != word and (latin.isascii() or _KATAKANA.search(word)):
            edits += [(token.start() + i, token.start() + i + 1, looks[ord(c)]) for i, c in enumerate(word) if ord(c) in looks]
    return _edit(Reading(prompt, [], [], frozenset()), edits, LOOKALIKE) if edits else None
