"""Find the mentions of a prompt: names found, weighed, settled by their company, one for each place."""

from bisect import bisect_right

from registry.core.matching.detect import Search, find_names, find_quieter
from registry.core.matching.explain import evidence_words, method_name
from registry.core.matching.lexicon import Lexicon
from registry.core.matching.link import (
    EXACT_MODE,
    MOST_A_PLACE_ADDS,
    THRESHOLDS,
    Company,
    Weighed,
    company_of,
    may_be_meant,
    renowned_places,
    settle,
    weigh,
)
from registry.core.matching.segment import LOWEST
from registry.core.matching.style import Style, style_of
from registry.core.model import Level, Mention, MentionStatus

MATCHER_VERSION = "linked-4"
MAX_MENTIONS = 256

MOST_COMPANY_ADDS = 900
_ORDER = {MentionStatus.linked: 0, MentionStatus.ambiguous: 0, MentionStatus.dismissed: 1}


def find_mentions(
    prompt: str, lexicon: Lexicon, level: Level = Level.balanced, *, explain: bool = False, dismissed: bool = True
) -> tuple[Mention, ...]:
    """Return the mentions in reading order, those dismissed after weighing too, unless `dismissed` is False, which is faster.

    Pure and deterministic in (prompt, lexicon, level, MATCHER_VERSION). Offsets are code points of `prompt`. Mentions do
    not overlap: what is meant wins over what is dismissed, then the longer over the shorter. Names too ordinary to be meant
    anywhere without company (a character called A) are left out unless `explain` asks for them.
    """
    floor = LOWEST if explain else THRESHOLDS[level][0] - MOST_A_PLACE_ADDS - EXACT_MODE
    search = find_names(prompt, lexicon, floor)
    if not search.found:
        return ()
    found, titles = search.names(), search.titles()
    style = style_of(prompt, renowned_places(found, lexicon))
    likely = found if dismissed else [f for f in found if may_be_meant(prompt, f, style, lexicon, level)]
    weighed = [weigh(prompt, f, style, lexicon) for f in likely]
    company = company_of(prompt, weighed, titles, lexicon)
    is_accompanied = bool(company.titles or company.characters)
    if len(likely) < len(found) and (is_accompanied or len(found) > MAX_MENTIONS):
        weighed = [weigh(prompt, f, style, lexicon) for f in found]
    if not explain and is_accompanied:
        weighed += _company_only(search, floor - MOST_COMPANY_ADDS, company, style)
    for mention in weighed:
        settle(prompt, mention, company, lexicon, level)
    return tuple(_mention(prompt, w) for w in _apart(weighed) if dismissed or w.status is not MentionStatus.dismissed)


def _company_only(search: Search, floor: int, company: Company, style: Style) -> list[Weighed]:
    """Weigh the ordinary names that only their work's presence can turn into mentions."""
    works, lexicon = company.titles.keys() | company.characters.keys(), search.lexicon
    quieter = find_quieter(search, floor, works)
    near = [name for name in quieter if any(lexicon.segments[n].owners.work_of(i) in works for n, i, _ in name.names)]
    return [weigh(search.prompt, name, style, lexicon) for name in near]


def _apart(weighed: list[Weighed]) -> list[Weighed]:
    """Keep mentions that do not overlap: the meant before the dismissed, the longer before the shorter."""
    ordered = sorted(weighed, key=lambda w: (_ORDER[w.status], w.found.start - w.found.end, -w.score, w.found.start))
    taken: set[int] = set()
    kept = []
    for mention in ordered:
        places = range(mention.found.start, mention.found.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(mention)
    return sorted(_bounded(kept), key=lambda w: w.found.start)


def _bounded(kept: list[Weighed]) -> list[Weighed]:
    """INVARIANT: every character that is named keeps a mention: a name repeated without end must not hide another one."""
    if len(kept) <= MAX_MENTIONS:
        return kept
    first = {mention.characters: mention for mention in reversed(kept)}
    again = [mention for mention in kept if first[mention.characters] is not mention]
    return [*first.values(), *again[: max(0, MAX_MENTIONS - len(first))]]


def _mention(prompt: str, weighed: Weighed) -> Mention:
    found = weighed.found
    surface = prompt[found.start : found.end]
    method = method_name(surface, weighed)
    chance, evidence = confidence(weighed.score), evidence_words(weighed)
    return Mention(found.start, found.end, surface, weighed.text, method, weighed.status, chance, weighed.characters, evidence)


# The logistic curve in whole numbers: the score from which each confidence 1..99 holds, in hundredths of a logit.
_STEPS = (
    -460, -389, -348, -318, -294, -275, -259, -244, -231, -220, -209, -199, -190, -182, -173, -166, -159, -152, -145, -139,
    -132, -127, -121, -115, -110, -105, -99, -94, -90, -85, -80, -75, -71, -66, -62, -58, -53, -49, -45, -41,
    -36, -32, -28, -24, -20, -16, -12, -8, -4, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 41,
    45, 49, 53, 58, 62, 66, 71, 75, 80, 85, 90, 94, 99, 105, 110, 115, 121, 127, 132, 139,
    145, 152, 159, 166, 173, 182, 190, 199, 209, 220, 231, 244, 259, 275, 294, 318, 348, 389, 460,
)  # fmt: skip


def confidence(score: int) -> int:
    """Return the chance in percent that a score stands for."""
    return bisect_right(_STEPS, score)
