"""Policies as ODRL 2.2 in JSON-LD, out and in (https://www.w3.org/TR/odrl-model/), with `conflict: prohibit` explicit.

The context is ours and stands in the document: nobody needs the network to read it. What ODRL has a term for is said
in ODRL; what it has none for is said in the profile `PROFILE`, which `policies/odrl.md` lists.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from registry.core.errors import FieldError, InvalidInput
from registry.core.model import Outcome, Policy
from registry.core.policy import LISTS, Constraint, Duty, Permission, Prohibition
from registry.core.words import DUTIES, ODRL, OPERAND_KIND, OPERANDS, OPERATORS

ODRL_NS = "http://www.w3.org/ns/odrl/2/"
PROFILE = "urn:character-registry:odrl-profile:1"
PROFILE_NS = f"{PROFILE}#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DCT = "http://purl.org/dc/terms/"

_TYPE_OF_KIND = {"number": "xsd:integer", "time": "xsd:dateTime", "word": "xsd:token", "territory": "xsd:token", "text": "xsd:string"}
_OPERAND_OF = {ODRL[operand]: operand for operand in OPERANDS}
_OPERATOR_OF = {ODRL[operator]: operator for operator in OPERATORS}
_ACTIONS = {action: action for action in ("registry:generate", "odrl:use")}
_DUTY_OF = {ODRL[duty]: duty for duty in DUTIES}


def _link(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "@id"}


CONTEXT: dict[str, Any] = {
    "odrl": ODRL_NS,
    "registry": PROFILE_NS,
    "xsd": _XSD,
    "dct": _DCT,
    "uid": "@id",
    "type": "@type",
    **{term: _link(f"odrl:{term}") for term in ("profile", "conflict", "target", "assigner", "action", "leftOperand", "operator")},
    **{term: {"@id": f"odrl:{term}", "@container": "@set"} for term in ("permission", "prohibition", "constraint", "duty")},
    "rightOperand": {"@id": "odrl:rightOperand", "@container": "@list"},
    "description": "dct:description",
    "identifier": "dct:identifier",
    "usage": "registry:usage",
    "dutyText": "registry:dutyText",
    "dutyAddress": "registry:dutyAddress",
    "exception": {"@id": "registry:exception", "@container": "@set"},
    "validFrom": {"@id": "registry:validFrom", "@type": "xsd:dateTime"},
    "validUntil": {"@id": "registry:validUntil", "@type": "xsd:dateTime"},
    "unreadable": "registry:unreadable",
    "implied": "registry:implied",
    "remedy": {"@id": "registry:remedy", "@type": "@json"},
}

_IMPLIED: dict[str, tuple[str, dict[str, Any]]] = {
    "allowed": ("permission", {}),
    "restricted": ("permission", {"duties": [{"action": "obtain_consent"}]}),
    "prohibited": ("prohibition", {}),
}
_NODE = frozenset({"@context", "@id", "@type", "uid", "type"})
_RULE_FIELDS = _NODE | {"target", "assigner", "action", "identifier", "description", "unreadable", "implied", "constraint", "duty"}
_FIELDS = _NODE | {"target", "assigner", "profile", "conflict", "usage", "permission", "prohibition", "exception"}
_FIELDS |= {"validFrom", "validUntil", "remedy", "description"}


def to_odrl(policy: Policy, *, uid: str, target: str, assigner: str) -> dict[str, Any]:
    """Return the policy as an odrl:Offer of `assigner` about `target`. All three are IRIs."""
    implied = _implied(policy)
    rules: tuple[Permission | Prohibition, ...] = (*policy.permissions, *policy.prohibitions)
    written = [_rule_out(rule, target, assigner) for rule in rules]
    written += [{**_rule_out(rule, target, assigner), "implied": True} for rule in implied]
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "type": "odrl:Offer",
        "uid": uid,
        "profile": PROFILE,
        "conflict": "odrl:prohibit",
        "usage": policy.usage.value if policy.usage else None,
        "permission": [rule for rule in written if rule["type"] == "odrl:Permission"],
        "prohibition": [rule for rule in written if rule["type"] == "odrl:Prohibition"],
        "exception": list(policy.exceptions),
        "validFrom": policy.valid_from.isoformat() if policy.valid_from else None,
        "validUntil": policy.valid_until.isoformat() if policy.valid_until else None,
        "remedy": policy.remedy.model_dump(mode="json") if policy.remedy else None,
        "description": policy.note,
    }
    return _without_gaps(document)


def _implied(policy: Policy) -> tuple[Permission | Prohibition, ...]:
    """Return the rule that the usage stands for, so that any reader of ODRL understands it."""
    if policy.usage is Outcome.allowed:
        return (Permission(),)
    if policy.usage is Outcome.restricted and not policy.permissions:
        return (Permission(duties=(Duty(action="obtain_consent"),)),)
    return (Prohibition(),) if policy.usage is Outcome.prohibited else ()


def _rule_out(rule: Permission | Prohibition, target: str, assigner: str) -> dict[str, Any]:
    return _without_gaps(
        {
            "type": "odrl:Permission" if isinstance(rule, Permission) else "odrl:Prohibition",
            "target": target,
            "assigner": assigner,
            "action": "registry:generate",
            "identifier": rule.id,
            "description": rule.note,
            "unreadable": rule.unreadable or None,
            "constraint": [_constraint_out(c) for c in rule.constraints],
            "duty": [_duty_out(duty) for duty in rule.duties] if isinstance(rule, Permission) else [],
        }
    )


def _constraint_out(constraint: Constraint) -> dict[str, Any]:
    right = constraint.right_operand
    kind = _TYPE_OF_KIND[OPERAND_KIND[constraint.left_operand]]
    return {
        "type": "odrl:Constraint",
        "leftOperand": ODRL[constraint.left_operand],
        "operator": ODRL[constraint.operator],
        "rightOperand": [{"@value": str(value), "@type": kind} for value in (right if isinstance(right, tuple) else (right,))],
    }


def _duty_out(duty: Duty) -> dict[str, Any]:
    return _without_gaps({"type": "odrl:Duty", "action": ODRL[duty.action], "dutyText": duty.text, "dutyAddress": duty.address})


def _without_gaps(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != []}


def from_odrl(document: Mapping[str, Any]) -> Policy:
    """Read a document in the form that `to_odrl` writes, of this profile or of plain ODRL.

    Raises InvalidInput with the field for a term that the registry cannot judge, and where `conflict` is not `prohibit`:
    importing it would change what it means.
    """
    conflict = document.get("conflict")
    if str(conflict) not in {"odrl:prohibit", f"{ODRL_NS}prohibit", "prohibit"}:
        raise _refused("/conflict", f"`{conflict}` is not `odrl:prohibit`: its prohibitions would not always count; say so in the document")
    try:
        return _policy_in(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise _refused("/" + "/".join(map(str, first["loc"])), first["msg"]) from error
    except (AttributeError, TypeError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise _refused("", "the document is not shaped as ODRL in JSON-LD") from error


def _policy_in(document: Mapping[str, Any]) -> Policy:
    _known(document, _FIELDS, "")
    usage, ours = document.get("usage"), document.get("profile") == PROFILE
    implied = _IMPLIED.get(str(usage)) if ours else None
    permissions, prohibitions = (_rules_in(document, kind, implied) for kind in ("permission", "prohibition"))
    if usage is None and not ours:
        usage = "restricted" if permissions else "prohibited"  # ODRL: what nothing permits is not permitted
    given = {
        "usage": usage,
        "permissions": permissions,
        "prohibitions": prohibitions,
        "exceptions": _many(document.get("exception")),
        "valid_from": document.get("validFrom"),
        "valid_until": document.get("validUntil"),
        "remedy": document.get("remedy"),
        "note": document.get("description"),
    }
    return Policy.model_validate(_without_gaps(given))


def _rules_in(document: Mapping[str, Any], kind: str, implied: tuple[str, dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Read the rules of a kind, without the one that says no more than the usage does."""
    rules = [(rule, _rule_in(rule, f"/{kind}/{n}")) for n, rule in enumerate(_many(document.get(kind)))]
    return [read for rule, read in rules if not (rule.get("implied") and (kind, read) == implied)]


def _rule_in(rule: Mapping[str, Any], where: str) -> dict[str, Any]:
    _known(rule, _RULE_FIELDS, where)
    _term(_ACTIONS, rule.get("action"), f"{where}/action")
    return _without_gaps(
        {
            "id": rule.get("identifier"),
            "note": rule.get("description"),
            "unreadable": rule.get("unreadable"),
            "constraints": [_constraint_in(c, f"{where}/constraint/{n}") for n, c in enumerate(_many(rule.get("constraint")))],
            "duties": [_duty_in(duty, f"{where}/duty/{n}") for n, duty in enumerate(_many(rule.get("duty")))],
        }
    )


def _known(values: Mapping[str, Any], fields: frozenset[str], where: str) -> None:
    """Refuse what would be lost: a field left out silently could loosen a policy."""
    for field in sorted(values.keys() - fields):
        raise _refused(f"{where}/{field}", f"`{field}` is nothing that the registry can judge")


def _constraint_in(constraint: Mapping[str, Any], where: str) -> dict[str, Any]:
    _known(constraint, _NODE | {"leftOperand", "operator", "rightOperand"}, where)
    operand = _term(_OPERAND_OF, constraint.get("leftOperand"), f"{where}/leftOperand")
    operator = _term(_OPERATOR_OF, constraint.get("operator"), f"{where}/operator")
    values = [_value_in(value, is_number=OPERAND_KIND[operand] == "number") for value in _many(constraint.get("rightOperand"))]
    return {"left_operand": operand, "operator": operator, "right_operand": values if operator in LISTS or len(values) != 1 else values[0]}


def _value_in(value: Any, *, is_number: bool) -> Any:
    """Return a typed literal, an IRI or a plain value as text, a number as a whole number."""
    bare = value.get("@value", value.get("@id")) if isinstance(value, Mapping) else value
    return int(str(bare)) if is_number and str(bare).isdecimal() else bare


def _duty_in(duty: Mapping[str, Any], where: str) -> dict[str, Any]:
    _known(duty, _NODE | {"action", "dutyText", "dutyAddress"}, where)
    action = _term(_DUTY_OF, duty.get("action"), f"{where}/action")
    return _without_gaps({"action": action, "text": duty.get("dutyText"), "address": duty.get("dutyAddress")})


def _term(known: Mapping[str, str], given: Any, where: str) -> str:
    """Return our word for an ODRL term, given as `odrl:eq`, as `eq` or as its whole IRI."""
    short = str(given).replace(ODRL_NS, "odrl:").replace(PROFILE_NS, "registry:")
    word = known.get(short) or known.get(f"odrl:{short}")
    if word is None:
        raise _refused(where, f"`{given}` is no term that the registry can judge; use one of {', '.join(known)}")
    return word


def _many(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _refused(field: str, message: str) -> InvalidInput:
    return InvalidInput(f"`{field or '/'}`: {message}", fields=(FieldError(field, message),))
