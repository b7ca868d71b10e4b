"""Kana as Latin letters (Hepburn, Kunrei; ISO 3602) and Latin letters as kana, for names registered in one of them only."""

import re

_VOICED = {f"{b}\u3099": chr(ord(b) + 1) for b in "カキクケコサシスセソタチツテトハヒフヘホ"} | {"ウ\u3099": "ヴ"}
_VOICED |= {f"{b}\u309a": chr(ord(b) + 2) for b in "ハヒフヘホ"}
_DECOMPOSED = {ord(composed): pair for pair, composed in _VOICED.items()}

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ", "m": "マミムメモ",
    "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ",
}  # fmt: skip
_KUNREI = {kana: head + vowel for head, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)}
_KUNREI |= {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ヴ": "vu", "ヂ": "zi", "ヅ": "zu"}
_KUNREI |= {
    head + small: _KUNREI[head][:-1] + "y" + vowel
    for head in "キシチニヒミリギジビピ"
    for small, vowel in zip("ャュョ", "auo", strict=True)
}
_FOREIGN = {
    "ファ": "fa", "フィ": "fi", "フェ": "fe", "フォ": "fo", "ティ": "ti", "ディ": "di", "トゥ": "tu", "ドゥ": "du", "ウィ": "wi",
    "ウェ": "we", "ウォ": "wo", "ヴァ": "va", "ヴィ": "vi", "ヴェ": "ve", "ヴォ": "vo", "シェ": "she", "ジェ": "je", "チェ": "che",
}  # fmt: skip
_KUNREI |= _FOREIGN
_HEPBURN = _KUNREI | {"シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji"}
_HEPBURN |= {f"{k}{s}": r + v for k, r in (("シ", "sh"), ("チ", "ch"), ("ジ", "j")) for s, v in zip("ャュョ", "auo", strict=True)}
_KANA = {latin: kana for table in (_KUNREI, _HEPBURN) for kana, latin in table.items() if kana not in {"ヲ", "ヂ", "ヅ"}}

_SYLLABLE = re.compile(r"n(?![aiueoy])|([kstpgzdbcjmrhf])(?=\1)|(?:[kgnhbpmrsztdj]y|sh|ch|ts|[kstnhmrgzdbpfjyw])?[aiueo]")
_ROMAJI = re.compile(r"(?:(?:n(?![aiueoy])|([kstpgcz])(?=\1)|(?:[kgnhbpmr]y|sh|ch|ts|[kstnhmrgzdbpfjyw])?[aiueo])[ -]?){2,}")
_LONG = (("ou", "o"), ("oo", "o"), ("uu", "u"), ("aa", "a"), ("ee", "e"), ("ii", "i"))
_TO_KUNREI = (("shi", "si"), ("sh", "sy"), ("chi", "ti"), ("ch", "ty"), ("tsu", "tu"), ("fu", "hu"), ("ji", "zi"), ("j", "zy"))


def to_romaji(kana: str) -> set[str]:
    """Return the spellings of a folded katakana name: two systems, long vowels written and left out."""
    for pair, composed in _VOICED.items():
        kana = kana.replace(pair, composed)
    spellings = {_spell(kana, _HEPBURN), _spell(kana, _KUNREI)} - {""}
    return spellings | {shorten(s) for s in spellings}


def _spell(kana: str, table: dict[str, str]) -> str:
    out, at, double = "", 0, False
    while at < len(kana):
        size = 2 if kana[at : at + 2] in table else 1
        sound = table.get(kana[at : at + size])
        if kana[at] == "ッ":
            double = True
        elif kana[at] == "ー":
            out += out[-1:]
        elif sound is None:
            return ""
        else:
            out += sound[0] * double + sound
            double = False
        at += size
    return out


def shorten(romaji: str) -> str:
    """Leave long vowels unmarked: `ryou` as `ryo`."""
    for long, short in _LONG:
        romaji = romaji.replace(long, short)
    return romaji


def is_romaji(latin: str) -> bool:
    """True when the text can be read as Japanese syllables throughout."""
    return _ROMAJI.fullmatch(latin) is not None


def to_kunrei(hepburn: str) -> str:
    """Respell Hepburn as Kunrei: `shi` as `si`."""
    for old, new in _TO_KUNREI:
        hepburn = hepburn.replace(old, new)
    return hepburn


def to_kana(romaji: str) -> str:
    """Return the folded katakana of romaji, empty when a syllable is unknown."""
    out = ""
    for match in _SYLLABLE.finditer(romaji):
        syllable = match.group()
        out += "ン" if syllable == "n" else "ッ" if match.group(1) else _KANA.get(syllable, "\x00")
    return "" if "\x00" in out else out.translate(_DECOMPOSED)
