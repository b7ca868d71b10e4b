"""The same prompts have the same mentions on every Python version: golden.json was written once and is compared on each.

python tests/core/matching/test_golden.py     # writes it anew, after a deliberate change of MATCHER_VERSION
"""

import json
from pathlib import Path

from registry.core.matching import MATCHER_VERSION, compile_lexicon, find_mentions
from registry.store.word_facts import load_word_facts
from tests.core.matching.catalog import CHARACTERS, WORKS
from tests.core.matching.test_disguises import DISGUISED, FRAMES

GOLDEN = Path(__file__).parent / "golden.json"
EXTRA = ["a white dog", "chain link fence", "Zorblaxian of Glimmerwood Saga and the white link", "Ǆ𐐀ẞ Zorblaxian ꟿ🫨", "モモリンガリング"]


def answers():
    lexicon = compile_lexicon(CHARACTERS, WORKS, load_word_facts())
    prompts = [frame.format(name) for name in DISGUISED for frame in FRAMES] + EXTRA
    found = {
        p: [[m.start, m.end, m.status, m.confidence, m.method, *m.candidates] for m in find_mentions(p, lexicon, explain=True)]
        for p in prompts
    }
    return {"matcher": MATCHER_VERSION, "mentions": found}


def test_every_python_gives_the_golden_answers():
    assert answers() == json.loads(GOLDEN.read_text(encoding="utf-8"))


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(answers(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
