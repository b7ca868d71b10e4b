"""What the prompt tells of a found name: capitals, the words around it, its script's habits, how it was disguised."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from registry.core.matching import facts as f
from registry.core.matching.detect import Found
from registry.core.matching.evidence import Sign, script_of, syllables
from registry.core.matching.facts import WordFacts
from registry.core.matching.fold import bare, words_of
from registry.core.matching.style import Style

_MEDIUM_CJK = re.compile(r"[のの的 의]?(?:映画|アニメ|ゲーム|世界|电影|電影|动画|動畫|动漫|動漫|游戏|遊戲|영화|게임|만화|애니)")
_BETWEEN = " '’-"
_AFTER = re.compile(r"[ '’-]*([^\W\d_]+)")
_QUOTES = frozenset("\"'“”‘’«»「」『』《》")
_HASHES, _HYPHENS = frozenset("#@"), frozenset("-–")
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HIRAGANA = re.compile(r"[\u3041-\u3096]")
_SENTENCE_START = re.compile(r"(?:^|[.!?\n:;\"“”(\[]|\s[-*])\s*$")
_ARTICLE_WORDS = """
    a an the this that these those some every each no another his her my your our their its der die das den dem des ein eine
    einen einem einer le la les un une des du de el los las una unos il lo gli i o os as um uma het een en et ett den det
"""
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
# Signs that the words just before a name give; one of _LEAD_ENDS is the end of every such lead, articles and quotes aside.
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
_LEAD_END_WORDS = """
    by von par por di door av af of de van named called is names nommé nommée llamado llamada namens chamado chamada titled logo brand as
    estilo like cosplay cosplaying vs vs. versus als comme como wie come from aus in
"""
_LEAD_ENDS = tuple(_LEAD_END_WORDS.split())
_LEAD_SPACE = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + ":\"'“«"
_ARTISTS_WORDS = ("by", "style of", "director", "artist")
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
    "in hiragana", "prompt length", "foreign prompt", "quoted", "after named", "renowned name elsewhere",
)} | {f"{case}, {crowd}": case for case in ("capital", "capital at start", "upper case") for crowd in ("few", "some", "many")}  # fmt: skip


_RENOWNED = ("household", "renowned", "sometimes meant", "seldom meant")
_KINDS = (*_RENOWNED, *(f"{renown} word" for renown in _RENOWNED), "phrase", "word", "personal", "coined")
_TRUST = {"word": 0.2, "personal": 0.2, "seldom meant word": 0.5}
ACCENTS = "with accents"
_CROSSED_WITH = {kind: {sign: f"{kind}: {short}" for sign, short in _CROSSED.items()} for kind in _KINDS}
# Signs for which the name must be looked up together with its neighbours: most of what weighing costs.
_LOOKED_UP = ("in known phrase", "han straddles", "kana inside word", "han inside word", "hangul inside word")


def most_lookups_add(weights: dict[str, int]) -> int:
    """Return the most that signs add which `signs_around` leaves out when nothing is looked up."""
    each = ([weights.get(sign, 0) + weights.get(_CROSSED_WITH[kind].get(sign, ""), 0) for kind in _KINDS] for sign in _LOOKED_UP)
    return sum(max(0, *worth) for worth in each)


def signs_around(prompt: str, found: Found, style: Style, facts: WordFacts, *, look_up: bool = True) -> list[Sign]:
    """Return what the place where a name stands tells."""
    surface = prompt[found.start : found.end]
    script, flags = script_of(found.key), facts.find(found.key)
    signs: list[Sign] = [(f"as {kind}", 1) for kind in sorted(found.kinds)]
    if "typo" in found.kinds:
        signs.append((f"typo length {min(len(found.key), 11)}", 1))
    if style.cue:
        signs.append(("cue word", 1))
    signs += _topic(style)
    if any(end <= found.start or found.end <= start for start, end in style.renowned):
        signs.append(("renowned name elsewhere", 1))
    if look_up and _in_known_phrase(prompt, found, facts):
        signs.append(("in known phrase", 1))
    if script in {"latin", "other"}:
        signs += _latin(prompt, found, surface, style, facts, flags)
    else:
        signs += _asian(prompt, found, surface, script)
        if look_up:
            signs += _with_neighbours(prompt, found, script, facts)
    crossed = _CROSSED_WITH[_kind_of(found.key, script, flags)]
    return signs + [(crossed[sign], value) for sign, value in signs if sign in crossed]


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
    before = words_of(prompt[max(0, found.start - 24) : found.start], facts.fold)[-2:]
    after = words_of(prompt[found.end : found.end + 24], facts.fold)[:2]
    around = [f"{' '.join(before[-n:])} {found.key}" for n in range(1, len(before) + 1)]
    around += [f"{found.key} {' '.join(after[:n])}" for n in range(1, len(after) + 1)]
    return any(facts.find(phrase) & _PHRASES for phrase in around)


def _kind_of(key: str, script: str, flags: int) -> str:
    """Return the kind of name for which signs count apart: a capital tells more of a word than of a coined name."""
    ordinary = flags & (f.WORD | _PERSONS)
    if flags & f.KNOWN:
        return f"{_renown(flags)} word" if ordinary else _renown(flags)
    if " " in key and script == "latin":
        return "phrase"
    return "word" if flags & f.WORD else "personal" if ordinary else "coined"


def _renown(flags: int) -> str:
    if flags & f.KNOWN_SELDOM:
        return "seldom meant"
    return "sometimes meant" if flags & f.KNOWN_SOMETIMES else "household" if flags & f.KNOWN_WELL else "renowned"


def is_renowned(key: str, facts: WordFacts) -> bool:
    """True for a name that nearly always means its character, wherever it stands."""
    return facts.find(key) & (f.KNOWN | f.KNOWN_SOMETIMES | f.KNOWN_SELDOM) == f.KNOWN


def trust_in_company(surface: str, key: str, facts: WordFacts) -> float:
    """Return how much company counts for a name: little for an everyday word in lower case, which stands beside any title."""
    if not surface[:1].islower():
        return 1.0
    return _TRUST.get(_kind_of(key, script_of(key), facts.find(key)), 1.0)


def signs_of_letters(surface: str, key: str, texts: Iterable[str]) -> list[Sign]:
    """Return what it tells that a name registered in plain letters stands there with accents: it may be a word of another language."""
    if surface.isascii() or not key.isascii() or not _ACCENTED.search(normalize("NFC", surface)) or not all(t.isascii() for t in texts):
        return []
    return [(ACCENTS, 1)]


def _latin(prompt: str, found: Found, surface: str, style: Style, facts: WordFacts, flags: int) -> list[Sign]:
    start, end = found.start, found.end
    before, left, right = prompt[max(0, start - 30) : start], prompt[start - 1 : start], prompt[end : end + 1]
    case = _case(surface, before[-12:], style)
    elsewhere = flags & f.ELSEWHERE
    checks = (
        ("phrase lower" if case.startswith("lower") else "phrase capital", " " in found.key),
        ("latin in asian text", style.asian > 0.2),
        ("foreign prompt", style.foreign),
        ("foreign word", elsewhere and not style.foreign),
        ("foreign word of foreign prompt", elsewhere and style.foreign),
        ("before medium", _MEDIUM.match(prompt, end, end + 20)),
        ("before dress", _DRESS.match(prompt, end, end + 20)),
        ("among artists", _among_artists(prompt[max(0, start - 160) : start].lower())),
        ("quoted", left in _QUOTES and right in _QUOTES),
        ("hashtag", left in _HASHES),
        ("hyphenated", (left in _HYPHENS and _ends_in_word(prompt, start - 2)) or (right in _HYPHENS and _ends_in_word(prompt, end + 1))),
        ("lower case elsewhere", not case.startswith("lower") and surface.lower() in style.words),
        ("first word", start == 0 or prompt[:start].isspace()),
    )
    return [
        (case, 1.0),
        *((sign, 1.0) for sign, holds in checks if holds),
        *_leads(before.lower()),
        *_neighbours(before, prompt, end, style, facts),
    ]


def _ends_in_word(prompt: str, place: int) -> bool:
    """True when a letter or digit stands at this place of the prompt."""
    return 0 <= place < len(prompt) and prompt[place].isalnum()


def _among_artists(before: str) -> bool:
    """True when the list of artists, of which a word told, has not ended."""
    return any(word in before for word in _ARTISTS_WORDS) and _ARTISTS.search(before) is not None


def _leads(before: str) -> list[Sign]:
    """Return what the words just before a name tell: in whose style, by whom, dressed as whom."""
    lead = before.rstrip(_LEAD_SPACE)
    if not lead.endswith(_LEAD_ENDS):
        lead = lead.removesuffix("the").removesuffix("a").rstrip(_LEAD_SPACE)
    return [(sign, 1.0) for sign, pattern in _LEADS if pattern.search(before)] if lead.endswith(_LEAD_ENDS) else []


def _neighbours(before: str, prompt: str, end: int, style: Style, facts: WordFacts) -> list[Sign]:
    """Return what the words on both sides tell: an article, or another part of a person's name."""
    signs: list[Sign] = []
    after = _AFTER.match(prompt, end, end + 30)
    for side, word in (("before", _last_word(before)), ("after", after.group(1) if after else "")):
        if not word:
            continue
        if side == "before" and word.lower() in _ARTICLES:
            signs.append(("after article", 1))
        if word[0].isupper() and style.capitals < 0.4:
            flags = facts.fact(bare(word, facts.fold)).flags
            signs.append((f"capital {side}", 1))
            if flags & (f.GIVEN | f.SURNAME) or not flags:
                signs.append((f"name {side}", 1))
    return signs


def _last_word(before: str) -> str:
    """Return the letters that a text ends with, apostrophes, hyphens, spaces and one line break aside."""
    text = before.removesuffix("\n").rstrip(_BETWEEN)
    start = len(text)
    while start and text[start - 1].isalnum() and not text[start - 1].isdecimal():
        start -= 1
    return text[start:]


def _case(surface: str, before: str, style: Style) -> str:
    first = next(filter(str.isalpha, surface), "")
    crowd = "few" if style.capitals < 0.2 else "some" if style.capitals < 0.45 else "many"
    if not first.isupper():
        return "lower case" if style.cased else "lower case throughout"
    letters = [c for c in surface if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return f"upper case, {crowd}"
    start = _SENTENCE_START.search(before[-12:]) is not None
    return f"capital at start, {crowd}" if start else f"capital, {crowd}"


def _asian(prompt: str, found: Found, surface: str, script: str) -> list[Sign]:
    signs: list[Sign] = []
    start, end = found.start, found.end
    if _MEDIUM_CJK.match(prompt, end, end + 8):
        signs.append(("before medium", 1))
    if _DRESS_CJK.match(prompt, end, end + 8):
        signs.append(("before dress", 1))
    left, right = prompt[start - 1 : start], prompt[end : end + 1]
    if script == "kana" and _HIRAGANA.search(surface):
        size = min(syllables(found.key, script), 7)
        signs += [("in hiragana", 1), (f"hiragana length {size}", 1)]
        if size < 5 and left and _HIRAGANA.match(left):
            signs.append(("hiragana before", 1))
    if script == "kana" and (left == "・" or right == "・"):
        signs.append(("kana name goes on", 1))
    if script == "han":
        signs += [(f"han {side}", 1) for side, char in (("before", left), ("after", right)) if char and _HAN.match(char)]
    return signs


def _with_neighbours(prompt: str, found: Found, script: str, facts: WordFacts) -> list[Sign]:
    """Return whether the name makes words with its neighbours."""
    signs: list[Sign] = []
    if script == "han" and _straddles(prompt, found, facts):
        signs.append(("han straddles", 1))
    if _inside_word(prompt, found, facts):
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


def _inside_word(prompt: str, found: Found, facts: WordFacts) -> bool:
    """True when the name and its neighbours, up to two on each side, make a longer word that dictionaries know."""
    start, end = found.start, found.end
    lefts = [prompt[at:start] for at in range(max(0, start - 2), start + 1)]
    rights = [prompt[end:at] for at in range(end, min(len(prompt), end + 2) + 1)]
    around = {left + prompt[start:end] + right for left in lefts for right in rights} - {prompt[start:end]}
    return any(facts.find(word) & f.WORD for word in {bare(text, facts.fold) for text in around})
