"""Score the matcher on our own benchmark beside the usual matchers: names plain, disguised and ambiguous, each with a benign twin.

recall     gold mentions of which one answered mention covers at least half
precision  answered mentions, of all prompts, that overlap a gold one
twins      benign twins (same look, nobody registered) with any answered mention
A mention is answered when its status is not `dismissed`. The other matchers know no `match` mode but `never`.
"""

import argparse
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daachorse import CharwiseDoubleArrayAhoCorasick

from registry.core.matching import MATCHER_VERSION, compile_lexicon, find_mentions
from registry.core.model import Character, Level, MentionStatus, Work
from registry.example import example_catalog
from registry.store.word_facts import load_word_facts

Span = tuple[int, int]
Matcher = Callable[[str], Iterable[Span]]

HERE = Path(__file__).parent
CLASSES = ("plain", "disguised", "ambiguous")
LEET = str.maketrans("013457@$", "oieastas")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True)
class Case:  # one prompt; `gold` is empty for a benign twin
    id: str
    lang: str
    group: str
    disguise: str | None
    text: str
    gold: tuple[Span, ...]


@dataclass(frozen=True)
class Answer:
    case: Case
    spans: tuple[Span, ...]

    @property
    def found(self) -> int:
        return sum(any(2 * overlap(gold, span) >= gold[1] - gold[0] for span in self.spans) for gold in self.case.gold)

    @property
    def right(self) -> int:
        return sum(any(overlap(gold, span) > 0 for gold in self.case.gold) for span in self.spans)


def overlap(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def read_cases(text: str) -> list[Case]:
    spans = [(r, tuple((m["start"], m["end"]) for m in r["mentions"])) for r in lines_of(text)]
    return [Case(r["id"], r["lang"], r["class"], r["disguise"], r["text"], gold) for r, gold in spans]


def names_of(catalog: list[dict[str, Any]]) -> list[str]:
    rows = [[{"text": r["name"]}, *r["aliases"]] for r in catalog if r["type"] == "character"]
    return list(dict.fromkeys(a["text"] for row in rows for a in row if a.get("match") != "never"))


def ours(catalog: list[dict[str, Any]], level: Level) -> Matcher:
    """The only place that knows how a lexicon is compiled."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    stamp = {"rightsholder": "benchmark", "created_at": now, "updated_at": now}
    entries = [{k: v for k, v in r.items() if k != "type"} | stamp | {"id": r["ref"]} for r in catalog]
    works = [Work(**e) for e in entries if "title" in e]
    characters = [Character(**e) for e in entries if "title" not in e]
    lexicon = compile_lexicon(characters, works, load_word_facts())
    hidden = MentionStatus.dismissed
    return lambda prompt: [(m.start, m.end) for m in find_mentions(prompt, lexicon, level) if m.status is not hidden]


def whole_word(names: list[str]) -> Matcher:
    """Case-insensitive exact match: whole words, but anywhere in scripts without spaces."""
    patterns = [re.escape(n) if UNSPACED.search(n) else rf"(?<!\w){re.escape(n)}(?!\w)" for n in names]
    expression = re.compile("|".join(sorted(patterns, key=len, reverse=True)), re.IGNORECASE)
    return lambda prompt: [m.span() for m in expression.finditer(prompt)]


def phrase_matcher(names: list[str]) -> Matcher | None:
    """SpaCy's PhraseMatcher on lower-cased tokens of a blank multi-language pipeline; None when spaCy is missing."""
    try:
        import spacy
        from spacy.matcher import PhraseMatcher
    except ImportError:
        return None
    pipeline = spacy.blank("xx")
    matcher = PhraseMatcher(pipeline.vocab, attr="LOWER")
    matcher.add("name", list(pipeline.pipe(names)))
    return lambda prompt: [(s.start_char, s.end_char) for s in matcher(pipeline(prompt), as_spans=True)]


def squeeze(text: str) -> tuple[str, list[int]]:
    """Fold width, case and leet, keep letters and digits only; with the offset of each."""
    parts = [unicodedata.normalize("NFKC", char).casefold().translate(LEET) for char in text]
    kept = [(c, i) for i, part in enumerate(parts) for c in part if c.isalnum()]
    return "".join(c for c, _ in kept), [i for _, i in kept]


def squeezed(names: list[str]) -> Matcher:
    """The squeeze rule: any registered name that is a substring of the squeezed prompt."""
    automaton = CharwiseDoubleArrayAhoCorasick(list({s for s, _ in map(squeeze, names) if s}))

    def find(prompt: str) -> list[Span]:
        text, places = squeeze(prompt)
        return [(places[start], places[end - 1] + 1) for start, end, _ in automaton.find_overlapping(text)]

    return find


def share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def recall(answers: list[Answer]) -> float | None:
    return share(sum(a.found for a in answers), sum(len(a.case.gold) for a in answers))


def twins_flagged(answers: list[Answer]) -> float | None:
    flagged = [bool(a.spans) for a in answers if not a.case.gold]
    return share(sum(flagged), len(flagged))


def figures(answers: list[Answer]) -> dict[str, Any]:

    def groups(key: Callable[[Case], str | None]) -> dict[str, dict[str, float | None]]:
        members: dict[str, list[Answer]] = {}
        for answer in answers:
            members.setdefault(key(answer.case) or "none", []).append(answer)
        return {k: {"recall": recall(v), "twins": twins_flagged(v)} for k, v in members.items()}

    return {
        "recall": recall(answers),
        "precision": share(sum(a.right for a in answers), sum(len(a.spans) for a in answers)),
        "twins": twins_flagged(answers),
        "class": groups(lambda c: c.group),
        "lang": groups(lambda c: c.lang),
        "disguise": groups(lambda c: c.disguise),
    }


def markdown(scores: dict[str, dict[str, Any]]) -> str:
    langs = list(next(iter(scores.values()))["lang"])
    rows = [[n, s["recall"], s["precision"], s["twins"], *(s["class"][c]["recall"] for c in CLASSES)] for n, s in scores.items()]
    spoken = [[n, *(f"{s['lang'][x]['recall']} / {s['lang'][x]['twins']}" for x in langs)] for n, s in scores.items()]
    return table(["matcher", "recall", "precision", "twins flagged", *CLASSES], rows) + "\n\n" + table(["recall / twins", *langs], spoken)


def table(head: list[str], rows: list[list[Any]]) -> str:
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in (head, ["---", *["---:"] * (len(head) - 1)], *rows))


def worst(answers: list[Answer], count: int) -> str:
    missed = [f"missed {a.case.id} {a.case.disguise or a.case.group}: {a.case.text}" for a in answers if a.found < len(a.case.gold)]
    alarms = [f"alarm {a.case.id} {[a.case.text[s:e] for s, e in a.spans]}: {a.case.text}" for a in answers if a.spans and not a.case.gold]
    return "\n".join(missed[:count] + alarms[:count])


def main() -> None:
    parser = argparse.ArgumentParser(description="score the matcher beside the usual ones on our own benchmark")
    parser.add_argument("--level", type=Level, default=Level.balanced, choices=list(Level))
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print our first N misses and false alarms")
    options = parser.parse_args()
    catalog = [*lines_of(example_catalog().decode()), *lines_of((HERE / "quality-catalog.jsonl").read_text("utf-8"))]
    cases = read_cases((HERE / "quality.jsonl").read_text("utf-8"))
    names = names_of(catalog)
    matchers: dict[str, Matcher | None] = {
        "ours": ours(catalog, options.level),
        "whole-word exact": whole_word(names),
        "spaCy PhraseMatcher": phrase_matcher(names),
        "squeeze rule": squeezed(names),
    }
    sys.stderr.writelines(f"skipped: {name} (not installed)\n" for name, matcher in matchers.items() if matcher is None)
    answers = {n: [Answer(c, tuple(dict.fromkeys(m(c.text)))) for c in cases] for n, m in matchers.items() if m}
    scores = {n: figures(a) for n, a in answers.items()}
    about = f"{len(cases)} prompts, {len(names)} names, matcher {MATCHER_VERSION}, level {options.level}"
    print(json.dumps({"about": about} | scores, indent=2) if options.json else f"{about}\n\n{markdown(scores)}")
    if options.show:
        sys.stderr.write(worst(answers["ours"], options.show) + "\n")


if __name__ == "__main__":
    main()
