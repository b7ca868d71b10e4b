"""Read the shipped word facts; the matcher itself does no input or output."""

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files

from registry.core.matching import WordFacts


@cache
def load_word_facts() -> WordFacts:
    """Return the facts in `registry/data/word_facts.bin`, read once a process."""
    return WordFacts.from_bytes(files("registry.data").joinpath("word_facts.bin").read_bytes())


SAMPLE_STEP = 16  # every sixteenth of the English sentences: a report is read while somebody waits, and other languages have 60 each


@cache
def matcher_fingerprint() -> str:
    """Return what tells one matcher from another: the checksum of its code, of the word facts, and the automaton's version."""
    code = sorted((file.name, file.read_bytes()) for file in files("registry.core.matching").iterdir() if file.name.endswith(".py"))
    facts = files("registry.data").joinpath("word_facts.bin").read_bytes()
    parts = [version("daachorse").encode(), sha256(facts).digest(), *(name.encode() + sha256(text).digest() for name, text in code)]
    return sha256(b"".join(parts)).hexdigest()


@cache
def load_ordinary_sample() -> tuple[str, ...]:
    """Return the ordinary sentences, of eight languages, on which the alias report tries a name."""
    english = _lines("ordinary_sample.txt")[::SAMPLE_STEP]
    others = [line.split("\t", 1)[1] for line in _lines("ordinary_sample_others.tsv")]
    return (*english, *others)


def _lines(name: str) -> list[str]:
    return files("registry.data").joinpath(name).read_text(encoding="utf-8").splitlines()
