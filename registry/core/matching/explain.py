"""Evidence in words: the signs that weighed most for and against a mention."""

from functools import cache

from registry.core.matching.link import COMPANY_WEIGHTS, Weighed
from registry.core.matching.variants import METHODS
from registry.core.matching.weights import WEIGHTS

MOST = 4

_WORDS = {
    "work nearby": "a title of its work is in the prompt",
    "everyday title nearby": "a title of its work, an everyday word, is in the prompt",
    "companion nearby": "another character of its work is in the prompt",
    "rightsholder's word": "its rightsholder asks not to take it here",
    "exact mode": "written exactly as registered, as its rightsholder asks",
    "several works": "characters of several works have this name",
    "cue word": "the prompt speaks of characters, comics, films or games",
    "first word": "the prompt begins with it",
    "as typo": "one letter differs",
    "short prompt": "the prompt is short",
    "prompt length": "the prompt is long",
    "words of stories": "the prompt speaks of stories, games or fan art",
    "words of the camera": "the prompt speaks of photography, products or design",
    "more camera than story": "the prompt speaks of photography, products or design rather than stories",
    "in known phrase": "with the word beside it, it is a known person, product, place or term",
    "among artists": "it stands where artists are listed",
    "before dress": "a costume, toy or figure of it is named",
    "renowned name elsewhere": "a widely known character is named elsewhere in the prompt",
    "with accents": "written with accents that the registered name has not",
    "foreign word": "an everyday word of another language",
    "foreign word of foreign prompt": "an everyday word of the prompt's language",
}
# The kinds of names for which a sign counts apart.
_OF = {
    "household": "a household name", "household word": "a household name that is also a word or a person's",
    "renowned": "a widely known name", "renowned word": "a widely known name that is also a word or a person's",
    "sometimes meant": "a known name that is often something else",
    "sometimes meant word": "a known name that is often a word or a person's",
    "seldom meant": "a known name that is mostly something else",
    "seldom meant word": "a known name that is mostly a word or a person's", "phrase": "several words",
    "word": "a word", "personal": "a person's name", "coined": "a name no list knows",
}  # fmt: skip


def evidence_words(weighed: Weighed) -> tuple[str, ...]:
    """Return the heaviest signs of the place, each with what it says: `for: capital, few`."""
    worth = [(-abs(w := worth_of(sign) * value), sign, w) for sign, value in weighed.signs]
    worth.sort()
    alone = weighed.score - round(sum([w for _, _, w in worth]))
    first = "a name on its own" if alone >= 0 else "ordinary on its own" if alone > -300 else "very ordinary on its own"
    return (first, *[_in_words(sign, is_for=w > 0) for _, sign, w in worth[:MOST] if w])


def worth_of(sign: str) -> int:
    """Return what a sign of the place or of company is worth."""
    worth = WEIGHTS.get(sign)
    return COMPANY_WEIGHTS.get(sign, -1) if worth is None else worth


@cache
def _in_words(sign: str, *, is_for: bool) -> str:
    kind, _, plain = sign.rpartition(": ")
    words = _WORDS.get(plain, plain)
    return f"{'for' if is_for else 'against'}: {words}, with {_OF[kind]}" if kind else f"{'for' if is_for else 'against'}: {words}"


def method_name(surface: str, weighed: Weighed) -> str:
    """Name how the registered text was found: exact, folded, a spelling, or the disguise it was read through."""
    if weighed.found.kinds:
        return "+".join(sorted(weighed.found.kinds))
    return "exact" if surface == weighed.text else METHODS[weighed.method]
