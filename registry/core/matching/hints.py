"""What tells that a prompt may hide a name: separators inside words, digits for letters, stretched letters, look-alikes, humps.

All but letters that stand apart is told by one token (between spaces) alone, and prompts share most of their tokens: those that
tell nothing are kept, so that most prompts are known by them.
"""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from registry.core.matching.facts import WordFacts
from registry.core.matching.fold import bare

MAX_KEPT = 64  # letters of the longest token whose oddness is kept
MAX_TOKEN = 24  # letters of the longest token whose hints are kept
MAX_LEARNED = 64  # tokens kept of one prompt
MAX_TOKENS = 1 << 15  # tokens kept at all

_L = r"[^\W_]"
_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9f]"
# Letters held apart inside one word by anything but spaces and clause punctuation, or single letters held apart by spaces.
# The lookbehind stands after the first character, so that most places fail on one comparison.
_CLAUSE_SIGNS = ",;:!?()、。，！？；：「」『』（）"
_CLAUSE = rf"\s{_CLAUSE_SIGNS}"
INNER_ASCII = re.compile(r"[-._*~/|+=^'\"#&%@<>\\\[\]{}$`](?<=[A-Za-z0-9].)[-._*~/|+=^'\"#&%@<>\\\[\]{}$`]{0,2}(?=[A-Za-z0-9])")
INNER = re.compile(rf"(?:[^\w{_CLAUSE}]|_)(?<={_L}.)(?:[^\w{_CLAUSE}]|_){{0,2}}(?={_L})")
_CLAUSE_END = re.compile(rf"[{_CLAUSE}]")
_SINGLES = re.compile(rf"(?<![^\W_])(?:{_L}[ \t\u3000]{{1,2}}){{2,}}{_L}(?![^\W_\u3040-\u9fff\uac00-\ud7a3])")
_SINGLES_HINT = re.compile(rf"[ \t\u3000](?<={_L}.)(?<!{_L}..)[ \t\u3000]?{_L}[ \t\u3000]{{1,2}}{_L}")
_CJK_APART = re.compile(rf"[ \u3000](?<={_CJK}.)(?={_CJK}(?![^\W\d_a-zA-Z]{{9}}))")
_LEET = re.compile(r"[013457@$!|](?:(?<=[A-Za-z].)[A-Za-z013457@$!|]|(?<![^\s(\"'].)[a-zA-Z]{3})")
STRETCHES = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_HUMP = re.compile(r"[A-Z#](?:(?<=[a-z][A-Z])|(?<=#)\w{4})")
_SPACES = re.compile(r"[ \t\u3000]+")
_TOKEN = re.compile(r"[^\s,.;:!?()\"]+")
_TOKEN_SIGNS = frozenset(',.;:!?()"')
_KATAKANA = re.compile(r"[\u30a1-\u30ff]")
_LETTER = re.compile(r"[A-Za-z]")

GAP, DIGITS, STRETCH, HUMP, LOOKS = 1, 2, 4, 8, 16


@dataclass(slots=True)
class _Kept:
    """What tokens told when they were met: `quiet` nothing, the others which hints."""

    quiet: set[str] = field(default_factory=set)
    telling: dict[str, int] = field(default_factory=dict)

    def learn(self, token: str, hints: int) -> None:
        """Keep what a token told; when there are too many, begin anew."""
        if len(self.quiet) + len(self.telling) >= MAX_TOKENS:
            self.quiet, self.telling = set(), {}
        if hints:
            self.telling[token] = hints
        else:
            self.quiet.add(token)


@cache
def _kept(facts: WordFacts) -> _Kept:  # noqa: ARG001
    return _Kept()


def find_hints(text: str, facts: WordFacts) -> int:
    """Return the kinds of second readings that a text may have, letters that stand apart aside.

    INVARIANT: what its tokens tell each alone, whatever texts were met before: a reading more or less is another decision.
    """
    kept, found, new, long = _kept(facts), 0, [], []
    for token in set(text.split()) - kept.quiet:
        hints = kept.telling.get(token)
        if hints is not None:
            found |= hints
        elif len(token) > MAX_TOKEN:
            long.append(token)
        else:
            new.append(token)
    if long:
        found |= GAP | LOOKS | _told_by_letters(" ".join(long))
    if new:
        told = _told_by(" ".join(new), facts)  # nothing, most often: then none of them tells anything
        for number, token in enumerate(new):
            hints = told and _told_by(token, facts)
            found |= hints
            if number < MAX_LEARNED:
                kept.learn(token, hints)
    return found


def _told_by(text: str, facts: WordFacts) -> int:
    looks = LOOKS if not text.isascii() and find_look_alikes(text, facts) else 0
    return looks | (GAP if find_gaps(text, facts) else 0) | _told_by_letters(text)


def _told_by_letters(text: str) -> int:
    hints = HUMP if _HUMP.search(text) else 0
    if _LETTER.search(text) and _LEET.search(text):
        hints |= DIGITS
    if len(text.casefold()) != len(text) or _has_three_in_a_row(text):  # "ß" is "ss", that and another s are three
        hints |= STRETCH
    return hints


def are_apart(words: list[str], *, is_ascii: bool) -> bool:
    """True when more than two words are single letters or of a script whose letters may stand apart."""
    singles = list(map(len, words)).count(1)
    return singles > 2 or (not is_ascii and singles + len([w for w in words if w >= "\u1100" and len(w) > 1]) > 2)


def is_stretched(prompt: str, words: list[str]) -> bool:
    """Three equal letters in a row can only stand in a word of four with few different letters for its length."""
    return (
        _has_three_in_a_row(prompt)
        and any(len(w) > 3 and len(set(w)) <= len(w) - 2 for w in words)
        and STRETCHES.search(prompt) is not None
    )


def _has_three_in_a_row(text: str) -> bool:
    """True when a character stands three times in a row, in any case: one comparison of the whole text with itself moved along.

    The text is read as one long number, 8 bits a character or more: a lane of `differ` is zero where a character equals the next
    two. Whether a number has a zero lane shows in the lanes' highest bits after taking one from each.
    """
    folded, size = text.casefold(), 1
    if folded.isascii():
        lanes = folded.encode("ascii")
    else:
        lanes, size = folded.encode("utf-16-le"), 2
        if len(lanes) != 2 * len(folded):
            lanes, size = folded.encode("utf-32-le"), 4
    bits, count = 8 * size, len(folded) - 2
    if count < 1:
        return False
    whole = int.from_bytes(lanes, "little")
    differ = (whole ^ whole >> bits | whole ^ whole >> 2 * bits) & (1 << bits * count) - 1
    ones = int.from_bytes((b"\1" + bytes(size - 1)) * count, "little")
    return bool(differ - ones & ~differ & ones << bits - 1)


def find_gaps(text: str, facts: WordFacts, inner: re.Pattern[str] | None = INNER, *, apart: bool = False) -> list[tuple[int, int]]:
    """Return the separators inside words that are worth leaving out, and the spaces between letters that stand apart."""
    gaps = [match.span() for match in inner.finditer(text)] if inner else []
    if gaps:
        gaps = _worth_closing(text, gaps, facts)
    if apart and (" " in text or "\t" in text or "\u3000" in text):
        if _SINGLES_HINT.search(text) is not None:
            for run in _SINGLES.finditer(text):
                gaps += [match.span() for match in _SPACES.finditer(text, run.start(), run.end())]
        if not text.isascii():
            gaps += [match.span() for match in _CJK_APART.finditer(text)]
    return sorted(set(gaps))


def _worth_closing(text: str, gaps: list[tuple[int, int]], facts: WordFacts) -> list[tuple[int, int]]:
    """Leave compounds of common words (well-known, don't, 16:9) as they are: the fold reads them already."""
    worth, end, is_worth = [], 0, False
    for gap in gaps:
        if gap[0] >= end:
            start = gap[0]
            while start > end and text[start - 1] not in _CLAUSE_SIGNS and not text[start - 1].isspace():
                start -= 1
            after = _CLAUSE_END.search(text, gap[1])
            end = after.start() if after else len(text)
            token = text[start:end]
            is_worth = _is_odd(token, facts) if len(token) <= MAX_KEPT else _is_odd.__wrapped__(token, facts)
        if is_worth:
            worth.append(gap)
    return worth


@lru_cache(maxsize=1 << 14)
def _is_odd(token: str, facts: WordFacts) -> bool:
    parts = bare(token, facts.fold).split(" ")
    joined = "".join(parts)
    if joined.isdigit():
        return False
    if len(parts) == len(joined):
        return len(parts) > 1
    return len(joined) > 3 and joined not in facts.common and not all(len(p) > 1 and p in facts.common for p in parts)


@cache
def _any_look_alike(facts: WordFacts) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(map(chr, facts.looks)))}]")


def find_look_alikes(text: str, facts: WordFacts) -> list[tuple[int, int, str]]:
    """Return edits that read tokens as Latin when every letter of them looks Latin, and Han as kana between kana."""
    edits: list[tuple[int, int, str]] = []
    looks, pattern, end = facts.looks, _any_look_alike(facts), 0
    for alike in pattern.finditer(text):
        start = alike.start()
        if start < end:
            continue
        while start > end and text[start - 1] not in _TOKEN_SIGNS and not text[start - 1].isspace():
            start -= 1
        token = _TOKEN.match(text, start)
        if token is None:
            continue
        end, word = token.end(), token.group()
        if _KATAKANA.search(word) or all(looks.get(ord(c), c).isascii() for c in word):
            edits += [(start + m.start(), start + m.end(), looks[ord(m.group())]) for m in pattern.finditer(word)]
    return edits
