"""What the prompt tells of a found name: capitals, the words around it, its script's habits, how it was disguised."""

import re

from registry.core.matching import facts as f
from registry.core.matching.detect import Found
from registry.core.matching.evidence import Sign, script_of, syllables
from registry.core.matching.facts import WordFacts
from registry.core.matching.fold import bare, fold
from registry.core.matching.style import Style

_MEDIUM_CJK = re.compile(r"[のの的 의]?(?:映画|アニメ|ゲーム|世界|电影|電影|动画|動畫|动漫|動漫|游戏|遊戲|영화|게임|만화|애니)")
_BEFORE = re.compile(r"([^\W\d_]+)[ '’-]*$")
_AFTER = re.compile(r"^[ '’-]*([^\W\d_]+)")
_QUOTES = frozenset("\"'“”‘’«»「」『』《》")
_HYPHENATED = re.compile(r"[^\W_][-–]\0|.*\0[-–][^\W_]", re.DOTALL)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HIRAGANA = re.compile(r"[\u3041-\u3096]")
_SENTENCE_START = re.compile(r"(?:^|[.!?\n:;\"“”(\[]|\s[-*])\s*$")
_ARTICLE_WORDS = """
    a an the this that these those some every each no another his her my your our their its der die das den dem des ein eine
    einen einem einer le la les un une des du de el los las una unos il lo gli i o os as um uma het een en et ett den det
"""
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
# Signs that the words just before a name give.
_LEADS = (
    ("after by", re.compile(r"\b(?:by|von|par|por|di|door|av|af)\s+$")),
    ("after style of", re.compile(r"\b(?:style of|stil von|style de|estilo de|estilo|stile di|stijl van)\s+(?:the |a )?$")),
    ("after named", re.compile(r"\b(?:named|called|name is|names|nommée?|llamad[oa]|namens|chamad[oa]|titled|logo|brand)[\s:]+[\"'“«]?$")),
    (
        "after dressed as",
        re.compile(r"\b(?:dressed (?:up )?(?:as|like)|cosplay(?:ing)?(?: of| as)?|disguised as|costume of|version of)\s+(?:the |a )?$"),
    ),
    ("after as", re.compile(r"\b(?:as|vs\.?|versus|like|als|comme|como|wie|come)\s+(?:the |a )?$")),
    ("after from", re.compile(r"\b(?:from|aus|de|in)\s+(?:the )?$")),
)
_ARTISTS = re.compile(r"\b(?:by|style of|inspired by|directed by|directors?|artists?)\b[^.;:!?\n()]{0,140}$")
_DRESS = re.compile(
    r"[ '’s-]*(?:cosplay|costume|outfit|suit|plush|plushie|figure|figurine|toy|doll|mask|funko|action figure|kostüm|disfraz)", re.IGNORECASE
)
_DRESS_CJK = re.compile(r"の?(?:コスプレ|衣装|ぬいぐるみ|フィギュア|玩偶|手办|服装|毛绒|코스프레|의상|인형|피규어)")
_MEDIUM = re.compile(
    r"[ '’s-]*(?:movie|film|game|world|anime|manga|series|show|style|universe|poster|theme|franchise|comic|episode)", re.IGNORECASE
)


_PERSONS = f.GIVEN | f.SURNAME
_PHRASES = f.FAMOUS | f.PERSON | f.BRAND | f.PLACE | f.WORD
_CROSSED = {sign: sign for sign in (
    "lower case", "lower case throughout", "capital before", "capital after", "name before", "name after", "among artists", "after by",
    "after article", "in known phrase", "short prompt", "words of stories", "more camera than story", "cue word", "latin in asian text",
    "after style of", "before medium", "first word", "han before", "han after", "kana inside word", "han inside word", "hangul inside word",
    "in hiragana", "prompt length", "foreign prompt", "quoted", "after named",
)} | {f"{case}, {crowd}": case for case in ("capital", "capital at start", "upper case") for crowd in ("few", "some", "many")}  # fmt: skip


def signs_around(prompt: str, found: Found, style: Style, facts: WordFacts) -> list[Sign]:
    """Return what the place where a name stands tells."""
    surface = prompt[found.start : found.end]
    script = script_of(found.key)
    signs: list[Sign] = [(f"as {kind}", 1) for kind in sorted(found.kinds)]
    if "typo" in found.kinds:
        signs.append((f"typo length {min(len(found.key), 11)}", 1))
    if style.cue:
        signs.append(("cue word", 1))
    signs += _topic(style)
    if _in_known_phrase(prompt, found, facts):
        signs.append(("in known phrase", 1))
    if script in {"latin", "other"}:
        signs += _latin(prompt, found, surface, style, facts)
    else:
        signs += _asian(prompt, found, surface, script, facts)
    return signs + _crossed(signs, found.key, script, facts)


def _topic(style: Style) -> list[Sign]:
    """Return what the whole prompt tells: its length, and whether its words are of stories or of the camera."""
    signs: list[Sign] = [("prompt length", min(style.length, 3000) / 1000)]
    if style.length < 80:
        signs.append(("short prompt", 1))
    if style.fiction:
        signs.append(("words of stories", style.fiction))
    if style.camera:
        signs.append(("words of the camera", style.camera))
    if style.camera > style.fiction:
        signs.append(("more camera than story", 1))
    return signs


def _in_known_phrase(prompt: str, found: Found, facts: WordFacts) -> bool:
    """True when the name with words before or after it is a person, a product, a place or a term that lists know."""
    before = fold(prompt[max(0, found.start - 24) : found.start], facts.fold).split()[-2:]
    after = fold(prompt[found.end : found.end + 24], facts.fold).split()[:2]
    around = [f"{' '.join(before[-n:])} {found.key}" for n in range(1, len(before) + 1)]
    around += [f"{found.key} {' '.join(after[:n])}" for n in range(1, len(after) + 1)]
    return any(facts.find(phrase) & _PHRASES for phrase in around)


def _crossed(signs: list[Sign], key: str, script: str, facts: WordFacts) -> list[Sign]:
    """Return the signs that mean something else for each kind of name: a capital tells more of a word than of a coined name."""
    flags = facts.find(key)
    ordinary = flags & (f.WORD | _PERSONS)
    if flags & f.KNOWN:
        kind = "renowned word" if ordinary else "renowned"
    elif " " in key and script == "latin":
        kind = "phrase"
    else:
        kind = "word" if flags & f.WORD else "personal" if ordinary else "coined"
    return [(f"{kind}: {short}", value) for sign, value in signs if (short := _CROSSED.get(sign))]


def _latin(prompt: str, found: Found, surface: str, style: Style, facts: WordFacts) -> list[Sign]:
    before = prompt[max(0, found.start - 30) : found.start]
    case = _case(surface, before[-12:], style)
    lead = before.lower()
    checks = (
        ("phrase lower" if case.startswith("lower") else "phrase capital", " " in found.key),
        ("latin in asian text", style.asian > 0.2),
        ("foreign prompt", style.foreign),
        ("foreign word", (elsewhere := facts.find(found.key) & f.ELSEWHERE) and not style.foreign),
        ("foreign word of foreign prompt", elsewhere and style.foreign),
        ("before medium", _MEDIUM.match(prompt[found.end : found.end + 20])),
        ("before dress", _DRESS.match(prompt[found.end : found.end + 20])),
        ("among artists", _ARTISTS.search(prompt[max(0, found.start - 160) : found.start].lower())),
        ("quoted", prompt[found.start - 1 : found.start] in _QUOTES and prompt[found.end : found.end + 1] in _QUOTES),
        ("hashtag", found.start > 0 and prompt[found.start - 1] in "#@"),
        ("hyphenated", _HYPHENATED.match(prompt[max(0, found.start - 2) : found.start] + "\0" + prompt[found.end : found.end + 2])),
        ("lower case elsewhere", not case.startswith("lower") and surface.lower() in style.words),
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
    if _DRESS_CJK.match(prompt[found.end : found.end + 8]):
        signs.append(("before dress", 1))
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
