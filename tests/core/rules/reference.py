"""The rules of DESIGN section 5 once more, slowly and by the letter: no masks, no periods, nothing compiled."""

from registry.core.policy import moment
from registry.core.words import BROADER, TERRITORIES, TERRITORY_GROUPS, VALUES

MANY = {"purpose", "media", "territory", "theme", "aspect"}
ORDER = ("allowed", "restricted", "prohibited")


def expand(operand, word):
    if operand == "territory":
        return set(TERRITORY_GROUPS.get(word, {word}))
    return {word}.union(*(expand(operand, w) for w, b in BROADER.get(operand, {}).items() if b == word))


def value_fits(value, constraint):
    right = constraint.right_operand
    listed = set().union(*(expand(constraint.left_operand, w) for w in (right if isinstance(right, tuple) else (right,))))
    match constraint.operator:
        case "eq" | "is_any_of":
            return value in listed
        case "neq" | "is_none_of":
            return value not in listed
    right = moment(right) if constraint.left_operand == "date_time" else right
    return {"lt": value < right, "lteq": value <= right, "gt": value > right, "gteq": value >= right}[constraint.operator]


def state(rule, facts, *, permission):
    """Return False, True, or the set of facts that are missing."""
    missing = set()
    for operand in {c.left_operand for c in rule.constraints}:

        def fits(value, operand=operand):
            return all(value_fits(value, c) for c in rule.constraints if c.left_operand == operand)

        universe = {**{o: set(v) for o, v in VALUES.items()}, "territory": TERRITORIES, "audience": set(range(121))}.get(operand)
        texts = {t for c in rule.constraints for t in (c.right_operand if isinstance(c.right_operand, tuple) else (c.right_operand,))}
        universe = universe or (texts | {"another"})
        fact, perhaps = facts[operand] if operand == "co_appearance" else (facts[operand], set())
        if operand not in {"theme", "date_time"} and all(map(fits, universe)):
            continue
        if operand not in {"theme", "date_time"} and not any(map(fits, universe)):
            return False
        if fact is None:
            if operand == "theme" and not permission and not any(map(fits, universe)):
                return False
            if not (operand == "theme" and permission and all(map(fits, universe))):
                missing.add(operand)
            continue
        fact = fact if operand in MANY or operand == "co_appearance" else {fact}
        sure = all(map(fits, fact)) if permission else any(map(fits, fact))
        if sure != (all if permission else any)(map(fits, fact | perhaps)):
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
