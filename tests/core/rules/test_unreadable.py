"""What cannot be read never loosens: stored policies from a newer version, damaged ones, rules built past validation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.core.model import Outcome, Policy
from registry.core.policy import Constraint, Permission, Prohibition
from registry.core.rules import compile_policy, judge, read_policy

from .strategies import mentions_of, uses

NEWER = {"left_operand": "mood", "operator": "eq", "right_operand": "sad"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(Outcome),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*Policy.model_fields, "constraints", "new")), inner, max_size=4)
    ),
    max_leaves=8,
)


def verdict(policy, use=None):
    known = {"a": compile_policy(policy, None, None, character="a", work="w", rightsholder="r")}
    return judge(mentions_of([("a",)]), use, known.get).verdicts[0]


def codes(policy):
    return {reason.code for reason in verdict(policy).reasons}


@pytest.mark.parametrize(
    "stored",
    [
        {"usage": "allowed", "prohibitions": [{"constraints": [NEWER]}]},
        {"usage": "allowed", "prohibitions": ["no ads"]},
        {"usage": "allowed", "prohibitions": [{"constraint": []}]},
        {"usage": "tolerated"},
        {"usage": "allowed", "valid_until": "soon"},
        {"usage": "allowed", "exceptions": 3},
        {"usage": "allowed", "obligations": []},
        {"usage": "allowed", "permissions": [{"constraints": [NEWER]}]},
        None,
        [],
    ],
)
def test_what_cannot_be_read_prohibits(stored):
    assert verdict(read_policy(stored)).outcome is Outcome.prohibited
    assert "PROHIBITION_UNREADABLE" in codes(read_policy(stored))


def test_a_permission_that_cannot_be_read_permits_nothing():
    policy = read_policy({"usage": "restricted", "permissions": [{"constraints": [NEWER]}]})
    assert codes(policy) == {"NOT_PERMITTED"}


def test_the_rules_that_can_be_read_stay():
    rule = {"id": "no-ads", "constraints": [{"left_operand": "purpose", "operator": "eq", "right_operand": "advertising"}]}
    policy = read_policy({"usage": "allowed", "prohibitions": [rule, {"constraints": [NEWER]}]})
    assert [p.id for p in policy.prohibitions] == ["no-ads", None]


@pytest.mark.parametrize(
    ("operand", "operator", "right"),
    [
        ("mood", "eq", "sad"),
        ("theme", "eq", "joy"),
        ("audience", "lt", "x"),
        ("date_time", "lt", "soon"),
        ("theme", "like", "x"),
        (None, None, None),
    ],
)
def test_rules_built_past_validation_are_unreadable_too(operand, operator, right):
    constraint = Constraint.model_construct(left_operand=operand, operator=operator, right_operand=right)
    forbidding = Policy.model_construct(usage=Outcome.allowed, prohibitions=(Prohibition.model_construct(constraints=(constraint,)),))
    permitting = Policy.model_construct(usage=Outcome.restricted, permissions=(Permission.model_construct(constraints=(constraint,)),))
    assert codes(forbidding) == {"PROHIBITION_UNREADABLE"}
    assert codes(permitting) == {"NOT_PERMITTED"}


@settings(max_examples=1000, deadline=None)
@given(json_values, uses)
def test_any_json_is_read_and_judged(data, use):
    assert verdict(read_policy(data), use).outcome in Outcome
