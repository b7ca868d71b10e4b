"""Distil facts about ordinary words and names into `registry/data/word_facts.bin`; run offline, see `registry/data/README.md`.

    python tools/build_word_facts.py SOURCE_FOLDER registry/data/word_facts.bin

One row a word: a 37-bit key of its folded text and 27 bits of facts (layout: `registry.core.matching.facts`).
Sources and licences stand in `registry/data/README.md`; nothing here reads labelled prompts.
"""

import collections
import contextlib
import gzip
import importlib
import io
import json
import re
import struct
import sys
import zlib
from pathlib import Path

import build_fold_table
import msgpack
import sudachipy

from registry.core.matching import facts as layout
from registry.core.matching import romaji

LATIN = "en de fr es it pt nl sv da nb fi pl cs hu ro tr id ca sh vi fil ms is lt lv sl sk".split()
EVEN = "de fr es it pt nl sv pl cs fi hu ro tr id ca".split()  # languages whose lists tell how evenly a word is spread
COMMON = "en de fr es it pt nl".split()
NEAR = {"en", "de", "fr", "es", "it", "pt", "ja", "zh", "ko"}
FAR = "ru uk el ar fa he hi bn bg ta ur mk".split()
OTHER = "ja zh ko ru uk el ar fa he hi bn bg ta ur mk".split()
NAME_LOCALES = "en_US en_GB de_DE fr_FR es_ES it_IT pt_BR nl_NL sv_SE da_DK fi_FI pl_PL cs_CZ hu_HU ro_RO tr_TR id_ID ja_JP ko_KR zh_CN zh_TW ru_RU uk_UA el_GR en_IN vi_VN no_NO".split()


class Rows:
    """Facts collected per folded word."""

    def __init__(self, table):
        self.table = table
        self.flags = collections.Counter()
        self.zipf = collections.defaultdict(dict)

    def fold(self, text):
        return " ".join(text.translate(self.table).split())

    def flag(self, text, bit):
        key = self.fold(text)
        if key and len(key) <= 60:
            self.flags[key] |= bit

    def frequency(self, text, lang, zipf):
        key = self.fold(text)
        if key:
            self.zipf[key][lang] = max(zipf, self.zipf[key].get(lang, 0))


def read_wordfreq(rows, folder):
    for lang in LATIN + OTHER:
        path = next((p for p in (folder / f"large_{lang}.msgpack.gz", folder / f"small_{lang}.msgpack.gz") if p.exists()), None)
        bins = msgpack.load(gzip.open(path), raw=False)[1:] if path else []
        for centibels, words in enumerate(bins[: 500 if lang in FAR else 700]):
            for word in words:
                rows.frequency(word, lang, 9 - centibels / 100)


def read_wordnet(rows, folder):
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split(" ")
            lexfile, count = int(fields[1]), int(fields[3], 16)
            for i in range(count):
                lemma = re.sub(r"\(.*\)", "", fields[4 + 2 * i]).replace("_", " ")
                if lemma[0].isupper():
                    rows.flag(lemma, {18: layout.PERSON, 15: layout.PLACE}.get(lexfile, layout.PROPER))
                else:
                    rows.flag(lemma, layout.WORD_EN | (layout.CREATURE if lexfile in (5, 13, 20) else 0))


def read_scowl(rows, folder):
    for path in folder.iterdir():
        kind, size = path.name.rsplit(".", 1)
        if int(size) > 80 or not re.search(r"-(words|upper|proper-names)$", kind):
            continue
        for word in path.read_text(encoding="latin-1").split():
            word = word.removesuffix("'s")
            rows.flag(word, layout.WORD_EN if word.islower() and kind.endswith("words") else layout.PROPER)


def read_edict(rows, path):
    words = set()
    for line in gzip.decompress(path.read_bytes()).decode("euc_jp", "replace").splitlines() if path.suffix == ".gz" else path.read_text(encoding="euc_jp", errors="replace").splitlines():
        head = line.split("/", 1)
        forms = re.sub(r"\([^)]*\)", "", head[0].replace("[", " ").replace("]", " ")).replace(";", " ").split()
        words.update(forms)
        sense = head[1] if len(head) > 1 else ""
        proper = re.match(r"\((?:n|n-pr|product|company|work|char|fict|surname|place)[^)]*\)\s*\{?[A-Z]", sense)
        for form in forms:
            rows.flag(form, layout.PROPER if proper and "uk" not in sense[:40] else layout.WORD_JA)
    return words


def read_sudachi(rows, words):
    tokenizer = sudachipy.Dictionary(dict="core").create()
    for word in words:
        with contextlib.suppress(Exception):
            found = tokenizer.tokenize(word, sudachipy.SplitMode.C)
            if len(found) == 1 and not found[0].is_oov():
                bit = _sudachi_flag(found[0].part_of_speech())
                rows.flag(word, bit)
                if bit in {layout.GIVEN, layout.SURNAME}:
                    for latin in romaji.to_romaji(rows.fold(found[0].reading_form())):
                        rows.flag(latin, bit)


def _sudachi_flag(pos):
    if pos[1] == "固有名詞":
        kinds = {"人名": layout.GIVEN if pos[3] == "名" else layout.SURNAME if pos[3] == "姓" else layout.PERSON, "地名": layout.PLACE}
        return kinds.get(pos[2], layout.PROPER)
    return layout.WORD_JA if pos[0] not in {"補助記号", "記号", "空白"} else 0


def read_cedict(rows, path):
    for entry in json.loads(path.read_text(encoding="utf-8")):
        gloss = " ".join(entry["english"])
        if re.match(r"surname ", gloss):
            bit = layout.SURNAME
        elif re.search(r"\(\d{3,4} ?[-–]|\d{3,4}[-–]\d{4}\)|BC", gloss):
            bit = layout.PERSON
        elif entry["pinyin"][:1].isupper():
            bit = layout.PLACE if re.search(r"city|county|province|district|river|capital|island|country|town", gloss) else layout.PROPER
        else:
            bit = layout.WORD_ZH
        for form in {entry["traditional"], entry["simplified"]}:
            rows.flag(form, bit)


def read_jieba(rows, path):
    kinds = {"nr": layout.PERSON, "nrt": layout.PROPER, "nrfg": layout.PERSON, "ns": layout.PLACE, "nt": layout.PROPER, "nz": layout.PROPER}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, count, pos = line.split(" ")
        if pos in kinds or (int(count) >= 3 and pos[0] not in "xgmh"):
            rows.flag(word, kinds.get(pos, layout.WORD_ZH))


def read_mecab_ko(rows, path):
    """Walk the double-array trie of MeCab's system dictionary (header of ten 32-bit numbers and a charset)."""
    data = path.read_bytes()
    _, _, _, _, _, _, dsize, tsize, fsize, _ = struct.unpack_from("<10I", data)
    start = 40 + 32
    units = memoryview(data)[start : start + dsize].cast("B")
    base, check = (memoryview(bytes(units)).cast("i")[k::2].tolist() for k in (0, 1))
    tokens, features = start + dsize, start + dsize + tsize
    children = collections.defaultdict(list)
    for place, owner in enumerate(check):
        if owner and place != owner:
            children[owner & 0xFFFFFFFF].append(place)
    stack = [(base[0], b"")]
    while stack:
        node, word = stack.pop()
        if 0 <= node < len(check) and check[node] == node and base[node] < 0:
            _ko_word(rows, word, -base[node] - 1, data, tokens, features, fsize)
        for place in children.get(node, ()):
            byte = place - node - 1
            if 0 <= byte < 256:
                stack.append((base[place], word + bytes([byte])))


def _ko_word(rows, word, value, data, tokens, features, fsize):
    kinds = {"NNG": layout.WORD_KO, "VV": layout.WORD_KO, "VA": layout.WORD_KO, "MAG": layout.WORD_KO, "MM": layout.WORD_KO, "IC": layout.WORD_KO, "XR": layout.WORD_KO}
    for i in range(value & 0xFF):
        at = tokens + 16 * ((value >> 8) + i)
        feature = features + struct.unpack_from("<I", data, at + 8)[0]
        row = data[feature : data.index(b"\0", feature)].decode("utf-8", "replace").split(",")
        proper = {"인명": layout.PERSON, "지명": layout.PLACE}.get(row[1], layout.PROPER)
        with contextlib.suppress(UnicodeDecodeError):
            rows.flag(word.decode("utf-8"), proper if row[0] == "NNP" else kinds.get(row[0].split("+")[0], layout.WORD_KO if row[0] not in {"SN", "SL", "SY"} else 0))


def read_faker(rows):
    for locale in NAME_LOCALES:
        with contextlib.suppress(ImportError):
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
            for attribute in dir(provider):
                bit = layout.GIVEN if "first_name" in attribute or "given" in attribute else layout.SURNAME if "last_name" in attribute else 0
                names = getattr(provider, attribute)
                if bit and not callable(names):
                    for name in names:
                        rows.flag(name if isinstance(name, str) else name[0], bit)
                        if not isinstance(name, str):
                            rows.flag(name[-1], bit)


def read_human_names(rows, folder):
    for path in folder.glob("*.json"):
        for name in json.loads(path.read_text(encoding="utf-8")):
            rows.flag(name, layout.GIVEN)


MARKS = {"~": layout.KNOWN_SOMETIMES, "?": layout.KNOWN_SELDOM}
SURENESS = (layout.KNOWN_SELDOM, layout.KNOWN_SOMETIMES, 0)  # of several marks the surest counts
BESIDE = (("people.txt", "FAMOUS"), ("brands.txt", "BRAND"), ("terms.txt", ""))


def read_known(rows, folder):
    """Characters, works, people, brands and terms of wide renown, from our own lists in `tools/known`; README.md there says how they read."""
    marks = {}
    for path in sorted(folder.glob("*.txt")):
        if path.name not in dict(BESIDE):
            _read_characters(rows, marks, path)
    for key, mark in marks.items():
        rows.flag(key, layout.KNOWN | mark)
    for file, bit in BESIDE:
        for line in _known_lines(folder / file):
            for name in filter(None, re.split(r", *", line)):
                rows.flag(name, getattr(layout, bit) if bit else _word_bit(name))


def _read_characters(rows, marks, path):
    for line in _known_lines(path):
        titles, _, names = line.partition(": ")
        for title in titles.split("; "):
            rows.flag(title, layout.KNOWN_WORK)
        for name in filter(None, names.split(", ")):
            _mark(marks, rows, name)
            if path.name == "household.txt":
                rows.flag(name.rstrip("~?"), layout.KNOWN_WELL)


def _mark(marks, rows, name):
    text, mark = name.rstrip("~?"), MARKS.get(name[-1], 0)
    words = text.split(" ")
    for spelling in {text, " ".join(reversed(words)) if len(words) == 2 else text}:  # "Uzumaki Naruto" as well
        key = rows.fold(spelling)
        if key:
            marks[key] = max(mark, marks.get(key, SURENESS[0]), key=SURENESS.index)


def _word_bit(text):
    if re.search("[\u3041-\u30ff]", text):
        return layout.WORD_JA
    if re.search("[\uac00-\ud7a3]", text):
        return layout.WORD_KO
    return layout.WORD_ZH | layout.WORD_JA if re.search("[\u3400-\u9fff]", text) else layout.WORD_EN


def _known_lines(path):
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def spread(zipfs):
    """(highest zipf, what it is above the mean of the five next languages): a coined name is equally rare everywhere."""
    best = max(zipfs.values(), default=0.0)
    latin = sorted((zipfs.get(lang, 0.0) for lang in ["en", *EVEN]), reverse=True)
    return best, max(0.0, best - sum(latin[1:7]) / 6)


def at_home_elsewhere(zipfs):
    """ELSEWHERE for an everyday word of another language in Latin letters that English has clearly less of."""
    other = max((zipfs.get(lang, 0.0) for lang in EVEN), default=0.0)
    return layout.ELSEWHERE if other >= 3.75 and other >= zipfs.get("en", 0.0) + 0.75 else 0


def _worth(word, best, rows):
    """Leave out what no registered name needs: rare words of far languages, Korean people's full names."""
    flags = rows.flags[word]
    if not flags:
        return best >= (2.5 if any(lang in NEAR for lang in rows.zipf[word]) else 3.5)
    return not (flags in {layout.PERSON, layout.PROPER, layout.PLACE} and "\u1100" <= word[0] <= "\u11ff" and word not in rows.zipf and len(word) > 9)


def write(rows, target, tables):
    packed = {}
    for word in rows.zipf.keys() | rows.flags.keys():
        best, uneven = spread(rows.zipf.get(word, {}))
        if _worth(word, best, rows):
            packed[layout.word_key(word)] = layout.pack(best, uneven, rows.flags[word] | at_home_elsewhere(rows.zipf.get(word, {})))
    common = sorted(w for w, z in rows.zipf.items() if w.isascii() and w.isalpha() and max(z.get(lang, 0.0) for lang in COMMON) >= 4.0 or z.get("en", 0.0) >= 3.5)
    words = b"".join(struct.pack("<Q", key << layout.BITS | value) for key, value in sorted(packed.items()))
    fold, looks = ({f"{c:x}": t for c, t in sorted(table.items()) if not 0xAC00 <= c < 0xD7A4} for table in tables)
    texts = zlib.compress(json.dumps([fold, looks, " ".join(common)]).encode(), 9)
    target.write_bytes(layout.MAGIC + struct.pack("<II", len(texts), len(words)) + texts + zlib.compress(words, 9))
    print(f"{len(packed)} words, {len(common)} common, {target.stat().st_size} bytes")


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    table = build_fold_table.fold_entries(source)
    looks = build_fold_table.look_alikes(source, table)
    rows = Rows(table)
    read_wordfreq(rows, source / "wordfreq")
    japanese = read_edict(rows, source / "edict")
    japanese |= {w for bins in msgpack.load(gzip.open(source / "wordfreq" / "large_ja.msgpack.gz"), raw=False)[1:] for w in bins}
    read_sudachi(rows, sorted(japanese))
    read_wordnet(rows, source / "wordnet")
    read_scowl(rows, source / "scowl")
    read_cedict(rows, source / "cedict.json")
    read_jieba(rows, source / "jieba.txt")
    read_mecab_ko(rows, source / "mecab-ko.dic")
    read_faker(rows)
    read_human_names(rows, source / "human-names")
    read_known(rows, Path(__file__).parent / "known")
    write(rows, target, (table, looks))


if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
    main()
