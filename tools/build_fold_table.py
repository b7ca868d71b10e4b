"""Distil the folding tables (one string per code point) that `registry.core.matching.fold` reads; run offline.

Sources: Unicode 15 NFKC, case folding and Unihan variants (Unicode licence v3), UTS #39 confusables (Unicode licence v3),
OpenCC character tables (Apache-2.0). `fold_entries(source)` gives the primary table, `look_alikes(source)` the extra one.
"""

import bz2
import json
import unicodedata
from pathlib import Path

KANA_MARKS = {"\u3099", "\u309a"}
INDIC = (0x0900, 0x0E00)  # vowel signs there are letters, not accents
PLAIN = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k"}
PLAIN |= dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢɐɑɓƈɖɗəɛɡɠɦɨɩɭɱɲɵƥɾʂƭʉʋʌʍƴʐʑɟʞɹʇʎ", "abcdefghijklmnopqrstuvwyzaabcddeegghiilmnoprstuvvwyzzjkrty", strict=True))
SECOND_PAIRS = (
    "вb кk мm нh тt пn гr яr иn йn дd шw щw зe уy хx оo аa бb еe сc рp ёe іi їi ўy лn жx фo эe юo ъb ьb чy цu "
    "ωw ώw νv ηn λl σo ςs εe ιi κk υu μu τt αa ρp χx γy δd θo φo πn ξe ψs ζz βb άa έe ήn ίi όo ύu οo "
    "ВB КK МM НH ТT ПN ГR ЯR ИN ЙN ДD ШW ЩW ЗE УY ХX ОO АA БB ЕE СC РP ЁE ІI ЇI ЛN ΩW ΝN ΗH ΛA ΣE ΕE ΙI ΚK ΥY ΜM ΤT ΑA ΡP ΧX ΓR ΔD ΘO ΦO ΠN ΞE ΨY ΖZ ΒB ΟO"
)
SECOND = {pair[0]: pair[1].lower() for pair in SECOND_PAIRS.split()}
KANA_LOOKS = dict(zip("口力二工八夕卜一千才乇厶丿", "ロカニエハタトーチオモムノ", strict=True))


def primary(char: str, simple: dict[str, str]) -> str:
    """Fold one character: compatibility form, case, accents off, invisible gone, hiragana as katakana, Han simplified."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    return "".join(_letter(c, simple) for c in unicodedata.normalize("NFD", text))


def _letter(char: str, simple: dict[str, str]) -> str:
    code, category = ord(char), unicodedata.category(char)
    if char in KANA_MARKS or 0x1100 <= code <= 0x11FF:
        return char
    if 0x3041 <= code <= 0x3096:
        return chr(code + 0x60)
    if char in PLAIN:
        return PLAIN[char]
    if category[0] == "M" and not INDIC[0] <= code < INDIC[1] and not 0x0E00 <= code < 0x1100 and not 0x1780 <= code < 0x1800:
        return ""
    if category in {"Cf", "Cn", "Co", "Cs"} or code in {0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800}:
        return ""
    if category[0] in "LNM" or char == "ー":
        return simple.get(char, char)
    return " "


def special_letters() -> dict[str, str]:
    """Letters in boxes and flags, which NFKC leaves alone."""
    found = {}
    for first in (0x1F150, 0x1F170, 0x1F130, 0x1F1E6, 0x1F110):
        found |= {chr(first + i): chr(97 + i) for i in range(26)}
    return found | {chr(0x24EB + i): str(11 + i) for i in range(10)} | {chr(0x2776 + i): str(1 + i) for i in range(9)}


def han_variants(source: Path) -> dict[str, str]:
    """Every Han variant to one form: traditional and Japanese to simplified."""
    simple: dict[str, str] = {}
    with bz2.open(source / "Unihan_Variants.txt.bz2", "rt", encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if len(parts) == 3 and parts[1] in {"kSimplifiedVariant", "kZVariant"} and " " not in parts[2]:
                left, right = chr(int(parts[0][2:], 16)), chr(int(parts[2].split("<")[0][2:], 16))
                if left != right and (parts[1] == "kSimplifiedVariant" or ord(left) > 0xF000):
                    simple[left] = right
    simple |= _pairs(source / "TSCharacters.txt")
    japanese = _pairs(source / "JPVariants.txt")
    once = [j for j in japanese.values() if list(japanese.values()).count(j) == 1]
    for traditional, shinjitai in japanese.items():
        if shinjitai in once and shinjitai not in simple and shinjitai != traditional:
            simple[shinjitai] = simple.get(traditional, traditional)
    return {c: s for c, s in ((c, _settle(c, simple)) for c in simple) if c != s}


def _settle(char: str, simple: dict[str, str]) -> str:
    seen = {char}
    while char in simple and simple[char] not in seen:
        char = simple[char]
        seen.add(char)
    return char


def _pairs(path: Path) -> dict[str, str]:
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return {r[0]: r[1].split()[0] for r in rows if len(r[0]) == 1 and len(r[1].split()[0]) == 1}


def fold_entries(source: Path) -> dict[int, str]:
    """Primary table: code point to its fold, for all that fold to something else."""
    simple, special = han_variants(source), special_letters()
    table = {}
    for code in (*range(0x20000), *range(0x2F800, 0x2FA20), *range(0xE0000, 0xE0200)):
        if 0xD800 <= code < 0xE000:
            continue
        folded = special.get(chr(code)) or primary(chr(code), simple)
        if folded != chr(code):
            table[code] = folded
    return table


def look_alikes(source: Path, table: dict[int, str]) -> dict[int, str]:
    """Extra table: letters of other scripts to the Latin letter they resemble."""
    data = json.loads((source / "confusables.json").read_text(encoding="utf-8"))
    found = {ord(c): latin for c, latin in SECOND.items()}
    for char, looks in data.items():
        latin = [c["c"].lower() for c in looks if len(c["c"]) == 1 and c["c"].isascii() and c["c"].isalpha()]
        folded = table.get(ord(char), char) if len(char) == 1 else ""
        if latin and len(folded) == 1 and not folded.isascii() and folded.isalpha() and ord(char) < 0x3000:
            found[ord(char)] = latin[0]
    return found | {ord(h): k for h, k in KANA_LOOKS.items()}
