"""The laws of rules (DESIGN section 5), each on a thousand random examples and more."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.core.model import STRICTNESS, Outcome, Policy
from registry.core.rules import compile_policy, judge
from registry.core.rules.periods import in_force
from registry.core.words import TERRITORY_GROUPS

from . import reference
from .strategies import OWNERS, casts, dated_policies, mentions_of, moments, policies, prohibitions, recipients, uses

EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "1000"))  # fewer while mutants are hunted
law = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SAYS_NO = Policy(prohibitions=[{}])
levels = st.tuples(st.none() | policies, st.none() | policies, st.none() | policies)
versions = st.lists(dated_policies, max_size=3)


def answer(three, use, *, recipient=None, at=None, unruled=Outcome.restricted, groups=(("a",),), disputed=False):
    """Judge character `a` under its three policies; the others have none."""
    known = {
        c: compile_policy(*three if c == "a" else (None,) * 3, character=c, work=w, rightsholder=r, disputed=disputed and c == "a")
        for c, (w, r) in OWNERS.items()
    }
    verdicts = judge(mentions_of(groups), use, known.get, recipient=recipient, at=at, unruled=unruled).verdicts
    return next(verdict for verdict in verdicts if verdict.character == "a")


@law
@given(levels, prohibitions, st.integers(0, 2), uses, recipients, moments)
def test_adding_a_prohibition_never_loosens(three, added, level, use, recipient, at):
    before = answer(three, use, recipient=recipient, at=at)
    stricter = list(three)
    before_it = three[level].prohibitions if three[level] else ()
    stricter[level] = (three[level] or SAYS_NO).model_copy(update={"prohibitions": (*before_it, added)})
    after = answer(stricter, use, recipient=recipient, at=at)
    assert STRICTNESS[after.outcome] >= STRICTNESS[before.outcome]


@law
@given(levels, uses, recipients, moments, st.sampled_from(Outcome))
def test_under_dispute_an_outcome_is_the_same_but_at_most_restricted(three, use, recipient, at, unruled):
    said = answer(three, use, recipient=recipient, at=at, unruled=unruled)
    disputed = answer(three, use, recipient=recipient, at=at, unruled=unruled, disputed=True)
    expected = Outcome.restricted if said.outcome is Outcome.prohibited else said.outcome
    assert disputed.outcome is expected
    assert [reason.code for reason in disputed.reasons] == ["DISPUTED", *(reason.code for reason in said.reasons)]
    assert disputed.missing == said.missing


@law
@given(levels, uses, recipients, moments, st.integers(0, 2**32))
def test_the_order_of_rules_constraints_values_and_duties_never_matters(three, use, recipient, at, seed):
    rng = Random(seed)
    mixed = [policy and shuffled(policy, rng) for policy in three]
    assert same(answer(three, use, recipient=recipient, at=at), answer(mixed, use, recipient=recipient, at=at))


def same(one, other):
    return one._replace(duties=frozenset(one.duties)) == other._replace(duties=frozenset(other.duties))


def shuffled(policy, rng):
    data = policy.model_dump()
    for rules in (data["permissions"], data["prohibitions"]):
        for rule in rules:
            for constraint in rule["constraints"]:
                if isinstance(constraint["right_operand"], tuple):
                    constraint["right_operand"] = mix(constraint["right_operand"], rng)
            for name in {"constraints", "duties"} & rule.keys():
                rule[name] = mix(rule[name], rng)
    data["permissions"], data["prohibitions"] = mix(data["permissions"], rng), mix(data["prohibitions"], rng)
    return type(policy).model_validate(data)


def mix(values, rng):
    return tuple(rng.sample(values, len(values)))


@law
@given(levels, uses, recipients, moments, st.sampled_from(Outcome))
def test_the_nearest_usage_counts_and_all_prohibitions_add_up(three, use, recipient, at, unruled):
    present = [policy for policy in three if policy]
    ruling = next((policy for policy in present if policy.usage), None)
    rules = [rule for policy in present for rule in policy.prohibitions]
    together = SAYS_NO.model_copy(
        update={"usage": ruling and ruling.usage, "permissions": ruling.permissions if ruling else (), "prohibitions": tuple(rules)}
    )
    one, other = (answer(x, use, recipient=recipient, at=at, unruled=unruled) for x in (three, (together, None, None)))
    assert (one.outcome, one.missing, one.duties) == (other.outcome, other.missing, other.duties)


@law
@given(st.tuples(versions, versions, versions), uses, recipients, st.none() | moments, st.sampled_from(Outcome), casts)
def test_evaluation_is_total(three, use, recipient, at, unruled, groups):
    verdict = answer(three, use, recipient=recipient, at=at, unruled=unruled, groups=(("a",), *groups))
    assert verdict.outcome in Outcome
    assert verdict.reasons
    assert all(reason.code.isupper() and reason.text and reason.text_ja for reason in verdict.reasons)
    assert verdict.missing == () or verdict.outcome is not Outcome.allowed


@law
@given(st.tuples(versions, versions, versions), uses, recipients, moments)
def test_of_dated_versions_only_those_in_force_count(three, use, recipient, at):
    now = [in_force(versions, at) for versions in three]
    undated = [policy and policy.model_copy(update={"valid_from": None, "valid_until": None}) for policy in now]
    assert answer(three, use, recipient=recipient, at=at) == answer(undated, use, recipient=recipient, at=at)


def facts_by_the_letter(use, recipient, at, groups):
    """Return the facts about character `a` as the reference evaluator reads them."""
    place = {c: (w or c, r) for c, (w, r) in OWNERS.items()}
    near = {place[c] for group in groups if "a" not in group for c in group}
    there = {"same_work" if p == ("w1", "r1") else "same_rightsholder" if p[1] == "r1" else "others" for p in near}
    there |= {"real_persons"} if use.real_persons else set()
    facts = {name: (None if value is None else set(value) if isinstance(value, tuple) else value) for name, value in use}
    if use.territory is not None:
        facts["territory"] = set().union(*(TERRITORY_GROUPS.get(t, {t}) for t in use.territory))
    perhaps = {"real_persons"} if use.real_persons is None else set()
    return {**facts, "recipient": recipient, "date_time": at, "co_appearance": (there or {"alone"}, perhaps)}


def agrees_with_the_reference(three, use, recipient, at, unruled, groups):
    groups = (("a",), *groups)
    verdict = answer(three, use, recipient=recipient, at=at, unruled=unruled, groups=groups)
    now = [policy for versions in three if (policy := in_force(versions, at))]
    outcome, missing = reference.answer(now, facts_by_the_letter(use, recipient, at, groups), unruled)
    assert (verdict.outcome, set(verdict.missing)) == (outcome, missing)


cases = (st.tuples(versions, versions, versions), uses, recipients, moments, st.sampled_from(Outcome), casts)


@law
@given(*cases)
def test_the_slow_reference_agrees(three, use, recipient, at, unruled, groups):
    agrees_with_the_reference(three, use, recipient, at, unruled, groups)


@pytest.mark.slow
@settings(law, max_examples=20_000)
@given(*cases)
def test_the_slow_reference_agrees_on_twenty_thousand_cases(three, use, recipient, at, unruled, groups):
    agrees_with_the_reference(three, use, recipient, at, unruled, groups)
