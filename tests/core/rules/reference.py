"""The rules of DESIGN section 5 once more, slowly and by the letter: no masks, no periods, nothing compiled."""

from registry.core.policy import moment
from registry.core.rules.accepted import COMPARE
from registry.core.words import BROADER, TERRITORIES, TERRITORY_GROUPS, VALUES

MANY = {"purpose", "media", "territory", "theme", "aspect", "co_appearance"}
UNIVERSE = {**{operand: set(words) for operand, words in VALUES.items()}, "territory": TERRITORIES, "audience": set(range(121))}
ORDER = ("allowed", "restricted", "prohibited")


def expand(operand, word):
    if operand == "territory":
        return set(TERRITORY_GROUPS.get(word, {word}))
    return {word}.union(*(expand(operand, w) for w, b in BROADER.get(operand, {}).items() if b == word))


def rights(constraint):
    return constraint.right_operand if isinstance(constraint.right_operand, tuple) else (constraint.right_operand,)


def value_fits(value, c):
    if c.left_operand in {"audience", "date_time"}:
        return COMPARE[c.operator](value, c.right_operand if c.left_operand == "audience" else moment(c.right_operand))
    listed = set().union(*(expand(c.left_operand, word) for word in rights(c)))
    return (value in listed) == (c.operator in {"eq", "is_any_of"})


def state(rule, facts, *, permission):
    """Return False, True, or the set of facts that are missing."""
    missing, quantifier = set(), all if permission else any
    for operand in {c.left_operand for c in rule.constraints}:
        asked = [c for c in rule.constraints if c.left_operand == operand]
        known, perhaps = facts[operand] if operand == "co_appearance" else (facts[operand], set())
        values = (
            {text for c in asked for text in rights(c)} | {"any other"} if operand in {"recipient", "licence"} else UNIVERSE.get(operand)
        )
        fitting = values and {value for value in values if all(value_fits(value, c) for c in asked)}
        can_be_empty = operand == "theme"
        if fitting == values and values and (permission or not can_be_empty):
            continue  # whatever the fact is, it fits
        if fitting == set() and not (permission and can_be_empty):
            return False  # whatever the fact is, it does not
        if known is None:
            missing.add(operand)
            continue
        sure, open_ = (
            quantifier(all(value_fits(v, c) for c in asked) for v in w) for w in ((known if operand in MANY else {known}), perhaps)
        )
        if operand == "co_appearance" and perhaps and (open_ != sure) and sure == permission:
            missing.add("real_persons")
        elif not sure:
            return False
    return missing or True


def answer(policies, facts, unruled):
    """Return outcome and missing facts; `policies` are those in force, nearest first."""
    forbidding = [state(rule, facts, permission=False) for policy in policies for rule in policy.prohibitions]
    ruling = next((policy for policy in policies if policy.usage is not None), None)
    outcome, missing = (ruling.usage if ruling else unruled), set()
    if ruling and ruling.permissions:
        states = [(state(rule, facts, permission=True), bool(rule.duties)) for rule in ruling.permissions]
        held = [duties for found, duties in states if found is True]
        missing = set() if held else set().union(*(found for found, _ in states if isinstance(found, set)))
        outcome = "restricted" if missing or (held and all(held)) else "allowed" if held else "prohibited"
    if True in forbidding or outcome == "prohibited":
        return "prohibited", set()
    open_facts = set().union(*(found for found in forbidding if isinstance(found, set)))
    return ORDER[max(ORDER.index(outcome), bool(open_facts))], missing | open_facts
