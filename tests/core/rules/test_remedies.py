"""Rewriting replaces exactly the spans of what may not be used, with what the rightsholder registered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.core.model import Mention, MentionStatus, Outcome, Policy, Remedy, Verdict
from registry.core.rules import compile_policy, rewrite
from registry.core.rules.remedies import language_of

MOUSE = Remedy(
    substitutes=[{"text": "a small yellow cartoon animal", "lang": "en"}, {"text": "小さな黄色い動物", "lang": "ja"}],
    negative_terms=["pikachu", "lightning tail"],
)


def mention(prompt, surface, *candidates, status=MentionStatus.linked):
    start = prompt.index(surface)
    return Mention(start, start + len(surface), surface, surface, "exact", status, 100, candidates)


def verdict(character, outcome=Outcome.prohibited):
    return Verdict(character, outcome, ())


@pytest.mark.parametrize(
    ("prompt", "name", "rewritten"),
    [
        ("Pikachu on a beach", "Pikachu", "a small yellow cartoon animal on a beach"),
        ("ビーチのピカチュウ", "ピカチュウ", "ビーチの小さな黄色い動物"),
        ("𝐏ikachu 🏖 fin", "𝐏ikachu", "a small yellow cartoon animal 🏖 fin"),
    ],
)
def test_a_name_gives_way_to_the_substitute_in_the_language_of_the_prompt(prompt, name, rewritten):
    result = rewrite(prompt, [mention(prompt, name, "p")], [verdict("p")], {"p": MOUSE})
    assert (result.prompt, result.negative_terms, result.replaced, result.left) == (rewritten, ("pikachu", "lightning tail"), (0,), ())


def test_what_is_allowed_dismissed_or_without_substitute_stays():
    prompt = "Ash and Pikachu and Mario and Link"
    named = [mention(prompt, "Ash", "ash"), mention(prompt, "Pikachu", "p", status=MentionStatus.dismissed), mention(prompt, "Mario", "m")]
    result = rewrite(
        prompt, named, [verdict("ash", Outcome.allowed), verdict("p"), verdict("m")], {"p": MOUSE, "m": Remedy(negative_terms=["hat"])}
    )
    assert (result.prompt, result.replaced, result.left) == (prompt, (), (2,))
    assert result.negative_terms == ("pikachu", "lightning tail", "hat")


def test_of_several_candidates_the_strictest_with_a_substitute_counts():
    prompt = "Max runs"
    dog, hero = Remedy(substitutes=[{"text": "a dog"}]), Remedy(substitutes=[{"text": "a hero"}])
    verdicts = [verdict("dog", Outcome.restricted), verdict("hero"), verdict("none")]
    assert rewrite(prompt, [mention(prompt, "Max", "dog", "hero", "none")], verdicts, {"dog": dog, "hero": hero}).prompt == "a hero runs"


def test_mentions_that_overlap_are_replaced_as_one_stretch():
    prompt = "see Sailor Moon Cat now"
    one, other = mention(prompt, "Sailor Moon", "s"), mention(prompt, "Moon Cat", "c")
    remedies = {"s": Remedy(substitutes=[{"text": "a sailor"}]), "c": Remedy(substitutes=[{"text": "a cat"}])}
    assert rewrite(prompt, [one, other], [verdict("s"), verdict("c")], remedies).prompt == "see a sailor a cat now"


@pytest.mark.parametrize(("prompt", "lang"), [("猫とルフィ", "ja"), ("路飞", "zh"), ("루피", "ko"), ("Luffy", None)])
def test_the_script_tells_the_language(prompt, lang):
    assert language_of(prompt) == lang


@pytest.mark.parametrize(("lang", "text"), [("ja-JP", "J"), ("JA", "J"), ("fr", "any"), (None, "any")])
def test_without_the_language_the_substitute_in_no_language_is_taken(lang, text):
    remedy = Remedy(substitutes=[{"text": "E", "lang": "en"}, {"text": "J", "lang": "ja"}, {"text": "any"}])
    assert rewrite("Luffy", [mention("Luffy", "Luffy", "l")], [verdict("l")], {"l": remedy}, lang=lang).prompt == text


@settings(max_examples=1000, deadline=None)
@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6), st.sampled_from("abc")), max_size=5))
def test_every_code_point_outside_the_spans_stays_and_every_one_inside_goes(prompt, spans):
    spans = [(start, min(start + length, len(prompt)), who) for start, length, who in spans if start < len(prompt)]
    mentions = [Mention(start, end, prompt[start:end], "x", "exact", MentionStatus.linked, 100, (who,)) for start, end, who in spans]
    remedies = {who: Remedy(substitutes=[{"text": "\uf8ff"}]) for who in "abc"}
    result = rewrite(prompt, mentions, [verdict(who) for who in "abc"], remedies)
    kept = [not any(start <= place < end for start, end, _ in spans) for place in range(len(prompt))]
    assert result.prompt.replace("\uf8ff", "") == "".join(c for c, keep in zip(prompt, kept, strict=True) if keep).replace("\uf8ff", "")
    assert result.replaced == tuple(range(len(spans)))


def test_the_remedy_in_force_is_the_nearest_one_of_its_time():
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    later = Policy(usage=Outcome.prohibited, remedy=MOUSE, valid_from=begin)
    work = Policy(usage=Outcome.prohibited, remedy=Remedy(negative_terms=["luna"]))
    policy = compile_policy(later, work, None, character="p", work="w", rightsholder="r")
    assert [policy.remedy_at(moment) for moment in (None, begin - timedelta(seconds=1), begin)] == [work.remedy, work.remedy, MOUSE]
