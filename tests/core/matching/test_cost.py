"""No input makes a check slow: work is counted, not timed."""

import pytest

from registry.core.matching import compile_lexicon, detect, find_mentions
from tests.core.matching.catalog import WORKS, character


@pytest.mark.parametrize("prompt", ["a" * 32_000, "a " * 16_000, "a." * 16_000, "1a" * 16_000, "@1" * 16_000, "Zorblaxian " * 2_900])
def test_what_is_looked_at_and_returned_stays_bounded(prompt, facts):
    nested = [character(f"n{i}", "a" * i) for i in range(1, 120)]
    lexicon = compile_lexicon([*nested, character("z", "Zorblaxian")], WORKS, facts)
    search = detect.Search(prompt, lexicon, -(1 << 15))
    search.run()
    assert len(search.found) <= detect.MAX_FOUND + 3
    assert len(find_mentions(prompt, lexicon)) <= 256


def test_a_short_prompt_with_many_nested_names_keeps_the_longest(facts):
    nested = [character(f"n{i}", "Zorbla" + "x" * i) for i in range(6)]
    lexicon = compile_lexicon(nested, [], facts)
    assert [m.surface for m in find_mentions("Zorblaxxx", lexicon)] == ["Zorblaxxx"]
