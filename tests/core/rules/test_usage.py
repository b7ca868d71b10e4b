"""A plain usage on character, work or rightsholder: the nearest one counts."""

import pytest

from registry.core.model import Mention, MentionStatus, Outcome, Policy
from registry.core.rules import compile_policy, judge

ALLOWED, RESTRICTED, PROHIBITED = (Policy(usage=usage) for usage in Outcome)


def mention(*candidates, status=MentionStatus.linked):
    return Mention(0, 1, "x", "x", "exact", status, 100, candidates)


def effective(character="c", *, of_character=None, of_work=None, of_rightsholder=None):
    return compile_policy(
        of_character, of_work, of_rightsholder, character=character, work="w", rightsholder="r", contact="rights@example.org"
    )


@pytest.mark.parametrize(
    ("levels", "outcome", "code", "rule"),
    [
        ({"of_character": ALLOWED, "of_work": PROHIBITED}, "allowed", "USAGE_ALLOWED", "character:c"),
        ({"of_work": RESTRICTED, "of_rightsholder": PROHIBITED}, "restricted", "USAGE_RESTRICTED", "work:w"),
        ({"of_rightsholder": PROHIBITED}, "prohibited", "USAGE_PROHIBITED", "rightsholder:r"),
        ({}, "restricted", "NO_POLICY", None),
    ],
)
def test_the_nearest_usage_counts_and_is_named(levels, outcome, code, rule):
    judgement = judge([mention("c")], None, {"c": effective(**levels)}.get)
    (verdict,) = judgement.verdicts
    assert (judgement.outcome, verdict.outcome) == (outcome, outcome)
    assert [(r.code, r.rule) for r in verdict.reasons] == [(code, rule)]
    assert verdict.contact == "rights@example.org"
    assert verdict.mentions == (0,)


def test_a_prompt_that_names_nobody_is_allowed_for_that_one_reason():
    judgement = judge([mention("c", status=MentionStatus.dismissed)], None, {}.get)
    assert (judgement.outcome, [r.code for r in judgement.reasons], judgement.verdicts) == ("allowed", ["NO_CHARACTER_NAMED"], ())


def test_every_candidate_gets_a_verdict_and_the_strictest_counts():
    policies = {"a": effective("a", of_character=ALLOWED), "b": effective("b", of_character=PROHIBITED)}
    judgement = judge([mention("a"), mention("a", "b", status=MentionStatus.ambiguous)], None, policies.get)
    assert [(v.character, v.outcome, v.mentions) for v in judgement.verdicts] == [("a", "allowed", (0, 1)), ("b", "prohibited", (1,))]
    assert judgement.outcome is Outcome.prohibited
    assert [r.code for r in judgement.reasons] == ["USAGE_PROHIBITED"]


def test_characters_without_policies_of_their_own_share_the_rules_of_their_work():
    work, shared = Policy(usage=Outcome.allowed, exceptions=("x",)), {}
    a, b, x, c = (
        compile_policy(own, work, PROHIBITED, character=who, work="w", rightsholder="r", shared=shared)
        for who, own in (("a", None), ("b", None), ("x", None), ("c", RESTRICTED))
    )
    assert a.rules is b.rules
    assert (a.plain.outcome, x.plain.outcome, c.plain.outcome) == ("allowed", "prohibited", "restricted")
    other = compile_policy(None, Policy(usage=Outcome.allowed), PROHIBITED, character="d", work="w", rightsholder="r", shared=shared)
    assert other.rules is not a.rules
    assert len(shared) == 3
