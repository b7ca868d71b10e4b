"""Is the character meant? Weigh what was found: the name on its own, the place where it stands, its company in the prompt.

A mention's score is a sum of whole numbers, hundredths of a logit, the same on every machine. What the rightsholder
said about a name (match mode, benign phrases) stands above all evidence.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from registry.core.matching.detect import Found
from registry.core.matching.evidence import Sign
from registry.core.matching.fold import Folded, bare
from registry.core.matching.lexicon import Lexicon
from registry.core.matching.segment import BENIGN, EXACT, MODE, NEEDS_CONTEXT, STRONG_TITLE, as_a_name, is_capitalised
from registry.core.matching.style import Style
from registry.core.matching.surroundings import ACCENTS, is_renowned, most_lookups_add, signs_around, signs_of_letters, trust_in_company
from registry.core.matching.variants import bordered
from registry.core.matching.weights import METHOD_COST, WEIGHTS
from registry.core.model import Level, MentionStatus

# Scores from which a mention is ambiguous, and from which it is linked.
THRESHOLDS = {Level.strict: (-250, -50), Level.balanced: (-60, 75), Level.lenient: (75, 75)}

# Set by hand: titles are rare in the prompts that weights were learned on, but who writes one means it.
TITLE_NEARBY = 600
WEAK_TITLE_NEARBY = 120  # the title is an everyday word
COMPANION = 300
COMPANION_SCORE = 75
EXACT_MODE = 150
IN_CONTEXT = 100  # what a `needs_context` name scores at least once its owner's condition holds
_BROKEN = frozenset({"hangul inside word", "kana inside word", "han inside word", "han straddles", "hiragana before"})

# A place adds no more than this to a name's own score, so that a name further down needs company to be meant.
MOST_A_PLACE_ADDS = 450  # 19 of 20 places where somebody is meant add less; more makes each check look at more words
RENOWNED = -400  # what a renowned name scores at least on its own; not less than the floor of any search, see mentions.py
MANY_CAPITALS = 0.7  # of the words around: then a capital says nothing


@dataclass(slots=True)
class Weighed:
    """A found name with its score, the signs behind it, and the characters it may mean; `works` has the work of each."""

    found: Found
    score: int
    signs: list[Sign]
    text: str
    method: int
    characters: tuple[str, ...]
    works: dict[str, str | None]
    status: MentionStatus = MentionStatus.dismissed


@dataclass(frozen=True, slots=True)
class Company:
    """Works that the prompt speaks of: by title, and by a character clearly meant, each with the place."""

    titles: dict[str, list[tuple[int, int, bool]]]
    characters: dict[str, list[tuple[int, int]]]

    def bonus(self, work: str | None, start: int, end: int) -> list[Sign]:
        """Return what the prompt's other names say for a character of this work."""
        signs: list[Sign] = []
        elsewhere = [strong for s, e, strong in self.titles.get(work or "", ()) if e <= start or end <= s]
        if elsewhere:
            signs.append(("work nearby" if any(elsewhere) else "everyday title nearby", 1))
        if any(e <= start or end <= s for s, e in self.characters.get(work or "", ())):
            signs.append(("companion nearby", 1))
        return signs


COMPANY_WEIGHTS = {
    "work nearby": TITLE_NEARBY,
    "everyday title nearby": WEAK_TITLE_NEARBY,
    "companion nearby": COMPANION,
    "exact mode": EXACT_MODE,
}


def renowned_places(found: list[Found], lexicon: Lexicon) -> tuple[tuple[int, int], ...]:
    """Return where names stand that nearly always mean their characters; the same whatever level or explanation is asked for."""
    segments = lexicon.segments
    likely = (f for f in found if any(segments[n].base[i] - METHOD_COST[m] >= RENOWNED for n, i, m in f.names))
    return tuple((f.start, f.end) for f in likely if is_renowned(f.key, lexicon.facts))


def weigh(prompt: str, found: Found, style: Style, lexicon: Lexicon) -> Weighed:
    """Score a found name by itself and by where it stands."""
    surface = prompt[found.start : found.end]
    is_name = _stands_as_a_name(surface, style)
    owned = [(_base(lexicon, ref, is_name=is_name), ref) for ref in found.names]
    score = max(owned)[0]
    # Of equals the text as written, whatever the order in which entries were compiled
    texts = ((lexicon.segments[n].texts[i], -m) for base, (n, i, m) in owned if base == score)
    _, text, method = max((text == surface, text, method) for text, method in texts)
    signs = signs_around(prompt, found, style, lexicon.facts)
    if not surface.isascii():
        signs += signs_of_letters(surface, found.key, (lexicon.segments[n].texts[i] for n, i, _ in found.names))
    of_works = {(owners := lexicon.segments[n].owners)[i]: owners.work_of(i) for _, (n, i, _) in owned}
    works = {work or character for character, work in of_works.items()}
    if len(works) > 1:
        signs.append(("several works", min(len(works) - 1, 3)))
    score += min(MOST_A_PLACE_ADDS, round(sum(WEIGHTS.get(sign, 0) * value for sign, value in signs)))
    return Weighed(found, score, signs, text, -method, tuple(sorted(of_works)), of_works)


def may_be_meant(prompt: str, found: Found, style: Style, lexicon: Lexicon, level: Level) -> bool:
    """False when a name is surely dismissed unless it has company: told by less than `weigh` looks at.

    INVARIANT: never False where `weigh` and `settle` would answer. A sign that `weigh` adds belongs into `_most_unseen`.
    """
    signs = signs_around(prompt, found, style, lexicon.facts, look_up=False)
    most = sum([WEIGHTS.get(sign, 0) * value for sign, value in signs]) + _most_unseen()
    segments = lexicon.segments
    alone = max(segments[n].base[i] - METHOD_COST[m] for n, i, m in found.names)
    if any(segments[n].modes[i] & MODE == EXACT for n, i, _ in found.names):
        alone += EXACT_MODE
    return bool(alone + most >= THRESHOLDS[level][0] - 1)


@cache
def _most_unseen() -> int:
    return most_lookups_add(WEIGHTS) + max(0, 3 * WEIGHTS.get("several works", 0)) + max(0, WEIGHTS.get(ACCENTS, 0))


def _stands_as_a_name(surface: str, style: Style) -> bool:
    """True when the place has the capitals of a name, and the words around it have not."""
    own, words = surface.count(" ") + 1, len(style.words)
    others = (style.capitals * words - own) / max(1, words - own)
    return is_capitalised(surface) and others < MANY_CAPITALS


def _base(lexicon: Lexicon, ref: tuple[int, int, int], *, is_name: bool) -> int:
    number, name, method = ref
    segment, taken_back = lexicon.segments[number], 0
    if not is_name and " " in (text := segment.texts[name]):
        taken_back = as_a_name(text, lexicon.facts.find(bare(text, lexicon.facts.fold)))
    return int(segment.base[name]) - METHOD_COST[method] - taken_back


def company_of(prompt: str, weighed: list[Weighed], titles: list[Found], lexicon: Lexicon) -> Company:
    """Collect the works that titles and clearly meant characters speak of; an everyday word is a title only with a capital."""
    by_title: dict[str, list[tuple[int, int, bool]]] = defaultdict(list)
    by_character: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for title in titles:
        for number, name, _ in title.names:
            segment = lexicon.segments[number]
            strong = segment.base[name] >= STRONG_TITLE
            if strong or not prompt[title.start].islower():
                by_title[segment.owners[name]].append((title.start, title.end, strong))
    for mention in weighed:
        if mention.score >= COMPANION_SCORE:
            for work in {work for work in mention.works.values() if work}:
                by_character[work].append((mention.found.start, mention.found.end))
    return Company(dict(by_title), dict(by_character))


def settle(prompt: str, mention: Weighed, company: Company, lexicon: Lexicon, level: Level) -> None:
    """Add what the company says, choose among several owners, apply the rightsholder's word, and set the status."""
    spot = mention.found.start, mention.found.end
    helped = {c: signs for c in mention.characters if (signs := company.bonus(mention.works[c], *spot))}
    if helped:
        mention.characters = tuple(sorted(helped))
        signs = max(helped.values(), key=lambda signs: sum(COMPANY_WEIGHTS[sign] for sign, _ in signs))
        trust = trust_in_company(prompt[slice(*spot)], mention.found.key, lexicon.facts)
        mention.signs += [(sign, trust) for sign, _ in signs]
        mention.score += round(trust * sum(COMPANY_WEIGHTS[sign] for sign, _ in signs))
    names = _allowed(prompt, mention, lexicon, alone=not helped)
    if not names:
        mention.signs.append(("rightsholder's word", -1))
        return
    if helped and _waited_for_context(mention, lexicon) and not any(sign in _BROKEN for sign, _ in mention.signs):
        mention.score = max(mention.score, IN_CONTEXT)
    ambiguous, linked = THRESHOLDS[level]
    mention.characters = tuple(c for c in mention.characters if c in names)
    if mention.score >= ambiguous:
        mention.status = MentionStatus.linked if mention.score >= linked else MentionStatus.ambiguous


def _waited_for_context(mention: Weighed, lexicon: Lexicon) -> bool:
    """True when the rightsholder asked for this name to be found in its work's company, which is there now."""
    return any(
        lexicon.segments[n].modes[i] & MODE == NEEDS_CONTEXT and lexicon.segments[n].owners[i] in mention.characters
        for n, i, _ in mention.found.names
    )


def _allowed(prompt: str, mention: Weighed, lexicon: Lexicon, *, alone: bool) -> set[str]:
    """Return the characters whose rightsholder lets this name be found here."""
    allowed, is_exact = set(), False
    surface = prompt[mention.found.start : mention.found.end]
    for number, name, _ in mention.found.names:
        segment = lexicon.segments[number]
        owner, flags = segment.owners[name], segment.modes[name]
        mode = flags & MODE
        if mode == EXACT:
            if surface != segment.texts[name]:
                continue
            is_exact = True
        elif mode == NEEDS_CONTEXT and alone:
            continue
        if owner in mention.characters and not (flags & BENIGN and _is_benign(prompt, mention.found, owner, segment.texts[name], lexicon)):
            allowed.add(owner)
    if is_exact:
        mention.signs.append(("exact mode", 1))
        mention.score += EXACT_MODE
    return allowed


def _is_benign(prompt: str, found: Found, character: str, text: str, lexicon: Lexicon) -> bool:
    entry = lexicon.find_character(character)
    phrases = [p for a in (entry.aliases if entry else ()) if a.text == text for p in a.benign]
    if not phrases:
        return False
    folded = Folded(prompt, lexicon.facts.fold)
    for phrase in phrases:
        pattern = bordered(bare(phrase, lexicon.facts.fold))
        at = folded.folded.find(pattern)
        while at >= 0:
            start, end = folded.span(at + (pattern[0] == " "), at + len(pattern.rstrip()))
            if start <= found.start and found.end <= end:
                return True
            at = folded.folded.find(pattern, at + 1)
    return False
