"""Read the shipped word facts; the matcher itself does no input or output."""

from functools import cache
from importlib.resources import files

from registry.core.matching import WordFacts


@cache
def load_word_facts() -> WordFacts:
    """Return the facts in `registry/data/word_facts.bin`, read once a process."""
    return WordFacts.from_bytes(files("registry.data").joinpath("word_facts.bin").read_bytes())


@cache
def load_ordinary_sample() -> tuple[str, ...]:
    """Return the ordinary sentences on which the alias report tries a name."""
    return tuple(files("registry.data").joinpath("ordinary_sample.txt").read_text(encoding="utf-8").splitlines())
