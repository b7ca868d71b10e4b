"""One rule set asked about one use: prohibitions first, then the usage, then the permissions that a restriction leaves.

Pure and total: every rule set and every number of facts has exactly one answer.
"""

from collections.abc import Iterable, Sequence

from registry.core.model import STRICTNESS, Outcome
from registry.core.rules.compiled import Answer, Forbidding, Permitting
from registry.core.rules.facts import KNOWN, UNKNOWN
from registry.core.rules.ruleset import RuleSet

_FACT_NAMES = {bit: "real_persons" if operand == "co_appearance" else operand for operand, bit in UNKNOWN.items()}


def evaluate(rules: RuleSet, facts: int, unruled: Outcome = Outcome.restricted) -> Answer:
    """Return the answer of `rules` to `facts`; `unruled` is the outcome where no level says a usage."""
    answer = _permitted(rules, facts) if rules.permissions else rules.base
    if not answer.outcome:
        answer = answer._replace(outcome=unruled)
    near = [rule for first, group in rules.prohibitions if facts & first for rule in group if facts & rule[0]]
    return _forbidden(near, facts, answer, rules) if near else answer


def _permitted(rules: RuleSet, facts: int) -> Answer:
    """Return what the permissions say: the one with the fewest duties that holds, else what is missing, else no.

    INVARIANT: permissions are sorted by number of duties, then by name, so that their order in the policy is nothing.
    """
    near = [rule for rule in rules.permissions if not facts & rule[0]]
    for rule in near:
        if not facts & rule.unknowns:
            return rule.answer
    if near:
        return Answer(Outcome.restricted, tuple(rule.missing_reason for rule in near), (), _missing(near, facts))
    return rules.base


def _forbidden(near: Sequence[Forbidding], facts: int, answer: Answer, rules: RuleSet) -> Answer:
    """Return `answer` as prohibitions that may hold leave it: prohibited, restricted until facts are known, or as it was."""
    holding = tuple(rule.reason for rule in near if all(facts & mask & KNOWN for mask in rule.masks))
    if holding:
        return Answer(Outcome.prohibited, (*rules.base.reasons, *holding) if rules.usage is Outcome.prohibited else holding)
    unsure = [rule for rule in near if all(facts & mask for mask in rule.masks)]
    if not unsure or answer.outcome is Outcome.prohibited:
        return answer
    kept = answer if answer.outcome is Outcome.restricted else Answer(Outcome.restricted, ())
    reasons = tuple(rule.missing_reason for rule in unsure) + kept.reasons
    return Answer(Outcome.restricted, reasons, kept.duties, _missing(unsure, facts, kept.missing))


def _missing(rules: Iterable[Forbidding | Permitting], facts: int, before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the facts that would settle the rules, in the order of the vocabulary."""
    unknown = 0
    for rule in rules:
        unknown |= rule.unknown(facts)
    return tuple(name for bit, name in _FACT_NAMES.items() if unknown & bit or name in before)


def strictest(answers: Iterable[Answer], also_missing: str) -> Answer:
    """Return the strictest of the answers of several periods, which differ by a fact that is not known."""
    ranked = sorted(answers, key=lambda answer: (STRICTNESS[answer.outcome or Outcome.restricted], answer.reasons))
    worst = ranked[-1]
    if ranked[0].outcome is worst.outcome:
        return worst
    return worst._replace(missing=(*worst.missing, also_missing))
