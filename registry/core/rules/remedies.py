"""Remedies: the prompt with the rightsholders' substitutes in place of names, and negative terms (never applied unasked).

Exactly the spans of mentions are replaced; every other code point of the prompt stays. The caller checks the result
again: a substitute may itself name somebody.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.core.model import STRICTNESS, Mention, MentionStatus, Outcome, Remedy, Verdict

_SCRIPTS = (("ja", re.compile("[\u3040-\u30ff]")), ("ko", re.compile("[\uac00-\ud7a3]")), ("zh", re.compile("[\u4e00-\u9fff]")))


@dataclass(frozen=True, slots=True)
class Rewritten:
    """`replaced` and `left` are positions of mentions: those with a substitute, and those that nobody gave one for."""

    prompt: str
    negative_terms: tuple[str, ...]
    replaced: tuple[int, ...]
    left: tuple[int, ...]


def rewrite(
    prompt: str,
    mentions: Sequence[Mention],
    verdicts: Iterable[Verdict],
    substitutes: Mapping[str, Remedy],
    *,
    lang: str | None = None,
) -> Rewritten:
    """Replace every mention of a character that may not be used as the prompt asks, where its rightsholder gave a substitute.

    `substitutes` are by character id. Of several candidates the strictest with a substitute counts. Without `lang`
    (BCP 47) the script of the prompt chooses among the languages. Mentions that overlap are replaced as one stretch.
    """
    language = lang or language_of(prompt)
    barred = {v.character: v for v in verdicts if v.outcome is not Outcome.allowed}
    texts: dict[int, str | None] = {
        place: _substitute(mention, barred, substitutes, language)
        for place, mention in enumerate(mentions)
        if mention.status is not MentionStatus.dismissed and not barred.keys().isdisjoint(mention.candidates)
    }
    stretches = _stretches((mentions[place].start, mentions[place].end, text) for place, text in texts.items() if text is not None)
    terms = (term for character in barred if character in substitutes for term in substitutes[character].negative_terms)
    return Rewritten(
        prompt=_replace(prompt, stretches),
        negative_terms=tuple(dict.fromkeys(terms)),
        replaced=tuple(place for place, text in texts.items() if text is not None),
        left=tuple(place for place, text in texts.items() if text is None),
    )


def language_of(prompt: str) -> str | None:
    """Return the language that the prompt's script tells: kana, then hangul, then han; None for any other."""
    return next((lang for lang, letters in _SCRIPTS if letters.search(prompt)), None)


def _substitute(mention: Mention, barred: Mapping[str, Verdict], substitutes: Mapping[str, Remedy], lang: str | None) -> str | None:
    candidates = sorted((c for c in mention.candidates if c in barred), key=lambda c: -STRICTNESS[barred[c].outcome])
    remedies = (substitutes[c] for c in candidates if c in substitutes and substitutes[c].substitutes)
    remedy = next(remedies, None)
    return _in_language(remedy, lang) if remedy else None


def _in_language(remedy: Remedy, lang: str | None) -> str:
    """Return the substitute in `lang`, else the one in no language, else the English one, else the first."""
    for wanted in (lang, None, "en"):
        for substitute in remedy.substitutes:
            if (substitute.lang and substitute.lang.split("-")[0].lower()) == (wanted and wanted.split("-")[0].lower()):
                return substitute.text
    return remedy.substitutes[0].text


def _stretches(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, list[str]]]:
    """Join spans that overlap; each stretch keeps its different substitutes in reading order."""
    joined: list[tuple[int, int, list[str]]] = []
    for start, end, text in sorted(spans):
        if joined and start < joined[-1][1]:
            begin, reach, texts = joined[-1]
            joined[-1] = (begin, max(reach, end), texts if text in texts else [*texts, text])
        else:
            joined.append((start, end, [text]))
    return joined


def _replace(prompt: str, stretches: Iterable[tuple[int, int, list[str]]]) -> str:
    parts, done = [], 0
    for start, end, texts in stretches:
        parts += [prompt[done:start], " ".join(texts)]
        done = end
    return "".join((*parts, prompt[done:]))
