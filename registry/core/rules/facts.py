"""The facts of one check as one whole number: a bit for every value of every operand, and one for "not said".

Comparing a rule with a use is then one `&` per operand. Texts (services, licences) get their bits from the rules that
name them; `date_time` needs none, because rules are compiled for each period in which no date changes their meaning.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from registry.core.model import Use
from registry.core.words import OPERAND_KIND, OPERANDS, TERRITORIES, TERRITORY_GROUPS, VALUES, LeftOperand

AGES = range(121)
_VALUES: dict[str, Iterable[str]] = {
    operand: sorted(TERRITORIES) if kind == "territory" else map(str, AGES) if kind == "number" else VALUES.get(operand, ())
    for operand, kind in OPERAND_KIND.items()
}
_WORDS_FIRST = sorted(OPERANDS, key=lambda operand: ("word", "number", "territory", "text", "time").index(OPERAND_KIND[operand]))
_PAIRS = [(operand, value) for operand in _WORDS_FIRST for value in _VALUES[operand]]  # low bits make short, fast masks

UNKNOWN: Final[dict[str, int]] = {operand: 1 << place for place, operand in enumerate(OPERANDS)}
"""Set while a fact is not known; of co_appearance: while real persons may be there."""
KNOWN: Final = ~sum(UNKNOWN.values())
BIT: Final[dict[str, dict[str, int]]] = {
    operand: {value: 1 << place for place, (o, value) in enumerate(_PAIRS, len(OPERANDS)) if o == operand} for operand in OPERANDS
}
FIRST_FREE: Final = len(OPERANDS) + len(_PAIRS)
_TEXTS_UNKNOWN: Final = UNKNOWN["recipient"] | UNKNOWN["licence"]

_SILENT = Use()


def facts_of(use: Use | None) -> int:
    """Return what the service claims. Nothing is set for co_appearance, recipient and licence, which rule sets add."""
    said = use or _SILENT
    facts = _claimed("purpose", said.purpose) | _claimed("media", said.media) | _claimed("territory", said.territory)
    facts |= _claimed("theme", said.theme) | _claimed("aspect", said.aspect)
    return facts | (UNKNOWN["audience"] if said.audience is None else BIT["audience"][str(said.audience)])


@lru_cache(maxsize=4096)
def _claimed(operand: LeftOperand, values: tuple[str, ...] | None) -> int:
    if values is None:
        return UNKNOWN[operand]
    return bits_of(operand, countries(values) if operand == "territory" else values)


def bits_of(operand: str, values: Iterable[str]) -> int:
    """Return the bits of these values."""
    known = BIT[operand]
    return sum(known[value] for value in set(values))


def countries(codes: Iterable[str]) -> frozenset[str]:
    """Return the countries that country and group codes stand for."""
    return frozenset[str]().union(*(TERRITORY_GROUPS.get(code, frozenset((code,))) for code in codes))


class Texts:
    """The bits of the services and licences that one set of rules names; any other text has the operand's other bit."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self.bit: dict[str, dict[str, int]] = {"recipient": {}, "licence": {}}
        place = FIRST_FREE
        for operand, text in (*((operand, "") for operand in self.bit), *sorted(set(named))):
            self.bit[operand][text] = 1 << place  # "" stands for any other text: no ref is empty
            place += 1
        self.is_idle = place == FIRST_FREE + 2

    def facts(self, recipient: str | None, licence: str | None) -> int:
        """Return the bits of who asks and under which licence."""
        if self.is_idle:
            return _TEXTS_UNKNOWN
        return self._of("recipient", recipient) | self._of("licence", licence)

    def _of(self, operand: str, text: str | None) -> int:
        bits = self.bit[operand]
        return UNKNOWN[operand] if text is None else bits.get(text) or bits[""]


NO_TEXTS: Final = Texts(())
"""For the many rule sets that name no service and no licence."""
