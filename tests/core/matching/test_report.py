"""Whoever registers an ordinary word learns at once what will happen."""

from registry.core.matching import preview, report_aliases
from registry.store.word_facts import load_ordinary_sample
from tests.core.matching.catalog import WORKS, character

DRAFT = character("draft", "Link", "Zorblaxian", "Quorvundel", "Kageyoshi Mirato")


def test_the_report_says_how_ordinary_a_name_is_and_who_shares_it(lexicon):
    by_text = {r.text: r for r in report_aliases(DRAFT, WORKS[0], lexicon, load_ordinary_sample()[:500])}
    assert by_text["Link"].match == "needs_context"
    assert "English word" in by_text["Link"].known_as
    assert by_text["Link"].ordinary > 80
    assert by_text["Quorvundel"].ordinary < 20
    assert by_text["Zorblaxian"].shared_with == ("c-zorblax",)
    assert by_text["Quorvundel"].match == "auto"
    assert ("mirato kageyoshi", "name_order") in by_text["Kageyoshi Mirato"].variants
    assert all(r.flagged == 0 for r in by_text.values())


def test_a_draft_is_tried_on_prompts_without_being_stored(lexicon):
    first, second = preview(DRAFT, WORKS[0], ["the link is broken", "Quorvundel at sea"], lexicon)
    assert [m.status for m in first.mentions] == ["dismissed"]
    assert [m.surface for m in second.mentions] == ["Quorvundel"]


def test_an_everyday_word_of_another_language_flags_nothing_and_is_named_in_the_sample(lexicon):
    draft = character("draft", "Quorvundel", "窓", "Brücke")
    by_text = {r.text: r for r in report_aliases(draft, None, lexicon, load_ordinary_sample())}
    assert by_text["窓"].named_in > 0
    assert by_text["Brücke"].named_in > 0
    assert [r.flagged for r in by_text.values()] == [0, 0, 0]
