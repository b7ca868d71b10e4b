"""A change of policy, told before it is made: in words, and as the past decisions that it would flip."""

from datetime import UTC, datetime

import pytest

from registry.core.model import Outcome, Policy, Use
from registry.core.rules import compile_policy
from registry.core.rules.claims import facts_for_the_log
from registry.core.rules.diff import NOTHING_CHANGES, diff_policies
from registry.core.rules.what_if import Asked, what_if

from .strategies import mentions_of

ADS = {"id": "no-ads", "constraints": [{"left_operand": "purpose", "operator": "eq", "right_operand": "advertising"}]}
GAMES = {"id": "no-ads", "constraints": [{"left_operand": "media", "operator": "is_any_of", "right_operand": ["game", "chat"]}]}
CREDIT = {"duties": [{"action": "attribute", "text": "(c) Sakura"}]}


def policy(**fields):
    return Policy.model_validate(fields)


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        (policy(usage="allowed"), policy(usage="allowed", note="again"), [NOTHING_CHANGES]),
        (None, None, [NOTHING_CHANGES]),
        (policy(usage="allowed"), policy(usage="prohibited"), ["The usage changes from `allowed` to `prohibited`."]),
        (None, policy(usage="allowed"), ["There was no policy before.", "The usage changes from that of the level above to `allowed`."]),
        (
            policy(usage="allowed"),
            None,
            ["The policy is withdrawn: the level above counts alone.", "The usage changes from `allowed` to that of the level above."],
        ),
        (
            policy(usage="allowed"),
            policy(usage="allowed", prohibitions=[ADS]),
            ["A prohibition is added (`no-ads`): purpose is advertising."],
        ),
        (
            policy(usage="allowed", prohibitions=[ADS]),
            policy(usage="allowed", prohibitions=[GAMES]),
            ["The prohibition `no-ads` changes from: purpose is advertising; to: medium is one of game, conversation."],
        ),
        (
            policy(usage="restricted", permissions=[CREDIT]),
            policy(usage="restricted"),
            ['A permission is removed (`~daaa5dc9`): every use, with the duty to give credit ("(c) Sakura").'],
        ),
        (
            policy(usage="allowed", exceptions=["nyx"]),
            policy(usage="allowed", exceptions=["sol"], valid_from="2027-01-01T00:00:00Z"),
            [
                "`sol` is excepted: the policy no longer covers it.",
                "`nyx` is no longer excepted: the policy covers it.",
                "It begins on 2027-01-01T00:00:00+00:00.",
            ],
        ),
        (
            policy(usage="allowed", valid_until="2027-01-01T00:00:00Z"),
            policy(usage="allowed", remedy={"substitutes": [{"text": "a cat", "lang": "en"}], "negative_terms": ["luna"]}),
            [
                "It ends never, not on 2027-01-01T00:00:00+00:00.",
                "The substitutes change from none to `a cat` (en).",
                "The negative terms change from none to luna.",
            ],
        ),
    ],
)
def test_a_change_is_told_in_words(old, new, sentences):
    assert list(diff_policies(old, new)) == sentences


def lookup(**fields):
    return {"a": compile_policy(policy(**fields), None, None, character="a", work="w", rightsholder="r")}.get


def test_what_if_counts_the_flips_by_direction_and_keeps_some_ids():
    purposes = ["advertising"] * 7 + ["parody"] * 2 + ["personal"]
    asked = [Asked(f"d{n}", mentions_of([("a",)]), Use(purpose=purpose)) for n, purpose in enumerate(purposes)]
    draft = {
        "usage": "restricted",
        "permissions": [{"constraints": [{"left_operand": "purpose", "operator": "neq", "right_operand": "commercial"}]}],
    }
    flips = what_if(asked, lookup(usage="allowed"), lookup(**draft))
    assert (flips.judged, flips.stricter, flips.looser) == (10, 7, 0)
    assert flips.counts == {(Outcome.allowed, Outcome.prohibited): 7}
    assert flips.examples == {(Outcome.allowed, Outcome.prohibited): ("d0", "d1", "d2", "d3", "d4")}
    back = what_if(asked, lookup(**draft), lookup(usage="allowed"))
    assert (back.stricter, back.looser) == (0, 7)


def test_the_log_keeps_claims_apart_from_knowledge():
    use = Use(purpose="parody", theme=(), real_persons=False)
    assert facts_for_the_log(use, "svc", datetime(2026, 1, 1, tzinfo=UTC)) == {
        "asserted": {"purpose": ["parody"], "theme": [], "real_persons": False},
        "derived": {"recipient": "svc", "date_time": "2026-01-01T00:00:00+00:00"},
    }
    assert facts_for_the_log(None, None, None) == {"asserted": {}, "derived": {}}
