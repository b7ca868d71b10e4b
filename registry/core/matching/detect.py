"""Find the registered names in a prompt: fold once, one automaton pass, borders, the longest of nested names."""

from registry.core.matching.lexicon import Lexicon, Name
from registry.core.matching.normalize import fold, fold_with_offsets, is_border
from registry.core.model import Level, Mention, MentionStatus

MATCHER_VERSION = "plain-1"


def find_mentions(prompt: str, lexicon: Lexicon, level: Level = Level.balanced) -> tuple[Mention, ...]:
    """Return every mention in reading order, dismissed ones too.

    Pure and deterministic in (prompt, lexicon, level, MATCHER_VERSION). Offsets are code points of `prompt`.
    Of nested hits the longest counts; of equal spans all owners are candidates of one mention.
    """
    del level  # plain matching links whatever it finds
    folded = fold(prompt)
    spans = _spans(folded, lexicon)
    if not spans:
        return ()
    places = None if len(folded) == len(prompt) and prompt.isascii() else fold_with_offsets(prompt)[1]
    return tuple(_mention(prompt, start, end, names, places) for start, end, names in _outermost(spans))


def _spans(folded: str, lexicon: Lexicon) -> dict[tuple[int, int], list[Name]]:
    spans: dict[tuple[int, int], list[Name]] = {}
    for number, segment in enumerate(lexicon.segments):
        for start, end, pattern in segment.automaton.find_overlapping(folded):
            if _is_whole(folded, start, end):
                names = [n for n in segment.names[pattern] if lexicon.home.get(n.character) == number]
                if names:
                    spans.setdefault((start, end), []).extend(names)
    return spans


def _is_whole(folded: str, start: int, end: int) -> bool:
    return is_border(folded[start - 1 : start], folded[start]) and is_border(folded[end - 1], folded[end : end + 1])


def _outermost(spans: dict[tuple[int, int], list[Name]]) -> list[tuple[int, int, list[Name]]]:
    """Drop spans inside a longer one that begins earlier or ends later; keep those that merely overlap."""
    kept: list[tuple[int, int, list[Name]]] = []
    reach = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reach:
            kept.append((start, end, spans[start, end]))
            reach = end
    return kept


def _mention(prompt: str, start: int, end: int, names: list[Name], places: list[int] | None) -> Mention:
    if places is not None:
        first, last = start, end
        start = places[first]
        while last < len(places) - 1 and places[last] == places[last - 1]:
            last += 1
        end = places[last]
    surface = prompt[start:end]
    candidates = tuple(sorted({n.character for n in names}))
    alias = min(n.alias for n in names)
    method = "exact" if any(n.alias == surface for n in names) else "folded"
    return Mention(start, end, surface, alias, method, MentionStatus.linked, 100, candidates)
