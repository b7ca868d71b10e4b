"""What is looked at first, because it is cheap, lets nothing through that the patterns behind it would have told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.core.matching import hints, surroundings, views
from registry.core.matching.fold import Folded


@pytest.mark.parametrize(("sign", "pattern"), surroundings._LEADS)
def test_every_lead_is_told_by_its_last_word(sign, pattern):
    @settings(max_examples=40, deadline=None)
    @given(st.from_regex(pattern))
    def told(before):
        assert (sign, 1.0) in surroundings._leads(before)

    told()


@settings(max_examples=60, deadline=None)
@given(st.from_regex(surroundings._ARTISTS))
def test_every_list_of_artists_is_told_by_a_word(before):
    assert surroundings._among_artists(before)


ODD = st.text(st.sampled_from("abcABC013@$!|#-_./'. \u3000,。、ßſİéаРі力タ一가나é\u200b・ー日本xyzz"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(ODD, ODD)
def test_tokens_met_before_tell_what_the_whole_text_tells(facts, one, other):
    text = f"{one} {other}"
    hints.find_hints(one, facts)
    kept = [(r.folded, r.kinds) for r in views.readings(Folded(text, facts.fold), facts)]
    hints._kept.cache_clear()
    assert [(r.folded, r.kinds) for r in views.readings(Folded(text, facts.fold), facts)] == kept
    told = hints.find_hints(text, facts)
    assert told & hints.STRETCH or not hints.is_stretched(text, Folded(text, facts.fold).words)
    assert told & hints.DIGITS or hints._LEET.search(text) is None or not hints._LETTER.search(text)
    assert told & hints.GAP or not hints.find_gaps(text, facts)
    assert told & hints.LOOKS or not hints.find_look_alikes(text, facts)
