"""What the prompt tells of a found name: capitals, the words around it, its script's habits, how it was disguised."""

import re
from dataclasses import dataclass

from registry.core.matching import facts as f
from registry.core.matching.detect import Found
from registry.core.matching.evidence import Sign, script_of, syllables
from registry.core.matching.facts import WordFacts
from registry.core.matching.fold import bare

_MEDIUM_CJK = re.compile(r"[のの的 의]?(?:映画|アニメ|ゲーム|世界|电影|電影|动画|動畫|动漫|動漫|游戏|遊戲|영화|게임|만화|애니)")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_CAPITALISED = re.compile(r"[A-Z\u00c0-\u00de](?<![A-Za-z\u00c0-\u024f].)[A-Za-z\u00c0-\u024f]")
_ASIAN = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]")
_BEFORE = re.compile(r"([^\W\d_]+)[ '’-]*$")
_AFTER = re.compile(r"^[ '’-]*([^\W\d_]+)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HIRAGANA = re.compile(r"[\u3041-\u3096]")
_SENTENCE_START = re.compile(r"(?:^|[.!?\n:;\"“”(\[]|\s[-*])\s*$")
_ARTICLE_WORDS = """
    a an the this that these those some every each no another his her my your our their its der die das den dem des ein eine
    einen einem einer le la les un une des du de el los las una unos il lo gli i o os as um uma het een en et ett den det
"""
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_CUE_WORDS = """
    cosplay character characters anime manga cartoon comic comics superhero superheroes villain fanart movie videogame franchise disney
    marvel pixar kostum personnage personaje
"""
_CUES = frozenset(_CUE_WORDS.split())
_ASIAN_CUES = (
    "アニメ",
    "キャラ",
    "コスプレ",
    "漫画",
    "マンガ",
    "ゲーム",
    "角色",
    "动漫",
    "動漫",
    "漫畫",
    "캐릭터",
    "애니",
    "만화",
    "코스프레",
)
# Signs that the words just before a name give.
_LEADS = (
    ("after by", re.compile(r"\b(?:by|von|par|por|di|door|av|af)\s+$")),
    ("after style of", re.compile(r"\b(?:style of|stil von|style de|estilo de|estilo|stile di|stijl van)\s+(?:the |a )?$")),
    ("after as", re.compile(r"\b(?:as|vs\.?|versus|named|called|like|als|comme|como|wie|come)\s+(?:the |a )?$")),
    ("after from", re.compile(r"\b(?:from|aus|de|in)\s+(?:the )?$")),
)
_MEDIUM = re.compile(
    r"[ '’s-]*(?:movie|film|game|world|anime|manga|series|show|style|universe|poster|theme|franchise|comic|episode)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Style:
    """How the whole prompt is written."""

    capitals: float
    cased: bool
    asian: float
    cue: bool


def style_of(prompt: str) -> Style:
    """Measure a prompt once: the share of its Latin words that are capitalised, of its letters that are East Asian."""
    words = _LATIN_WORD.findall(prompt)
    capitals = len(_CAPITALISED.findall(prompt))
    if prompt.isascii():
        return Style(capitals / max(1, len(words)), 0 < capitals < len(words), 0, not _CUES.isdisjoint(prompt.lower().split()))
    asian = len(_ASIAN.findall(prompt))
    cue = not _CUES.isdisjoint(prompt.lower().split()) or any(c in prompt for c in _ASIAN_CUES)
    return Style(capitals / max(1, len(words)), 0 < capitals < len(words), asian / len(prompt), cue)


def signs_around(prompt: str, found: Found, style: Style, facts: WordFacts) -> list[Sign]:
    """Return what the place where a name stands tells."""
    surface = prompt[found.start : found.end]
    script = script_of(found.key)
    signs: list[Sign] = [(f"as {kind}", 1) for kind in sorted(found.kinds)]
    if "typo" in found.kinds:
        signs.append((f"typo length {min(len(found.key), 11)}", 1))
    if style.cue:
        signs.append(("cue word", 1))
    if script in {"latin", "other"}:
        return signs + _latin(prompt, found, surface, style, facts)
    return signs + _asian(prompt, found, surface, script, facts)


def _latin(prompt: str, found: Found, surface: str, style: Style, facts: WordFacts) -> list[Sign]:
    before = prompt[max(0, found.start - 30) : found.start]
    case = _case(surface, before[-12:], style)
    lead = before.lower()
    checks = (
        ("phrase lower" if case.startswith("lower") else "phrase capital", " " in found.key),
        ("latin in asian text", style.asian > 0.2),
        ("before medium", _MEDIUM.match(prompt[found.end : found.end + 20])),
        ("first word", found.start == 0 or prompt[: found.start].isspace()),
        *((sign, pattern.search(lead)) for sign, pattern in _LEADS),
    )
    return [(case, 1.0), *((sign, 1.0) for sign, holds in checks if holds), *_neighbours(before, prompt, found.end, style, facts)]


def _neighbours(before: str, prompt: str, end: int, style: Style, facts: WordFacts) -> list[Sign]:
    """Return what the words on both sides tell: an article, or another part of a person's name."""
    signs: list[Sign] = []
    sides = (("before", _BEFORE.search(before)), ("after", _AFTER.search(prompt[end : end + 30])))
    for side, match in sides:
        if match is None:
            continue
        word = match.group(1)
        if side == "before" and word.lower() in _ARTICLES:
            signs.append(("after article", 1))
        if word[0].isupper() and style.capitals < 0.4:
            flags = facts.fact(bare(word, facts.fold)).flags
            signs.append((f"capital {side}", 1))
            if flags & (f.GIVEN | f.SURNAME) or not flags:
                signs.append((f"name {side}", 1))
    return signs


def _case(surface: str, before: str, style: Style) -> str:
    letters = [c for c in surface if c.isalpha()]
    crowd = "few" if style.capitals < 0.2 else "some" if style.capitals < 0.45 else "many"
    if not letters or not letters[0].isupper():
        return "lower case" if style.cased else "lower case throughout"
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return f"upper case, {crowd}"
    start = _SENTENCE_START.search(before[-12:]) is not None
    return f"capital at start, {crowd}" if start else f"capital, {crowd}"


def _asian(prompt: str, found: Found, surface: str, script: str, facts: WordFacts) -> list[Sign]:
    signs: list[Sign] = []
    if _MEDIUM_CJK.match(prompt[found.end : found.end + 8]):
        signs.append(("before medium", 1))
    left, right = prompt[found.start - 1 : found.start], prompt[found.end : found.end + 1]
    if script == "kana" and _HIRAGANA.search(surface):
        size = min(syllables(found.key, script), 7)
        signs += [("in hiragana", 1), (f"hiragana length {size}", 1)]
        if size < 5 and left and _HIRAGANA.match(left):
            signs.append(("hiragana before", 1))
    if script == "kana" and (left == "・" or right == "・"):
        signs.append(("kana name goes on", 1))
    if script == "han" and _straddles(prompt, found, facts):
        signs.append(("han straddles", 1))
    if script == "han":
        signs += [(f"han {side}", 1) for side, char in (("before", left), ("after", right)) if char and _HAN.match(char)]
    if _inside_word(prompt, found, surface, facts):
        signs.append((f"{script} inside word", 1))
    return signs


def _straddles(prompt: str, found: Found, facts: WordFacts) -> bool:
    """True when the name's first or last character makes a common word with its neighbour outside."""
    for start, end in ((found.start - 1, found.start + 1), (found.end - 1, found.end + 1)):
        around = prompt[max(0, start) : end]
        if len(around) == 2 and _HAN.match(around[0]) and _HAN.match(around[1]):
            fact = facts.fact(bare(around, facts.fold))
            if fact.flags & f.WORD and fact.zipf >= 3.5:
                return True
    return False


def _inside_word(prompt: str, found: Found, surface: str, facts: WordFacts) -> bool:
    """True when the name and its neighbours make a longer word that dictionaries know."""
    for left in range(3):
        for right in range(3):
            if (left or right) and left <= found.start and found.end + right <= len(prompt):
                around = prompt[found.start - left : found.end + right]
                if len(around) == len(surface) + left + right and facts.fact(bare(around, facts.fold)).flags & f.WORD:
                    return True
    return False
