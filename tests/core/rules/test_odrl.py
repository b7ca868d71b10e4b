"""ODRL 2.2 out and in: no loss, nothing dropped silently, and an independent JSON-LD processor (PyLD) reads it the same."""

import json

import pytest
from hypothesis import given, settings
from pyld import jsonld

from registry.core.errors import InvalidInput
from registry.core.model import Policy
from registry.core.policy import Permission, Prohibition
from registry.core.rules.odrl import CONTEXT, ODRL_NS, PROFILE, PROFILE_NS, from_odrl, to_odrl

from .strategies import CONSTRAINTS, dated_policies

FULL = Policy.model_validate(
    {
        "usage": "restricted",
        "permissions": [
            {
                "id": "fans",
                "note": "for fans",
                "constraints": [{"left_operand": "audience", "operator": "lteq", "right_operand": 12}],
                "duties": [{"action": "attribute", "text": "(c) Sakura", "address": "https://example.org"}],
            }
        ],
        "prohibitions": [{"constraints": [{"left_operand": "territory", "operator": "is_any_of", "right_operand": ["NO", "EU"]}]}, {}],
        "exceptions": ["nyx"],
        "remedy": {"substitutes": [{"text": "猫", "lang": "ja"}], "negative_terms": ["luna"]},
        "valid_from": "2026-01-01T00:00:00+09:00",
        "valid_until": "2027-01-01T00:00:00+09:00",
        "note": "all of it",
    }
)


def document(policy):
    return json.loads(json.dumps(to_odrl(policy, uid="urn:policy:1", target="urn:character:1", assigner="urn:rightsholder:1")))


def through_the_processor(policy):
    return jsonld.compact(jsonld.expand(document(policy)), {"@context": CONTEXT})


@settings(max_examples=1000, deadline=None)
@given(dated_policies)
def test_out_and_in_again_loses_nothing(policy):
    assert from_odrl(document(policy)) == policy


@pytest.mark.parametrize(
    "policy",
    [
        FULL,
        *(Policy(usage=usage) for usage in ("allowed", "restricted", "prohibited")),
        Policy(usage="prohibited", prohibitions=(Prohibition(),)),
        Policy(usage="restricted", permissions=(Permission(duties=[{"action": "obtain_consent"}]),)),
        *(Policy(prohibitions=(Prohibition(constraints=constraints),)) for constraints in CONSTRAINTS[:60] if constraints),
    ],
)
def test_an_independent_processor_reads_the_same_policy(policy):
    assert from_odrl(through_the_processor(policy)) == policy


def test_every_field_is_a_term_and_the_conflict_is_explicit():
    (expanded,) = jsonld.expand(document(FULL))
    assert expanded[f"{ODRL_NS}conflict"] == [{"@id": f"{ODRL_NS}prohibit"}]
    assert expanded[f"{ODRL_NS}profile"] == [{"@id": PROFILE}]
    (permission,) = expanded[f"{ODRL_NS}permission"]
    assert permission["@type"] == [f"{ODRL_NS}Permission"]
    assert permission[f"{ODRL_NS}action"] == [{"@id": f"{PROFILE_NS}generate"}]
    (constraint,) = permission[f"{ODRL_NS}constraint"]
    assert constraint[f"{ODRL_NS}operator"] == [{"@id": f"{ODRL_NS}lteq"}]
    fields = {key for key in document(FULL) if not key.startswith("@")}
    assert len(expanded) == len(fields)  # the processor drops what no term stands for


def test_the_triples_name_the_operands_of_odrl():
    triples = jsonld.to_rdf(document(FULL))["@default"]
    operands = {t["object"]["value"] for t in triples if t["predicate"]["value"] == f"{ODRL_NS}leftOperand"}
    assert operands == {f"{PROFILE_NS}audience", f"{ODRL_NS}spatial"}


def test_plain_odrl_of_another_author_is_read():
    plain = {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Set",
        "uid": "http://example.com/policy:1",
        "conflict": "prohibit",
        "permission": {
            "target": "http://example.com/asset",
            "action": "odrl:use",
            "constraint": {"leftOperand": "purpose", "operator": "eq", "rightOperand": {"@value": "editorial", "@type": "xsd:string"}},
            "duty": [{"action": "attribute"}],
        },
    }
    read = from_odrl(plain)
    assert (read.usage, read.permissions[0].constraints[0].right_operand, read.permissions[0].duties[0].action) == (
        "restricted",
        "editorial",
        "attribute",
    )


def test_a_rule_is_not_taken_for_implied_because_it_says_so():
    written = document(Policy(usage="allowed", prohibitions=(Prohibition(),)))
    written["prohibition"][0]["implied"] = True
    assert from_odrl(written).prohibitions == (Prohibition(),)


RULE = {"action": "odrl:use", "target": "urn:x"}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "/conflict"),
        ({"conflict": "odrl:perm"}, "/conflict"),
        ({"conflict": "prohibit", "obligation": []}, "/obligation"),
        ({"conflict": "prohibit", "permission": {**RULE, "assignee": "urn:y"}}, "/permission/0/assignee"),
        ({"conflict": "prohibit", "permission": {**RULE, "action": "odrl:print"}}, "/permission/0/action"),
        ({"conflict": "prohibit", "permission": {**RULE, "constraint": [{"and": []}]}}, "/permission/0/constraint/0/and"),
        (
            {"conflict": "prohibit", "permission": {**RULE, "constraint": [{"leftOperand": "count"}]}},
            "/permission/0/constraint/0/leftOperand",
        ),
        ({"conflict": "prohibit", "permission": {**RULE, "duty": [{"action": "pay"}]}}, "/permission/0/duty/0/action"),
        (
            {"conflict": "prohibit", "permission": {**RULE, "duty": [{"action": "inform", "constraint": []}]}},
            "/permission/0/duty/0/constraint",
        ),
        ({"conflict": "prohibit", "usage": "perhaps", "profile": PROFILE}, "/usage"),
        ({"conflict": "prohibit", "permission": ["x"]}, ""),
    ],
)
def test_what_would_change_the_meaning_is_refused_with_its_place(document, field):
    with pytest.raises(InvalidInput) as refused:
        from_odrl(document)
    assert refused.value.fields[0].field == field
