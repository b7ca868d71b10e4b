"""The facts and the small catalog, compiled once."""

import pytest

from registry.core.matching import WordFacts, compile_lexicon
from registry.store.word_facts import load_word_facts
from tests.core.matching.catalog import CHARACTERS, WORKS


@pytest.fixture(scope="session")
def facts() -> WordFacts:
    return load_word_facts()


@pytest.fixture(scope="session")
def lexicon(facts):
    return compile_lexicon(CHARACTERS, WORKS, facts)
