"""Learn what each sign is worth and write `registry/core/matching/weights.py`; run offline, needs numpy and scipy.

    python tools/train_weights.py DATA [--folds 5] [--write]

DATA holds registry.jsonl and registry-curated.jsonl (import files), gold-dev.jsonl ({"text", "mentions": [{"surface", "name", "kind"}]}),
ordinary-dev.jsonl ({"text", "lang"}: nobody is meant), disguised-dev.jsonl ({"text", "name", "start", "end", "script", "class"}) and, when
there, labelled.jsonl ({"text", "lang", "spots": [[start, end, label]]}: c a character, t a title, n nobody; other labels count neither way;
found names without a spot count as nobody). None of it is shipped, only the weights are.

Figures are out of sample: a text is scored with weights that saw neither it nor any name that is meant in its fold.
"""

import argparse
import collections
import hashlib
import json
import re
import unicodedata
from array import array
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack

from registry.core.matching import WordFacts, compile_lexicon, facts
from registry.core.matching.detect import find_names
from registry.core.matching.evidence import entry_of, signs_of
from registry.core.matching.facts import Lookup
from registry.core.matching.fold import bare
from registry.core.matching.link import COMPANION, COMPANION_SCORE, THRESHOLDS, TITLE_NEARBY, WEAK_TITLE_NEARBY
from registry.core.matching.segment import STRONG_TITLE, is_careful, titles_of
from registry.core.matching.style import style_of
from registry.core.matching.surroundings import is_renowned, signs_around, signs_of_letters, trust_in_company
from registry.core.matching.variants import METHODS
from registry.core.model import Character, Level, Work

REGISTRIES = ("registry.jsonl", "registry-curated.jsonl")
ROOT = Path(__file__).parents[1] / "registry"
TARGET = ROOT / "core" / "matching" / "weights.py"
# How much one example counts, by kind of text and label; a disguised sentence counts once however many names are found in it.
COUNTS = {("gold", "c"): 4, ("gold", "n"): 1.5, ("labelled", "c"): 4, ("labelled", "n"): 1.5, ("labelled", "t"): 0.75, ("ordinary", "n"): 2}
DISGUISED = 0.3
# The names that somebody meant are nearly all on the lists; a newcomer's are not. So everything is learned a second time, for
# so much, as if the lists were empty.
UNLISTED = 0.25
LISTED = facts.KNOWN | facts.KNOWN_SOMETIMES | facts.KNOWN_SELDOM | facts.KNOWN_WELL | facts.KNOWN_WORK
SHRINK = 4.0  # L2 towards the prior: of 1, 2.5 and 5 the last two were alike out of sample, and better than 1
# Before any example is seen, longer names are likelier meant; everything else starts at nothing.
LENGTHS = {
    "kana": (-2.5, -2.2, -1.1, -0.5, 0.5, 1, 1.2, 1.4),
    "hangul": (-2, -1, -0.3, 0.6, 0.8, 0.8, 0.8, 0.8),
    "han": (-2, -1.2, 0, 0.6, 1, 1, 1, 1),
    "latin": (-2, -2, -1.5, -0.3, 0, 0.6, 0.9, 1.2),
}
OTHERS = {"other": -1, "other unknown": -1}  # scripts that few examples are written in
# Signs no example has: set by hand, in hundredths of a logit.
BY_HAND = {"entry careful": 60, "hangul coined": 60, "hangul famous": 60}
ANSWERED = THRESHOLDS[Level.balanced][0] / 100


@dataclass
class Text:
    """One text: its kind, the labelled places in it, the names found (start, end, key, owners, signs around) and the titles."""

    kind: str
    text: str
    group: str
    spots: list
    row: dict
    found: list
    titles: list


def read_rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def fold_number(text, folds):
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:4], "big") % folds


def squeeze(text):
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def read_registry(path):
    """Return (characters, works) of an import file; a work that stands twice keeps all its titles."""
    stamp = {"rightsholder": "r", "created_at": datetime.now(UTC), "updated_at": datetime.now(UTC)}
    characters, works = [], {}
    for row in read_rows(path):
        kind = row.pop("type")
        if kind == "character":
            characters.append(Character(id=f"c:{row['ref']}", **stamp, **row))
        elif row["ref"] in works:
            works[row["ref"]]["titles"] += [{"text": row["title"]}, *row["titles"]]
        else:
            works[row["ref"]] = row
    return characters, [Work(id=ref, **stamp, **row) for ref, row in works.items()]


class Finder:
    """Finds every registered name of a text, with its signs, whatever it scores."""

    def __init__(self, path, *, unlisted=False):
        characters, works = read_registry(path)
        self.facts = WordFacts.from_bytes((ROOT / "data" / "word_facts.bin").read_bytes())
        if unlisted:
            self.facts = replace(self.facts, rows=array("Q", (row & ~LISTED for row in self.facts.rows)))
        self.lexicon = compile_lexicon(characters, works, self.facts)
        self.characters, self.works = {c.id: c for c in characters}, {w.id: w for w in works}
        self.lookup, self.names, self.entries = Lookup(self.facts), {}, {}
        self.registered = {squeeze(t) for c in characters for t in (c.name, *(a.text for a in c.aliases))}

    def entry(self, owner):
        if owner not in self.entries:
            c = self.characters[owner]
            folded = dict.fromkeys(bare(t, self.facts.fold) for t in (c.name, *(a.text for a in c.aliases)))
            titles = titles_of(self.works.get(c.work), self.facts)
            self.entries[owner] = entry_of([f for f in folded if f], titles, self.lookup, careful=is_careful(c))
        return self.entries[owner]

    def name(self, ref):
        """Return the number of a registered name; its signs stand in `names`."""
        if ref[:2] not in self.names:
            segment = self.lexicon.segments[ref[0]]
            owner, folded = segment.owners[ref[1]], bare(segment.texts[ref[1]], self.facts.fold)
            signs = signs_of(folded, self.entry(owner), self.lookup)
            self.names[ref[:2]] = (len(self.names), signs, self.characters[owner].work or owner)
        return self.names[ref[:2]]

    def look(self, kind, row, group, spots):
        text = row["text"]
        search = find_names(text, self.lexicon, -(1 << 15))
        segments = self.lexicon.segments
        strong = [(t, segments[n].owners[i], segments[n].base[i] >= STRONG_TITLE) for t in search.titles() for n, i, _ in t.names]
        named = [(t.start, t.end, work, s) for t, work, s in strong if s or not text[t.start].islower()]
        renowned = tuple((f.start, f.end) for f in search.names() if is_renowned(f.key, self.facts))
        style, places = style_of(text, renowned), []
        for f in search.names():
            owners = [(*self.name(ref), ref[2]) for ref in f.names[:16]]
            around, works = signs_around(text, f, style, self.facts), {owner[2] for owner in owners}
            texts = [self.lexicon.segments[n].texts[i] for n, i, _ in f.names]
            around += signs_of_letters(text[f.start : f.end], f.key, texts)
            around += [("several works", min(len(works) - 1, 3))] if len(works) > 1 else []
            places.append((f.start, f.end, f.key, owners, around, trust_in_company(text[f.start : f.end], f.key, self.facts)))
        return Text(kind, text, group, spots, row, places, named)


def gold_spots(row):
    kinds = {"character": "c"}
    return [(h.start(), h.end(), kinds.get(m["kind"], "x")) for m in row["mentions"] for h in re.finditer(re.escape(m["surface"]), row["text"])]


def read_texts(finder, data):
    """Return every labelled text with what this registry finds in it."""
    gold = read_rows(data / "gold-dev.jsonl")
    seen = {row["text"] for row in gold}
    texts = [finder.look("gold", row, row["lang"], gold_spots(row)) for row in gold]
    texts += [finder.look("labelled", r, r["lang"], r["spots"]) for r in read_rows(data / "labelled.jsonl") if r["text"] not in seen]
    texts += [finder.look("ordinary", row, row["lang"], []) for row in read_rows(data / "ordinary-dev.jsonl")]
    for row in read_rows(data / "disguised-dev.jsonl"):
        if squeeze(row["name"]) in finder.registered:
            texts.append(finder.look("disguised", row, f"{row['script']}/{row['class']}", [(row["start"], row["end"], "c")]))
    return texts


def label_of(text, start, end):
    over = [spot for spot in text.spots if start < spot[1] and spot[0] < end]
    if not over:
        return "n"
    if any(s[2] == "c" and 2 * (min(end, s[1]) - max(start, s[0])) >= s[1] - s[0] for s in over):
        return "c"
    return "t" if all(s[2] == "t" for s in over) else "n" if all(s[2] == "n" for s in over) else "x"


class Examples:
    """All found names of one registry as arrays: place i has the owners first[i]:first[i + 1]."""

    def __init__(self, path, data, folds, *, unlisted=False):
        self.finder = Finder(path, unlisted=unlisted)
        self.texts = read_texts(self.finder, data)
        self.places = [(number, place) for number, text in enumerate(self.texts) for place in text.found]
        self.of = np.array([number for number, _ in self.places])
        self.start = np.searchsorted(self.of, np.arange(len(self.texts) + 1))
        self.first = np.cumsum([0, *(len(place[3]) for _, place in self.places)])
        owners = [owner for _, place in self.places for owner in place[3]]
        self.name, self.method = np.array([o[0] for o in owners]), np.array([o[3] for o in owners])
        self.label = np.array([label_of(self.texts[n], place[0], place[1]) for n, place in self.places])
        self.fold = np.array([fold_number(t.text, folds) for t in self.texts])[self.of]
        self.key = np.array([place[2].replace(" ", "") for _, place in self.places])
        self.count = self.counts() * (UNLISTED if unlisted else 1)

    def counts(self):
        inside = collections.Counter(n for (n, _), label in zip(self.places, self.label, strict=True) if label == "c")
        return np.array(
            [
                (DISGUISED / inside[n] if label == "c" else 0) if (kind := self.texts[n].kind) == "disguised" else COUNTS.get((kind, label), 0)
                for (n, _), label in zip(self.places, self.label, strict=True)
            ]
        )

    def sign_counts(self):
        used = collections.Counter(self.name.tolist())
        counted = collections.Counter()
        for number, signs, _ in self.finder.names.values():
            for sign, _value in signs:
                counted[sign] += used[number]
        for _, place in self.places:
            counted.update(sign for sign, _ in place[4])
        return counted

    def build(self, vocabulary):
        self.alone = matrix([signs for _, signs, _ in self.finder.names.values()], vocabulary)
        self.around = matrix([place[4] for _, place in self.places], vocabulary)
        self.by_method = matrix([[(f"method {m}", 1)] for m in METHODS], vocabulary)

    def owners(self, weights):
        return (self.alone @ weights)[self.name] + (self.by_method @ weights)[self.method]

    def score(self, weights, bias):
        return np.maximum.reduceat(self.owners(weights), self.first[:-1]) + self.around @ weights + bias

    def features(self, weights):
        """Return one row a place: the signs of its likeliest owner and of the place."""
        each = self.owners(weights)
        best = np.repeat(np.maximum.reduceat(each, self.first[:-1]), np.diff(self.first))
        spots = np.flatnonzero(each >= best - 1e-12)
        place = np.repeat(np.arange(len(self.places)), np.diff(self.first))[spots]
        spots = spots[np.r_[True, place[1:] != place[:-1]]]
        return self.alone[self.name[spots]] + self.by_method[self.method[spots]] + self.around


def matrix(rows, vocabulary):
    cells = [(i, vocabulary[s], v) for i, row in enumerate(rows) for s, v in row if s in vocabulary]
    r, c, v = zip(*cells, strict=True)
    return csr_matrix((np.array(v, float), (r, c)), shape=(len(rows), len(vocabulary)))


def learn(sets, prior, held_out=None, start=None, rounds=2):
    """Return (weights, bias) of a logistic regression that saw no text of the fold and no name that is meant in it."""
    weights, bias = start or (prior, 0.0)
    held = [s.fold == held_out for s in sets]
    meant = {k for s, h in zip(sets, held, strict=True) for k in s.key[h & (s.label == "c") & (s.count >= 1)]}
    taken = [
        np.flatnonzero((s.count > 0) & ~h & ~((s.label == "c") & np.isin(s.key, list(meant)))) for s, h in zip(sets, held, strict=True)
    ]
    y = np.concatenate([np.where(s.label[t] == "c", 1.0, -1.0) for s, t in zip(sets, taken, strict=True)])
    count = np.concatenate([s.count[t] for s, t in zip(sets, taken, strict=True)])
    for _ in range(rounds):
        x = vstack([s.features(weights)[t] for s, t in zip(sets, taken, strict=True)]).tocsr()

        def loss(b, x=x):
            z = y * (x @ b[:-1] + b[-1])
            slope = -(count * y) / (1 + np.exp(np.clip(z, -30, 30)))
            value = (count * np.logaddexp(0, -z)).sum() + SHRINK * ((b[:-1] - prior) ** 2).sum() / 2
            return value, np.append(x.T @ slope + SHRINK * (b[:-1] - prior), slope.sum())

        b = minimize(loss, np.append(weights, bias), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
        weights, bias = b[:-1], float(b[-1])
    return weights, bias


def with_company(examples, scores):
    """Add what titles of a work and its other characters say, as `link.py` does."""
    works = [[owner[2] for owner in place[3]] for _, place in examples.places]
    scores = scores.copy()
    for number, text in enumerate(examples.texts):
        here = range(examples.start[number], examples.start[number + 1])
        clear = [(text.found[i - here[0]][:2], w) for i in here if scores[i] >= COMPANION_SCORE / 100 for w in works[i]]
        for i in here if text.titles or clear else ():
            start, end = text.found[i - here[0]][:2]
            best = 0
            for work in works[i]:
                strong = [t[3] for t in text.titles if t[2] == work and (t[1] <= start or end <= t[0])]
                bonus = (TITLE_NEARBY if any(strong) else WEAK_TITLE_NEARBY) if strong else 0
                bonus += COMPANION if any(w == work and (e <= start or end <= s) for (s, e), w in clear) else 0
                best = max(best, bonus)
            scores[i] += best * text.found[i - here[0]][5] / 100
    return scores


def figures(examples, scores, threshold):
    """Return recall and precision on prompts, the share of ordinary text flagged, the share of disguised names found."""
    seen = collections.Counter()
    for number, text in enumerate(examples.texts):
        first, last = examples.start[number], examples.start[number + 1]
        places = [text.found[i - first][:2] for i in range(first, last) if scores[i] >= threshold]
        seen[text.kind, "texts"] += 1
        seen[text.kind, "flagged"] += bool(places)
        kept = []
        for start, end in sorted(places, key=lambda p: p[0] - p[1]):
            if not any(start < e and s < end for s, e in kept):
                kept.append((start, end))
        wanted = collections.defaultdict(list)
        for start, end, label in text.spots:
            if label == "c" and (text.kind == "disguised" or is_wanted(examples.finder, text, start, end)):
                wanted[text.text[start:end]].append((start, end))
        for spots in wanted.values():
            seen[text.kind, "wanted"] += 1
            seen[text.kind, "found"] += any(2 * (min(e, b) - max(s, a)) >= b - a for a, b in spots for s, e in kept)
        for start, end in kept:
            label = label_of(text, start, end) if text.kind != "gold" else gold_label(text, start, end)
            seen[text.kind, "answered"] += label != "x"
            seen[text.kind, "right"] += label == "c"
    return seen


def gold_label(text, start, end):
    over = {s[2] for s in text.spots if start < s[1] and s[0] < end}
    return "n" if not over else "c" if "c" in over else "x"


def is_wanted(finder, text, start, end):
    surface = text.text[start:end]
    names = [m["name"] for m in text.row.get("mentions", ()) if m["surface"] == surface and surface.isascii()]
    return any(squeeze(name) in finder.registered for name in [surface, *names])


def show(title, examples, scores, thresholds):
    for threshold in thresholds:
        n = figures(examples, with_company(examples, scores - threshold + ANSWERED), ANSWERED)
        parts = [f"{kind} recall {share(n, kind, 'found', 'wanted')} precision {share(n, kind, 'right', 'answered')}" for kind in ("gold", "labelled")]
        parts += [f"ordinary {share(n, 'ordinary', 'flagged', 'texts')}", f"disguised {share(n, 'disguised', 'found', 'wanted')}"]
        print(f"{title} from {threshold:5.2f}: " + ", ".join(parts), flush=True)


def share(n, kind, part, whole):
    return f"{100 * n[kind, part] / max(1, n[kind, whole]):.2f}"


def write(vocabulary, weights, bias):
    worth = BY_HAND | {sign: round(100 * float(weights[i])) for sign, i in vocabulary.items()}
    cost = (0, *(-worth.pop(f"method {m}", 0) for m in METHODS[1:]))
    lines = [f'    "{sign}": {worth[sign]},' for sign in sorted(worth) if worth[sign] and not sign.startswith("method ")]
    TARGET.write_text(
        '"""What each sign is worth, in hundredths of a logit, learned offline by `tools/train_weights.py`; docs/matching.md says on what."""\n\n'
        f"BIAS = {round(100 * bias)}\n\n# How a spelling came about, in the order of variants.METHODS.\nMETHOD_COST = {cost}\n\n"
        "WEIGHTS = {\n" + "\n".join(lines) + "\n}\n",
        encoding="utf-8",
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=5, help="0: only learn, no figures")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name} from everything")
    args = parser.parse_args()
    sets = [Examples(args.data / name, args.data, max(2, args.folds)) for name in REGISTRIES]
    unlisted = [Examples(args.data / name, args.data, max(2, args.folds), unlisted=True) for name in REGISTRIES]
    counted = sum((s.sign_counts() for s in sets), collections.Counter())
    signs = [s for s in sorted(counted) if counted[s] >= 5] + [f"method {m}" for m in METHODS[1:]]
    vocabulary = {sign: i for i, sign in enumerate(signs)}
    for examples in (*sets, *unlisted):
        examples.build(vocabulary)
    priors = {f"{script} length {n}": x for script, row in LENGTHS.items() for n, x in enumerate(row, 1)} | OTHERS
    prior = np.array([priors.get(sign, 0.0) for sign in signs])
    everything = learn([*sets, *unlisted], prior)
    if args.write:
        write(vocabulary, *everything)
    models = {k: learn([*sets, *unlisted], prior, k, everything, rounds=1) for k in range(args.folds)}
    for name, examples in zip(REGISTRIES, sets, strict=True):
        if models:
            each = np.array([examples.score(*models[k]) for k in models])
            show(f"{name} out of sample", examples, each[examples.fold, np.arange(len(examples.fold))], (-1, ANSWERED, -0.2, 0.2))
        show(f"{name} fit", examples, examples.score(*everything), (ANSWERED,))
    for name, examples in zip(REGISTRIES, unlisted, strict=True):
        show(f"{name} fit, nobody listed", examples, examples.score(*everything), (ANSWERED,))


if __name__ == "__main__":
    main()
