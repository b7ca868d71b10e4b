"""No input makes a check slow: work is counted, not timed."""

import sys

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


@pytest.mark.parametrize(
    "part", ["a", "a ", "a.", "1a@0", "Ρі", "zqxwv brtmnk ", "Zorblxian ", "アイウ", "가 나다 ", "a\u200b", "aA", "a-b "]
)
def test_four_times_the_prompt_is_no_more_than_five_times_the_work(part, lexicon):
    """Calls are counted, C functions too: the same on every machine."""
    short, long = (count_calls(lexicon, (part * 32_000)[:size]) for size in (8_000, 32_000))
    assert long <= 5 * short + 1_000


def count_calls(lexicon, prompt):
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    find_mentions("warm up", lexicon)
    sys.setprofile(count)
    try:
        find_mentions(prompt, lexicon)
    finally:
        sys.setprofile(None)
    return calls


def test_a_short_prompt_with_many_nested_names_keeps_the_longest(facts):
    nested = [character(f"n{i}", "Zorbla" + "x" * i) for i in range(6)]
    lexicon = compile_lexicon(nested, [], facts)
    assert [m.surface for m in find_mentions("Zorblaxxx", lexicon)] == ["Zorblaxxx"]
