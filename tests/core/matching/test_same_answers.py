"""One prompt has one answer: whatever was asked before, in whatever order entries came, and however much is asked for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.core.matching import compile_lexicon, extend_lexicon, find_mentions, hints
from registry.core.model import Alias, Level, MentionStatus
from tests.core.matching.catalog import CHARACTERS, WORKS, character, work

GHOSTS = [
    character(f"ghost-{i}", name, Alias(text="Ghost", match=mode), work=None)
    for i, (name, mode) in enumerate([("Zorb Ghostly", "exact"), ("Quib Ghostly", "exact"), ("Vell Ghostly", "auto")])
]
FAMOUS = [
    character("pikachu", "Pikachu", work=None), character("velma", "Velma", work=None), character("mage", "Anti-Mage", work=None),
    character("robin", "Robin", work=None), character("shadow", "Shadow", work=None), character("rose", "Rose", work=None),
]  # fmt: skip
PROMPTS = [
    "portrait of Ghost, studio lighting",
    "dressed as Ghost, pikachu, anime cartoon marvel hero villain",
    "dressed as Ghost, anime cartoon marvel hero villain",
    "Rose and Robin fight, anime cartoon hero, with Pikachu",
    "antimage with Velma at night",
    "shadow the hero, anime, with velma and Robin",
    "a rose, a robin and a shadow on the wall",
]


@pytest.fixture(scope="module")
def crowd(facts):
    return compile_lexicon([*GHOSTS, *FAMOUS, *CHARACTERS], WORKS, facts)


def meant(mentions):
    return [m for m in mentions if m.status is not MentionStatus.dismissed]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_check_an_explanation_and_a_preview_tell_the_same(crowd, prompt, level):
    whole = find_mentions(prompt, crowd, level)
    assert list(find_mentions(prompt, crowd, level, dismissed=False)) == meant(whole)
    assert meant(find_mentions(prompt, crowd, level, explain=True)) == meant(whole)


def test_each_of_several_exact_owners_is_asked_and_the_place_counts_once(facts):
    alone, both = compile_lexicon(GHOSTS[:1], [], facts), compile_lexicon(GHOSTS[:2], [], facts)
    (one,), (two,) = find_mentions(PROMPTS[0], alone, explain=True), find_mentions(PROMPTS[0], both, explain=True)
    assert (len(one.candidates), len(two.candidates)) == (1, 2)
    assert two.confidence <= one.confidence


ODD = st.lists(
    st.sampled_from(["zorb9", "#2024", "#ポケモン大好き", "fan", "art", "Z0rblaxian", "a.b", "Zorblaxian", "・", "東京", "ß9s"]), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(ODD, ODD)
def test_what_was_asked_before_changes_no_answer(lexicon, one, other):
    hints._kept.cache_clear()
    cold = find_mentions(" ".join(one), lexicon)
    for token in (*one, *other):
        find_mentions(token, lexicon)
    find_mentions(" ".join(other), lexicon)
    assert find_mentions(" ".join(one), lexicon) == cold


def test_a_hashtag_met_alone_changes_no_answer(facts):
    lexicon = compile_lexicon([character("zorb", "Zorb 9", work=None)], [], facts)
    hints._kept.cache_clear()
    cold = find_mentions("zorb9 fan art #2024", lexicon)
    find_mentions("#2024", lexicon)
    assert find_mentions("zorb9 fan art #2024", lexicon) == cold


@pytest.mark.parametrize(
    ("names", "prompt"), [(["Minions", "Minion"], "Minions poster, studio photo"), (["Zorbachu", "Zorbachi"], "draw Zorbachy")]
)
def test_the_order_in_which_names_came_changes_no_answer(facts, names, prompt):
    entries = [character(f"n-{name}", name, work=None) for name in names]
    fresh = find_mentions(prompt, compile_lexicon(entries, [], facts))
    assert [m.surface for m in fresh]
    for first, then in (entries, entries[::-1]):
        grown = extend_lexicon(compile_lexicon([first], [], facts), [then], [])
        assert find_mentions(prompt, grown) == find_mentions(prompt, compile_lexicon([then, first], [], facts)) == fresh


@pytest.mark.parametrize("prompt", ["東京 大阪 京都 ・", "写真 風景 東京 ・・・", "アニメ ゲーム マンガ ・\n", "ピ カ チ ュ ウ ・"])
def test_a_middle_dot_at_the_end_is_only_a_dot(lexicon, prompt):
    assert find_mentions(prompt, lexicon) == find_mentions(prompt.rstrip(" ・\n"), lexicon)


def test_of_two_works_the_one_that_says_more_helps(facts):
    works = [work("a", "Glimmerwood Saga"), work("b", "Rain")]
    found = []
    for one, other in (("1", "2"), ("2", "1")):
        roses = [character(f"rose-{one}", "Rose", work="a"), character(f"rose-{other}", "Rose", work="b")]
        (mention,) = (
            m for m in find_mentions("Rain. Rose of Glimmerwood Saga", compile_lexicon(roses, works, facts)) if m.surface == "Rose"
        )
        found.append((mention.status, mention.confidence))
    assert found[0] == found[1]
