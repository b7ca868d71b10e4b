"""Second readings of a prompt that may hide a name: separators between letters, leetspeak, stretched letters, look-alikes, camelCase.

Each reading is another text with, for every character, its place in the prompt. It is made only when a cheap
pattern says that there is something to read differently; what it finds must touch what it changed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

SEPARATED, LEET, STRETCHED, LOOKALIKE, CAMEL = "separated", "leet", "stretched", "lookalike", "camel"

_L = r"[^\W_]"
_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9f]"
# Letters held apart inside one word by anything but spaces and clause punctuation, or single letters held apart by spaces.
_INNER = re.compile(rf"(?<={_L})(?:[^\w\s,;:!?()、。，！？；：「」『』（）]|_){{1,3}}(?={_L})")
_SINGLES = re.compile(rf"(?<![^\W_])(?:{_L}[ \t\u3000]{{1,2}}){{2,}}{_L}(?![^\W_\u3040-\u9fff\uac00-\ud7a3])")
_CJK_APART = re.compile(rf"{_CJK}(?:[ \u3000]{_CJK}(?![^\W\d_a-zA-Z]{{9}}))+")
_LEET = re.compile(r"(?=[^\s]*[A-Za-z])(?=[^\s]*[A-Za-z@$][013457@$!|]|[013457@$!|][A-Za-z])[^\s,.;:?()\"]{4,40}")
_LEET_TOKEN = re.compile(_LEET.pattern.replace("{4,40}", "{2,40}"))
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


def readings(prompt: str, looks: dict[int, str]) -> Iterator[Reading]:
    """Yield the other readings of a prompt, none for most."""
    start = Reading(prompt, [], [], frozenset())
    if not prompt.isascii() and (alike := _look_alikes(prompt, looks)) is not None:
        start = alike
    squeezed = _squeeze(start)
    if squeezed.kinds:
        yield squeezed
    stretched = _STRETCHED.search(prompt) is not None
    if _has_leet(prompt) or stretched:
        for sign, keep in (("i", 1), ("l", 2)):
            read = _squeeze(_unleet(_shrink(start, keep), sign))
            if read.kinds:
                yield read
    if _HUMP.search(prompt):
        split = _split_camel(start)
        if split.kinds:
            yield split


def _has_leet(prompt: str) -> bool:
    return _LEET.search(prompt) is not None


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


def _squeeze(reading: Reading) -> Reading:
    text = reading.text
    gaps = [match.span() for match in _INNER.finditer(text)]
    for pattern in (_SINGLES, _CJK_APART):
        for run in pattern.finditer(text):
            gaps += [(run.start() + m.start(), run.start() + m.end()) for m in _SPACES.finditer(run.group())]
    ordered = sorted(set(gaps))
    return _edit(reading, [(s, e, "") for s, e in ordered], SEPARATED)


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
