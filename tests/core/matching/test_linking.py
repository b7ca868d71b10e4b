"""What is registered as an ordinary word is meant only in company; the rightsholder's word stands above evidence."""

import pytest

from registry.core.matching import compile_lexicon, extend_lexicon, find_mentions
from registry.core.model import Alias, Level, MentionStatus
from tests.core.matching.catalog import CHARACTERS, WORKS, character
from tests.core.matching.test_disguises import DISGUISED, FRAMES


def answered(prompt, lexicon, level=Level.balanced):
    return [m.surface for m in find_mentions(prompt, lexicon, level) if m.status != "dismissed"]


def test_an_ordinary_word_is_dismissed_with_its_reasons_when_asked(lexicon):
    (mention,) = find_mentions("a white dog", lexicon, explain=True)
    assert (mention.surface, mention.status) == ("white", "dismissed")
    assert mention.evidence[0] == "very ordinary on its own"


def test_a_benign_phrase_is_not_a_mention(lexicon):
    assert answered("Linkarion at the lake", lexicon) == ["Linkarion"]
    assert answered("Linkarion fence at the lake", lexicon) == []


def test_an_exact_name_is_taken_only_as_registered(lexicon):
    assert answered("Torimaru Ukonda", lexicon) == ["Torimaru Ukonda"]
    assert answered("torimaru ukonda", lexicon) == []


def test_needs_context_wants_the_work_or_a_companion(facts):
    quiet = character("quiet", "Unnamed One", Alias(text="Vexorion", match="needs_context"))
    lexicon = compile_lexicon([quiet, *CHARACTERS], WORKS, facts)
    assert answered("Vexorion at the lake", lexicon) == []
    assert answered("Vexorion and Zorblaxian at the lake", lexicon) == ["Vexorion", "Zorblaxian"]
    assert answered("Vexorion from Glimmerwood Saga", lexicon) == ["Vexorion"]


def test_of_several_owners_the_text_settles_who_is_meant(facts):
    twins = [character("a", "Zyndarra", work="w1"), character("b", "Zyndarra", work="w2")]
    lexicon = compile_lexicon([*twins, *CHARACTERS], WORKS, facts)
    assert find_mentions("Zyndarra at the lake", lexicon)[0].candidates == ("c-a", "c-b")
    assert find_mentions("Zyndarra from Kazemori Chronicle", lexicon)[0].candidates == ("c-b",)


def test_a_stricter_level_never_loses_a_mention(lexicon):
    for prompt in ("white Zorblaxian", "tori and link", "Momoringa", "ももりんがと"):
        lenient, balanced, strict = (set(answered(prompt, lexicon, level)) for level in (Level.lenient, Level.balanced, Level.strict))
        assert lenient <= balanced <= strict


def test_the_same_prompt_has_the_same_answer(lexicon):
    assert find_mentions("Zorblaxian and Quentira", lexicon) == find_mentions("Zorblaxian and Quentira", lexicon)


def test_a_name_registered_later_is_found_at_once(lexicon):
    longer = extend_lexicon(lexicon, [character("new", "Brindlewock")], [])
    assert answered("Brindlewock", lexicon) == []
    assert answered("Brindlewock", longer) == ["Brindlewock"]


@pytest.mark.parametrize("level", list(Level))
def test_leaving_out_what_is_dismissed_changes_nothing_else(lexicon, level):
    prompts = [frame.format(name) for name in DISGUISED for frame in FRAMES] + ["white link " * 300, "Momoringa " * 300 + "link"]
    for prompt in prompts:
        whole = find_mentions(prompt, lexicon, level)
        meant = tuple(m for m in whole if m.status != "dismissed")
        assert find_mentions(prompt, lexicon, level, dismissed=False) == meant


def test_names_that_no_list_knows_are_found_where_they_are_plainly_written(facts):
    names = ["Captain Bolt", "Miss Quibble", "Grumblewick", "Wren Halloway", "ゾルブラックス", "霜月ルカ丸", "蓝月小兔"]
    drafts = [
        CHARACTERS[0].model_copy(update={"id": f"new-{i}", "name": name, "aliases": (), "work": None}) for i, name in enumerate(names)
    ]
    lexicon = compile_lexicon(drafts, [], facts)
    for name in names:
        frame = "{} riding a bicycle through Paris at night" if name.isascii() else "{}、夜の街"
        assert [(m.surface, m.status) for m in find_mentions(frame.format(name), lexicon)] == [(name, MentionStatus.linked)], name
