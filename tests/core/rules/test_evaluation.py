"""Single rules, one table per property: what a constraint means for a use, who is company for whom, what is said and to whom."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from registry.core.model import Mention, MentionStatus, Outcome, Policy, Use
from registry.core.rules import compile_policy, judge

from .strategies import OWNERS, mentions_of

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def c(operand, operator, right):
    return {"left_operand": operand, "operator": operator, "right_operand": right}


def verdict(policy, use=None, *, groups=(("a",),), **known):
    catalog = {
        who: compile_policy(policy if who == "a" else None, None, None, character=who, work=w, rightsholder=r)
        for who, (w, r) in OWNERS.items()
    }
    return judge(mentions_of(groups), use, catalog.get, **known).verdicts[0]


def forbidden(constraint, use=None, **known):
    """Return outcome and missing facts under one prohibition."""
    found = verdict(Policy(usage=Outcome.allowed, prohibitions=[{"constraints": [constraint]}]), use, **known)
    return (found.outcome.value, *found.missing)


def permitted(constraint, use=None, **known):
    """Return outcome and missing facts under one permission."""
    found = verdict(Policy(usage=Outcome.restricted, permissions=[{"constraints": [constraint]}]), use, **known)
    return (found.outcome.value, *found.missing)


A, R, P = "allowed", "restricted", "prohibited"


@pytest.mark.parametrize(
    ("constraint", "use", "when_forbidden", "when_permitted"),
    [
        (c("purpose", "eq", "commercial"), Use(purpose="advertising"), (P,), (A,)),
        (c("purpose", "eq", "advertising"), Use(purpose="commercial"), (A,), (P,)),
        (c("purpose", "neq", "commercial"), Use(purpose="advertising"), (A,), (P,)),
        (c("purpose", "is_none_of", ["commercial", "parody"]), Use(purpose="education"), (P,), (A,)),
        (c("purpose", "eq", "parody"), Use(purpose=["parody", "advertising"]), (P,), (P,)),
        (c("purpose", "eq", "parody"), None, (R, "purpose"), (R, "purpose")),
        (c("theme", "eq", "violence"), Use(theme=()), (A,), (A,)),
        (c("theme", "is_none_of", ["violence"]), Use(theme=["gore", "drugs"]), (P,), (P,)),
        (c("territory", "eq", "EU"), Use(territory="FR"), (P,), (A,)),
        (c("territory", "eq", "EU"), Use(territory="EEA"), (P,), (P,)),
        (c("territory", "eq", "Worldwide"), None, (P,), (A,)),
        (c("territory", "neq", "Worldwide"), None, (A,), (P,)),
        (c("audience", "lt", 13), Use(audience=12), (P,), (A,)),
        (c("audience", "lt", 13), Use(audience=13), (A,), (P,)),
        (c("audience", "lteq", 13), Use(audience=13), (P,), (A,)),
        (c("audience", "gt", 13), Use(audience=13), (A,), (P,)),
        (c("audience", "neq", 13), Use(audience=13), (A,), (P,)),
        (c("audience", "gteq", 0), None, (P,), (A,)),
        (c("audience", "gt", 17), None, (R, "audience"), (R, "audience")),
        (c("licence", "eq", "L1"), Use(licence="L1"), (P,), (A,)),
        (c("licence", "is_none_of", ["L1", "L2"]), Use(licence="L3"), (P,), (A,)),
        (c("licence", "eq", "L1"), None, (R, "licence"), (R, "licence")),
        (c("aspect", "eq", "voice"), Use(aspect=["name", "voice"]), (P,), (P,)),
        (c("media", "is_any_of", ["image", "video"]), Use(media="video"), (P,), (A,)),
    ],
)
def test_what_a_constraint_means_for_a_use(constraint, use, when_forbidden, when_permitted):
    assert forbidden(constraint, use) == when_forbidden
    assert permitted(constraint, use) == when_permitted


@pytest.mark.parametrize(
    ("operator", "before", "exactly", "after"),
    [("lt", P, A, A), ("lteq", P, P, A), ("gt", A, A, P), ("gteq", A, P, P)],
)
def test_moments_are_compared_to_the_microsecond_by_the_registrys_clock(operator, before, exactly, after):
    constraint = c("date_time", operator, "2026-01-01T00:00:00+00:00")
    moments = [NEW_YEAR.replace(year=2025, month=12, day=31, hour=23, minute=59, second=59, microsecond=999_999), NEW_YEAR]
    moments.append(NEW_YEAR.replace(microsecond=1))
    assert [forbidden(constraint, at=at)[0] for at in moments] == [before, exactly, after]
    opposite = {A: P, P: A}
    assert [permitted(constraint, at=at)[0] for at in moments] == [opposite[o] for o in (before, exactly, after)]


def test_the_last_moment_there_is_can_be_named():
    assert forbidden(c("date_time", "gt", "9999-12-31T23:59:59.999999+00:00"), at=NEW_YEAR) == (A,)
    assert forbidden(c("date_time", "lteq", "9999-12-31T23:59:59.999999+00:00"), at=NEW_YEAR) == (P,)


def test_without_a_clock_the_strictest_period_counts_and_the_date_is_missing():
    assert forbidden(c("date_time", "lt", "2026-01-01T00:00:00Z")) == (P, "date_time")


@pytest.mark.parametrize(("recipient", "answer"), [("svc-a", (P,)), ("svc-b", (A,)), ("", (A,)), (None, (R, "recipient"))])
def test_the_service_is_who_asks(recipient, answer):
    assert forbidden(c("recipient", "eq", "svc-a"), recipient=recipient) == answer


@pytest.mark.parametrize(
    ("others", "company"),
    [
        ([], {"alone"}),
        (["b"], {"same_work"}),
        (["c"], {"same_rightsholder"}),
        (["d"], {"others"}),
        (["e"], {"others"}),
        (["b", "c", "d"], {"same_work", "same_rightsholder", "others"}),
        ([("a", "d")], {"alone"}),
        ([("b", "d")], {"same_work", "others"}),
        ([("a", "b"), "b"], {"same_work"}),
        ([("a", "c"), "d"], {"others"}),
        ([("a", "c"), ("b", "c")], {"same_work", "same_rightsholder"}),
    ],
)
@pytest.mark.parametrize("persons", [True, False, None])
def test_who_is_company_for_a_character(others, company, persons):
    groups = (("a",), *(other if isinstance(other, tuple) else (other,) for other in others))
    there = (company - {"alone"}) | {"real_persons"} if persons else company
    for who in ("alone", "same_work", "same_rightsholder", "others", "real_persons"):
        unknown = who == "real_persons" and persons is None
        expected = (R, "real_persons") if unknown else (P,) if who in there else (A,)
        assert forbidden(c("co_appearance", "eq", who), Use(real_persons=persons), groups=groups) == expected


def test_a_dismissed_mention_is_no_company():
    away = Mention(5, 6, "x", "x", "exact", MentionStatus.dismissed, 0, ("d",))
    policy = Policy(usage=Outcome.allowed, prohibitions=[{"constraints": [c("co_appearance", "eq", "others")]}])
    known = {"a": compile_policy(policy, None, None, character="a", work="w", rightsholder="r")}
    assert judge((*mentions_of([("a",)]), away), None, known.get).outcome is Outcome.allowed


def test_characters_without_a_work_are_different_works():
    policy = Policy(usage=Outcome.allowed, prohibitions=[{"constraints": [c("co_appearance", "eq", "same_work")]}])
    known = {x: compile_policy(policy, None, None, character=x, work=None, rightsholder="r") for x in "ef"}
    assert judge(mentions_of([("e",), ("f",)]), None, known.get).outcome is Outcome.allowed


def test_a_candidate_that_the_catalog_does_not_know_is_judged_too():
    judged = judge(mentions_of([("ghost",)]), None, {}.get, unruled=Outcome.prohibited)
    assert [(v.character, v.outcome, v.reasons[0].code) for v in judged.verdicts] == [("ghost", P, "NO_POLICY")]


def test_the_permission_with_the_fewest_duties_counts():
    credit, pay = {"action": "attribute"}, {"action": "compensate"}
    policy = Policy(usage=Outcome.restricted, permissions=[{"id": "a", "duties": [credit, pay]}, {"id": "z", "duties": [credit]}])
    assert ([d.action for d in verdict(policy).duties], verdict(policy).reasons[0].rule) == (["attribute"], "character:a/permissions/z")


def test_an_open_prohibition_keeps_the_duties_and_asks_for_both_facts():
    policy = Policy(
        usage=Outcome.restricted,
        permissions=[{"constraints": [c("purpose", "eq", "parody")]}],
        prohibitions=[{"id": "no-gore", "constraints": [c("theme", "eq", "gore")]}],
    )
    found = verdict(policy)
    assert (found.outcome, found.missing) == (R, ("purpose", "theme"))
    assert next((r.code, r.rule) for r in found.reasons) == ("FACTS_MISSING", "character:a/prohibitions/no-gore")
    assert found.reasons[0].text == "Whether this rule applies depends on facts that were not stated: theme is gore."
    assert found.reasons[0].text_ja == "この条件に当てはまるかどうかは、示されていない事実によります（題材が次と一致する：残虐表現）。"


@pytest.mark.parametrize(
    ("policy", "where", "message"),
    [
        ({}, (), "a policy says a `usage`"),
        ({"usage": "maybe"}, ("usage",), "Input should be 'allowed', 'restricted' or 'prohibited'"),
        ({"usage": "allowed", "permission": []}, ("permission",), "Extra inputs"),
        ({"usage": "allowed", "permissions": [{}]}, ("permissions",), "only under `usage: restricted`"),
        ({"prohibitions": [{"id": "x"}, {"id": "x"}]}, ("prohibitions",), "`x` is the id of two rules"),
        ({"prohibitions": [{"id": "No Ads"}]}, ("prohibitions", 0, "id"), "pattern"),
        (
            {"prohibitions": [{"constraints": [c("theme", "lt", "gore")]}]},
            ("prohibitions", 0, "constraints", 0, "operator"),
            "use one of eq, neq",
        ),
        (
            {"prohibitions": [{"constraints": [c("theme", "eq", "blood")]}]},
            ("prohibitions", 0, "constraints", 0, "right_operand"),
            "`blood` is no theme; use one of violence, gore",
        ),
        (
            {"prohibitions": [{"constraints": [c("theme", "eq", ["gore"])]}]},
            ("prohibitions", 0, "constraints", 0, "right_operand"),
            "one value",
        ),
        (
            {"prohibitions": [{"constraints": [c("theme", "is_any_of", "gore")]}]},
            ("prohibitions", 0, "constraints", 0, "right_operand"),
            "a list",
        ),
        (
            {"prohibitions": [{"constraints": [c("territory", "eq", "UK")]}]},
            ("prohibitions", 0, "constraints", 0, "right_operand"),
            "write `GB`",
        ),
        (
            {"prohibitions": [{"constraints": [c("territory", "eq", "jp")]}]},
            ("prohibitions", 0, "constraints", 0, "right_operand"),
            "such as `JP`",
        ),
        (
            {"prohibitions": [{"constraints": [c("audience", "lt", "18")]}]},
            ("prohibitions", 0, "constraints", 0, "right_operand"),
            "whole number",
        ),
        (
            {"prohibitions": [{"constraints": [c("date_time", "lt", "2026-01-01")]}]},
            ("prohibitions", 0, "constraints", 0, "right_operand"),
            "offset",
        ),
        ({"usage": "allowed", "valid_from": "2026-01-01T00:00:00"}, ("valid_from",), "timezone"),
        (
            {"usage": "allowed", "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"},
            ("valid_until",),
            "not after",
        ),
    ],
)
def test_a_policy_that_is_wrong_says_where_and_what_to_do(policy, where, message):
    with pytest.raises(ValidationError) as wrong:
        Policy.model_validate(policy)
    assert any(error["loc"][: len(where)] == where and message in error["msg"] for error in wrong.value.errors())


@pytest.mark.parametrize(
    "use", [{"purpose": "fun"}, {"territory": "UK"}, {"purpose": []}, {"audience": -1}, {"recipient": "svc"}, {"date_time": "now"}]
)
def test_a_use_cannot_claim_unknown_words_or_what_the_registry_knows_itself(use):
    with pytest.raises(ValidationError):
        Use.model_validate(use)
