"""Catalogs and prompts to measure on: the data beside the repository when it is there, else made up here from syllables."""

import itertools
import json
import random
from pathlib import Path

from registry.example import example_catalog
from tests.benchmarks.serving import SHARED

SYLLABLES = [c + v for c in ("k", "s", "t", "n", "m", "r", "z", "b", "d", "g") for v in "aiueo"]


def catalog_file(folder: Path, *, characters: int = 38_000) -> Path:
    """Return an import file of tens of thousands of characters."""
    given = SHARED / "registry.jsonl"
    if given.exists():
        return given
    made = folder / "catalog.jsonl"
    names = itertools.islice(("".join(parts).title() for parts in itertools.product(SYLLABLES, repeat=4)), 0, None, 37)
    rows = ({"type": "character", "ref": f"c{i}", "name": name, "policy": {"usage": "prohibited"}} for i, name in enumerate(names))
    made.write_text("\n".join(json.dumps(row) for row in itertools.islice(rows, characters)), encoding="utf-8")
    return made


def prompts(count: int = 1_000) -> list[str]:
    """Return prompts, always the same ones."""
    given = SHARED / "prompts-dev.jsonl"
    if given.exists():
        texts = [json.loads(line)["text"] for line in given.open(encoding="utf-8")]
    else:
        names = [json.loads(line).get("name", "a chair") for line in example_catalog().splitlines()]
        texts = [f"a watercolour of {name} walking through a rainy city at night, cinematic light" for name in names]
    chosen = random.Random(7)
    return [chosen.choice(texts) for _ in range(count)]
