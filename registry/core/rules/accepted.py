"""Which values a rule's constraints accept, operand by operand: words with their narrower ones, countries of groups, ages.

Constraints of one rule on the same operand are read together: a value must meet all of them.
"""

import operator
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from registry.core.policy import Constraint, moment
from registry.core.rules.facts import AGES, BIT, Texts, countries
from registry.core.words import BROADER, OPERAND_KIND, VALUES

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
NEGATED = frozenset({"neq", "is_none_of"})


def accepted(constraints: Iterable[Constraint], texts: Texts) -> dict[str, tuple[int, int]]:
    """Return, for each operand asked about but date_time, the bits of what fits and of all that there is."""
    fits: dict[str, tuple[int, int]] = {}
    for constraint in constraints:
        operand = constraint.left_operand
        if operand != "date_time":
            bits = BIT[operand] or texts.bit[operand]
            universe = sum(bits.values())
            fits[operand] = (fits.get(operand, (universe, universe))[0] & _bits(constraint, bits, universe), universe)
    return fits


def _bits(constraint: Constraint, bits: dict[str, int], universe: int) -> int:
    named = sum(bits[value] for value in _expanded(constraint))
    return universe & ~named if constraint.operator in NEGATED and OPERAND_KIND[constraint.left_operand] != "number" else named


def _expanded(constraint: Constraint) -> frozenset[str]:
    operand, values = constraint.left_operand, values_of(constraint)
    match OPERAND_KIND[operand]:
        case "number":
            compare = COMPARE[constraint.operator]
            return frozenset(str(age) for age in AGES if compare(age, constraint.right_operand))
        case "territory":
            return countries(values)
        case "word":
            return frozenset[str]().union(*(narrower(operand, value) for value in values))
        case _:
            return frozenset(values)


def values_of(constraint: Constraint) -> list[str]:
    """Return the right operand as sorted texts."""
    right = constraint.right_operand
    return sorted({str(value) for value in (right if isinstance(right, tuple) else (right,))})


@cache
def narrower(operand: str, word: str) -> frozenset[str]:
    """Return `word` and every word below it. Raises KeyError for a word that the vocabulary lacks."""
    VALUES[operand][word]  # an unknown word must not pass for one that fits nothing
    below = (w for w, broader in BROADER[operand].items() if broader == word)
    return frozenset((word,)).union(*(narrower(operand, w) for w in below))


def texts_named(constraints: Iterable[Constraint]) -> list[tuple[str, str]]:
    """Return the services and licences that constraints name, as pairs of operand and text."""
    return [(c.left_operand, text) for c in constraints if OPERAND_KIND[c.left_operand] == "text" for text in values_of(c)]


def holds_at(constraint: Constraint, begin: datetime | None) -> bool:
    """Whether a date_time constraint holds in the period from `begin` on; None is the time before all dates."""
    edge = moment(str(constraint.right_operand))
    if edge is None:
        raise ValueError(f"`{constraint.right_operand}` is no moment")
    return constraint.operator in {"lt", "lteq"} if begin is None else COMPARE[constraint.operator](begin, edge)
