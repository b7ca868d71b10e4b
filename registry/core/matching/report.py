"""What registering a name will do, told before it happens: how ordinary it is, who shares it, what it flags, what matches."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.core.matching import facts as f
from registry.core.matching.evidence import entry_of, script_of
from registry.core.matching.facts import Lookup, WordFact
from registry.core.matching.fold import bare, fold
from registry.core.matching.lexicon import Lexicon, compile_lexicon, extend_lexicon
from registry.core.matching.mentions import confidence, find_mentions
from registry.core.matching.segment import EVERYDAY, STRONG_TITLE, TITLE, is_careful, names_of, score_alone, title_score, titles_of
from registry.core.matching.variants import METHODS, bordered, spellings
from registry.core.model import Character, EntryStatus, Level, MatchMode, Mention, Work

# From these scores on, a name stands by itself, or needs a capital, a cue or company.
ALONE, WITH_EVIDENCE = 100, EVERYDAY

A_GOOD_PLACE = 100  # hundredths of a logit: what a place that speaks for a name adds


@dataclass(frozen=True, slots=True)
class AliasReport:
    """One name of a draft. `ordinary` is 0 (nobody's word) to 100 (an everyday word); `flagged` a share of the sample texts."""

    text: str
    ordinary: int
    known_as: tuple[str, ...]
    shared_with: tuple[str, ...]
    named_in: float
    flagged: float
    match: MatchMode
    why: str
    variants: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft would find in one prompt."""

    prompt: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class NameWeight:
    """One name of a draft by itself: how it may be found, its score, and the other characters that are found under it."""

    text: str
    folded: str
    match: MatchMode
    score: int
    shared_with: tuple[str, ...]

    @property
    def is_everyday(self) -> bool:
        """Whether this is a word or a first name that people write without meaning anybody's character."""
        return self.score < EVERYDAY


def weigh_names(draft: Character, work: Work | None, lexicon: Lexicon) -> tuple[NameWeight, ...]:
    """Weigh every name of a draft: cheap enough to do for each line of an import."""
    facts = lexicon.facts
    names = names_of(draft)
    folded = {text: bare(text, facts.fold) for text in names}
    lookup = Lookup(facts)
    entry = entry_of([n for n in dict.fromkeys(folded.values()) if n], titles_of(work, facts), lookup, careful=is_careful(draft))
    return tuple(
        NameWeight(text, name, names[text], score_alone(name, entry, lookup), _owners(bordered(name), draft.id, lexicon))
        if name
        else NameWeight(text, "", names[text], -1000, ())
        for text, name in folded.items()
    )


def fold_name(text: str, lexicon: Lexicon) -> str:
    """Return the form in which two names are the same one."""
    return bare(text, lexicon.facts.fold)


def everyday_titles(work: Work, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the titles that are everyday words: they say little about who is meant beside them."""
    facts, lookup = lexicon.facts, Lookup(lexicon.facts)
    titles = dict.fromkeys((work.title, *(t.text for t in work.titles)))
    return tuple(t for t in titles if len(bare(t, facts.fold)) >= 3 and title_score(bare(t, facts.fold), lookup) < STRONG_TITLE)


def report_aliases(draft: Character, work: Work | None, lexicon: Lexicon, sample: Sequence[str]) -> tuple[AliasReport, ...]:
    """Report on every name of a draft; nothing is stored. `sample` are ordinary texts in which nobody is meant."""
    facts = lexicon.facts
    in_force = draft.model_copy(update={"status": EntryStatus.active})
    alone = compile_lexicon([in_force], [work] if work else [], facts)
    texts = [fold(text, facts.fold) for text in sample]
    hits = [m for text in sample for m in find_mentions(text, alone, dismissed=False)]
    reports = []
    for name in weigh_names(draft, work, lexicon):
        chosen, why = _choose(name.match, name.score, name.folded)
        pattern = bordered(name.folded) if name.folded else "\x00"
        reports.append(
            AliasReport(
                text=name.text,
                ordinary=100 - confidence(name.score + A_GOOD_PLACE),
                known_as=known_as(facts.fact(name.folded), script_of(name.folded) if name.folded else ""),
                shared_with=name.shared_with,
                named_in=sum(pattern in t for t in texts) / max(1, len(texts)),
                flagged=sum(m.alias == name.text for m in hits) / max(1, len(texts)),
                match=chosen,
                why=why,
                variants=tuple((s, METHODS[m]) for s, m in spellings(name.text, name.folded).items()) if name.folded else (),
            )
        )
    return tuple(reports)


def _choose(mode: MatchMode, score: int, folded: str) -> tuple[MatchMode, str]:
    """Say which mode fits a name and why; the rightsholder's own choice stands."""
    if mode is not MatchMode.auto:
        return mode, "chosen by the rightsholder"
    if not folded:
        return MatchMode.never, "nothing in it can be matched"
    if score >= ALONE:
        return MatchMode.auto, "not an ordinary word: found wherever it stands"
    if score >= WITH_EVIDENCE:
        return (
            MatchMode.auto,
            "could be an ordinary word or a person: found with a capital, a cue word, its work or another of its characters",
        )
    return MatchMode.needs_context, "an ordinary word: found only with its work or another of its characters; list benign phrases"


_KINDS = (
    (f.WORD_EN, "English word"), (f.WORD_JA, "Japanese word"), (f.WORD_ZH, "Chinese word"), (f.WORD_KO, "Korean word"),
    (f.GIVEN, "given name"), (f.SURNAME, "family name"), (f.PERSON, "known person"), (f.PLACE, "place"), (f.PROPER, "proper noun"),
    (f.KNOWN, "widely known character"), (f.KNOWN_SOMETIMES, "as often something else"), (f.KNOWN_SELDOM, "mostly something else"),
    (f.KNOWN_WORK, "title of a widely known work"), (f.FAMOUS, "famous person"), (f.BRAND, "brand"),
)  # fmt: skip


def known_as(fact: WordFact, script: str) -> tuple[str, ...]:
    """Say in words what word lists know of a name."""
    kinds = [name for bit, name in _KINDS if fact.flags & bit]
    if fact.zipf:
        kinds.append(f"about {_per_million(fact.zipf)} times in a million words")
        if script == "latin" and fact.uneven < 1:
            kinds.append("equally common in many languages, as coined names are")
    return tuple(kinds)


def _per_million(zipf: float) -> str:
    steps = ("less than 0.1", "0.1", "0.3", "1", "3", "10", "30", "100", "300", "1000", "3000", "10000")
    return steps[max(0, min(len(steps) - 1, round(2 * (zipf - 2)) + 1))]


def _owners(pattern: str, own: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the other characters that are found under the same spelling."""
    owners = set()
    for number, segment in enumerate(lexicon.segments):
        for start, end, hit in segment.find(pattern if pattern.endswith(" ") else f"{pattern} "):
            if start == 0 and end >= len(pattern):
                names = [r >> 3 for r in segment.names_of(hit) if not segment.modes[r >> 3] & TITLE]
                owners |= {segment.owners[n] for n in names if lexicon.is_current(number, segment.owners[n])}
    return tuple(sorted(owners - {own}))


def preview(
    draft: Character, work: Work | None, prompts: Sequence[str], lexicon: Lexicon, level: Level = Level.balanced
) -> tuple[Preview, ...]:
    """Try a draft on prompts beside everything registered; only the mentions that may mean the draft are told, dismissed ones too."""
    tried = extend_lexicon(lexicon, [draft], [work] if work else [])
    found = ((p, find_mentions(p, tried, level, explain=True)) for p in prompts)
    return tuple(Preview(p, tuple(m for m in mentions if draft.id in m.candidates)) for p, mentions in found)
