"""Rules in words: a constraint, a duty, a whole rule as a phrase that a licensing manager reads, in English and Japanese."""

from collections.abc import Iterable

from registry.core.policy import Constraint, Duty, Permission, Prohibition
from registry.core.words import DUTIES, OPERANDS, OPERATORS, VALUES

ALWAYS = ("every use", "すべての利用")
_ORDER = {operand: place for place, operand in enumerate(OPERANDS)}


def describe_rule(rule: Permission | Prohibition) -> tuple[str, str]:
    """Return the constraints, and the duties of a permission, in English and Japanese, whatever order they were written in."""
    en, ja = describe_constraints(rule.constraints)
    duties = rule.duties if isinstance(rule, Permission) else ()
    if not duties:
        return en, ja
    ordered = sorted(duties, key=lambda duty: duty.model_dump_json())
    return (
        f"{en}, with the duty to {' and '.join(map(describe_duty, ordered))}",
        f"{ja}、義務：{'、'.join(DUTIES[d.action].ja for d in ordered)}",
    )


def describe_constraints(constraints: Iterable[Constraint]) -> tuple[str, str]:
    """Return all constraints as one phrase; no constraints mean every use."""
    phrases = sorted((_ORDER[c.left_operand], *describe_constraint(c)) for c in constraints)
    if not phrases:
        return ALWAYS
    return " and ".join(en for _, en, _ in phrases), "、かつ".join(ja for _, _, ja in phrases)


def describe_constraint(constraint: Constraint) -> tuple[str, str]:
    """Return one condition, such as `theme is one of violence, gambling` and `題材が次のいずれかである：暴力、賭博`."""
    operand, operator = OPERANDS[constraint.left_operand], OPERATORS[constraint.operator]
    values = _in_order(constraint)
    known = VALUES.get(constraint.left_operand, {})
    en = ", ".join(known[v].en if v in known else v for v in values)
    ja = "、".join(known[v].ja if v in known else v for v in values)
    return f"{operand.en} {operator.en} {en}", f"{operand.ja}{operator.ja}：{ja}"


def describe_duty(duty: Duty) -> str:
    """Return a duty in English, with its text and address, such as `give credit ("(c) Sakura Pictures")`."""
    details = [f'"{duty.text}"' if duty.text else "", duty.address or ""]
    suffix = ", ".join(filter(None, details))
    return DUTIES[duty.action].en + (f" ({suffix})" if suffix else "")


def _in_order(constraint: Constraint) -> list[str]:
    """Return the values as the vocabulary lists them, so that two ways to write a rule read the same."""
    right = constraint.right_operand
    values = sorted(set(map(str, right if isinstance(right, tuple) else (right,))))
    places = {value: place for place, value in enumerate(VALUES.get(constraint.left_operand, {}))}
    return sorted(values, key=lambda value: places.get(value, len(places)))
