"""What the registered name tells by itself: how ordinary it is as a word or a person's name, and how its owner entered it.

Computed once, when the lexicon compiles. Each sign is a (name, value) pair; `weights.py` says what it is worth.
"""

import re
from dataclasses import dataclass

from registry.core.matching import facts as f
from registry.core.matching.facts import Lookup, WordFact
from registry.core.matching.variants import is_unspaced

Sign = tuple[str, float]

_KANA = re.compile(r"[ァ-ヺー\u3099\u309a]+")


def script_of(folded: str) -> str:
    """Name the script whose habits a folded name follows: latin, kana, han, hangul or other."""
    if folded.isascii():
        return "latin"
    if "\u1100" <= folded[0] <= "\u11ff":
        return "hangul"
    if not is_unspaced(folded[0]):
        return "other"
    return "kana" if _KANA.fullmatch(folded.replace(" ", "")) else "han"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the whole entry tells about each of its names."""

    scripts: int
    aliases: int
    titles: frozenset[str]
    fame: int = 0
    ordinary: frozenset[str] = frozenset()
    careful: bool = False
    name: str = ""
    known: int = 0
    known_work: bool = False


def signs_of(folded: str, entry: Entry, facts: Lookup) -> list[Sign]:
    """Return what speaks for and against this name on its own."""
    script = script_of(folded)
    words = folded.split(" ")
    if script == "latin" and len(words) > 1:
        signs = _phrase(folded, words, facts)
    else:
        signs = _word(script, folded.replace(" ", ""), len(words), facts)
    if entry.careful:
        signs.append(("entry careful", 1))
    else:  # bulk lists hold translations of every word; an owner who says how names may match has looked at each
        signs.append((f"{script} entry scripts", min(entry.scripts, 4) - 1))
    signs.append(("entry aliases", min(entry.aliases, 12) / 12))
    if entry.scripts > 1:
        signs.append((f"{script} foreign words" if entry.ordinary - {script} else f"{script} foreign coined", 1))
    if entry.fame and not entry.known:
        signs.append((f"{script} fame", min(entry.fame, 3)))
    if folded in entry.titles:
        signs.append(("is title", 1))
    return signs + _renown(folded, script, entry, facts[folded]) + _part(folded, script, entry)


def _renown(folded: str, script: str, entry: Entry, fact: WordFact) -> list[Sign]:
    """Return what general knowledge says: is this name, another name of the entry, or its work widely known?"""
    kind = "phrase" if script == "latin" and " " in folded else script
    ordinary = fact.flags & (f.WORD | _PERSONS)
    doubtful = fact.flags & (f.KNOWN_SOMETIMES | f.KNOWN_SELDOM)
    known = fact.flags & f.KNOWN and (not doubtful or entry.known_work or entry.known > 0)  # "Link" of a work nobody knows is a link
    told = (
        (known_as(fact.flags), known),
        ("known well", known and fact.flags & f.KNOWN_WELL),
        ("known, ordinary", known and ordinary),
        ("known in known work", known and entry.known_work),
        ("entry known", entry.known > bool(known)),
        ("entry known, several", entry.known > 3),
        ("work known", entry.known_work),
        ("some title", fact.flags & f.KNOWN_WORK and not fact.flags & f.KNOWN),
        ("famous person", fact.flags & f.FAMOUS),
        ("brand", fact.flags & f.BRAND),
    )
    return [sign for name, holds in told if holds for sign in ((name, 1), (f"{kind} {name}", 1))]


def known_as(flags: int) -> str:
    """Tell how surely a name on the lists means its character when it stands in a prompt."""
    return "known, seldom meant" if flags & f.KNOWN_SELDOM else "known, sometimes meant" if flags & f.KNOWN_SOMETIMES else "known"


def _part(folded: str, script: str, entry: Entry) -> list[Sign]:
    """Return how the name stands to the entry's main name: the same, a part of it, another script's, or something else."""
    if not entry.name or folded == entry.name:
        return [(f"{script} main name", 1)]
    if script_of(entry.name) != script:
        return [(f"{script} other script", 1)]
    if f" {folded} " in f" {entry.name} " or (script != "latin" and folded in entry.name):
        return [(f"{script} part of name", 1)]
    return [(f"{script} apart from name", 1)]


def _word(script: str, folded: str, words: int, facts: Lookup) -> list[Sign]:
    fact = facts[folded]
    signs: list[Sign] = [(script, 1), (f"{script} length {min(syllables(folded, script), 8)}", 1)]
    if words > 1:
        signs.append((f"{script} phrase", 1))
    if script in {"kana", "han"} and not fact.flags & (f.WORD | f.KNOWN) and (pair := _two_words(folded, facts)):
        signs += [(f"{script} of two words", 1), (f"{script} of two words, rarer", pair)]
    if not fact.zipf and not fact.flags:
        return [*signs, (f"{script} unknown", 1)]
    signs += [(f"{script} zipf", fact.zipf), (f"{script} common", max(0.0, fact.zipf - 4))]
    signs += _spread(fact) if script == "latin" else [] if fact.flags else [(f"{script} coined", 1)]
    if script != "latin" and fact.zipf and not fact.flags & (f.WORD | _PERSONS | f.PERSON | f.PLACE):
        signs.append((f"{script} famous", fact.zipf))
    signs += [(f"{script} {name}", 1) for bit, name in _FLAGS if fact.flags & bit]
    if fact.flags & f.WORD and not fact.flags & (_PERSONS | f.PERSON | f.PLACE | f.PROPER):
        signs.append((f"{script} only word", 1))
    return signs


def _spread(fact: WordFact) -> list[Sign]:
    """A coined name is equally rare everywhere, a word is at home in one language."""
    signs: list[Sign] = [("latin uneven", fact.uneven)]
    if fact.uneven < 1 and fact.zipf >= 3 and not fact.flags & (_PERSONS | f.PLACE):
        signs.append(("latin even", 1))
    if fact.zipf < 2.5:
        signs.append(("latin no frequency", 1))
    if not fact.flags:
        signs += [("latin coined", 1), ("latin coined zipf", fact.zipf)] if fact.uneven < 1.5 else [("latin foreign", 1)]
    return signs


_PERSONS = f.GIVEN | f.SURNAME
_FLAGS = (
    (f.WORD, "word"), (f.GIVEN, "given"), (f.SURNAME, "surname"), (f.PERSON, "person"), (f.PLACE, "place"), (f.PROPER, "proper"),
    (f.CREATURE, "creature"),
)  # fmt: skip


def _phrase(folded: str, words: list[str], facts: Lookup) -> list[Sign]:
    whole = facts[folded]
    parts = [word_signs(facts, w) for w in words]
    zipfs, ordinary, names = zip(*parts, strict=True)
    signs: list[Sign] = [
        ("phrase", 1),
        ("phrase rarest", min(zipfs)),
        ("phrase sum", min(30.0, sum(zipfs)) / len(words)),
        ("phrase words", min(3, len(words) - 2)),
        ("phrase short", 1 if len(folded) < 8 else 0),
    ]
    if all(ordinary):
        signs.append(("phrase all words", 1))
    elif any(ordinary):
        signs.append(("phrase some words", 1))
    if all(names):
        signs.append(("phrase all names", 1))
    joined = facts["".join(words)]
    if joined.zipf >= 2.5 and not joined.flags & f.WORD:
        signs += [("phrase known joined", 1), ("phrase joined zipf", joined.zipf - 2.5)]
    if not all(zipfs):
        signs.append(("phrase with unknown", 1))
    for bit, name in ((f.WORD, "word"), (f.PERSON, "person"), (f.PLACE, "place"), (f.PROPER, "proper")):
        if whole.flags & bit:
            signs.append((f"phrase is {name}", 1))
    return signs


def word_signs(facts: Lookup, word: str) -> tuple[float, bool, bool]:
    """Return (frequency, is an everyday word, is a person's name) of one word of a phrase."""
    fact = facts[word]
    named = bool(fact.flags & (f.GIVEN | f.SURNAME))
    everyday = (bool(fact.flags & f.WORD) and fact.zipf >= 3) or (fact.zipf >= 4.5 and fact.uneven >= 1 and not named)
    return max(fact.zipf, 2.0 if fact.flags else 0.0), everyday, named


def _two_words(folded: str, facts: Lookup) -> float:
    """Return the frequency of the rarer half when the name is two everyday words put together, 0 when it is not."""
    best = 0.0
    for cut in range(1, len(folded) if len(folded) > 2 else 0):
        if folded[cut] not in "\u3099\u309aーン" and (left := _as_half(folded[:cut], facts)):
            best = max(best, min(left, _as_half(folded[cut:], facts)))
    return best


def _as_half(part: str, facts: Lookup) -> float:
    fact = facts[part]
    return fact.zipf if fact.flags & f.WORD and fact.zipf >= (2.5 if len(part) > 1 else 4.75) else 0.0


def entry_of(names: list[str], titles: frozenset[str], facts: Lookup, *, careful: bool = False) -> Entry:
    """Sum up an entry from its folded names.

    `fame` counts the scripts in which a name is known to word lists, and not as a word, a person or a place; `careful` is an
    owner who has said of some name what kind it is or how it may match.
    """
    scripts, ordinary, famous, known = set(), set(), set(), 0
    known_work = any(_is_known_work(t, facts) for t in titles)
    for name in names:
        script, fact = script_of(name), facts[name]
        scripts.add(script)
        known += bool(fact.flags & f.KNOWN and (known_work or not fact.flags & (f.KNOWN_SOMETIMES | f.KNOWN_SELDOM)))
        if fact.flags & f.WORD:
            ordinary.add(script)
        elif (fact.flags & f.PROPER or fact.zipf >= 2.5) and not fact.flags & (f.GIVEN | f.SURNAME | f.PLACE):
            famous.add(script)
    main = names[0] if names else ""
    return Entry(len(scripts), len(names), titles, len(famous), frozenset(ordinary), careful, main, known, known_work)


def _is_known_work(title: str, facts: Lookup) -> bool:
    """True for a title of wide renown, or one that begins with such ("pokemon sv", "mario series"), an everyday word apart."""
    if facts[title].flags & f.KNOWN_WORK:
        return True
    words = title.split(" ")
    starts = (" ".join(words[:n]) for n in range(1, len(words)))
    return any(fact.flags & f.KNOWN_WORK and (" " in s or not fact.flags & f.WORD_EN) for s in starts for fact in (facts[s],))


def syllables(folded: str, script: str) -> int:
    """Length as a reader counts it: letters, kana, syllables."""
    if script == "hangul":
        return sum("\u1100" <= c <= "\u1112" for c in folded)
    return len(folded) - folded.count("\u3099") - folded.count("\u309a")
