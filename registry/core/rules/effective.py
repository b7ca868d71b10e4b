"""The effective policy of a character: the rule sets of its own, its work's and its rightsholder's policies over time.

Compiled once per change of the catalog. Characters without policies of their own share the rules of their work.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from registry.core.model import Outcome, Policy, Remedy
from registry.core.rules.compiled import Answer
from registry.core.rules.periods import edges_of
from registry.core.rules.reasons import DISPUTED
from registry.core.rules.ruleset import CONSENT, Levels, RuleSet, rules_in_force

Versions = Policy | Sequence[Policy] | None
"""What one level says: a policy, or several of which the one in force that began last counts."""


class Rules(NamedTuple):
    """What counts over time. `plain` is the answer if it is the same for every use at every time.

    `periods[i]` is in force from `begins[i-1]` until `begins[i]`.
    """

    plain: Answer | None
    begins: tuple[datetime, ...]
    periods: tuple[RuleSet, ...]
    levels: Levels

    def at(self, moment: datetime) -> RuleSet:
        """Return what is in force at `moment`."""
        return self.periods[bisect_right(self.begins, moment)]


Shared = dict[tuple[tuple[object, ...], ...], Rules]
"""Rules that were compiled already, by the names and identities of the policies that they come from.

INVARIANT: the value holds the policies, so no identity in a key is ever given to another policy.
"""


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """What counts for one character, and whom to ask. A character without a work is a work of its own.

    `disputed`: whatever the rules say counts at most as `restricted` (`as_disputed`); `plain` is so already.
    """

    character: str
    work: str
    rightsholder: str
    contact: str | None
    plain: Answer | None
    rules: Rules
    disputed: bool = False

    def remedy_at(self, moment: datetime | None) -> Remedy | None:
        """Return the nearest remedy in force; without a clock, that of the first period."""
        return (self.rules.at(moment) if moment else self.rules.periods[0]).remedy


def compile_policy(
    character_policy: Versions,
    work_policy: Versions,
    rightsholder_policy: Versions,
    *,
    character: str,
    work: str | None,
    rightsholder: str,
    contact: str | None = None,
    character_ref: str | None = None,
    work_ref: str | None = None,
    shared: Shared | None = None,
    disputed: bool = False,
) -> EffectivePolicy:
    """Compile the policies of the three levels, given with their ids, to the one that counts for the character.

    The refs are needed for policies with `exceptions`. `shared`, one empty dict per catalog, saves compiling a work's
    policies again for each of its characters. Total: a prohibition that cannot be compiled prohibits, a permission
    permits nothing.
    """
    own = {character, character_ref}
    levels = [
        (f"character:{character}", _versions(character_policy)),
        (f"work:{work}", _covering(work_policy, own)),
        (f"rightsholder:{rightsholder}", _covering(rightsholder_policy, own | {work, work_ref})),
    ]
    saying = [level for level in levels if level[1]]
    rules = _compiled(saying) if shared is None or levels[0][1] else _shared(saying, shared)
    plain = rules.plain
    if disputed and plain:
        plain = as_disputed(plain) if plain.outcome else None  # what nobody has ruled on is settled for each service
    return EffectivePolicy(character, work or f"character:{character}", rightsholder, contact, plain, rules, disputed)


def as_disputed(answer: Answer) -> Answer:
    """Return the answer as it counts while the entry is under dispute: at most `restricted`, and saying so.

    INVARIANT: monotone, so that adding a prohibition loosens nothing here either.
    """
    reasons = (DISPUTED, *answer.reasons)
    if answer.outcome is not Outcome.prohibited:
        return answer._replace(reasons=reasons)
    return answer._replace(outcome=Outcome.restricted, reasons=reasons, duties=answer.duties or CONSENT)


def _versions(versions: Versions) -> tuple[Policy, ...]:
    return (versions,) if isinstance(versions, Policy) else tuple(versions or ())


def _covering(versions: Versions, names: set[str | None]) -> tuple[Policy, ...]:
    """Return the versions that do not except any of `names`."""
    return tuple(policy for policy in _versions(versions) if names.isdisjoint(policy.exceptions))


def _shared(levels: Levels, shared: Shared) -> Rules:
    key = tuple((name, *map(id, versions)) for name, versions in levels)
    if key not in shared:
        shared[key] = _compiled(levels)
    return shared[key]


def _compiled(levels: Levels) -> Rules:
    begins = sorted({edge for _, versions in levels for policy in versions for edge in edges_of(policy)})
    periods = tuple(rules_in_force(levels, moment) for moment in (None, *begins))
    plain = periods[0].base if len(periods) == 1 and periods[0].is_plain else None
    return Rules(plain, tuple(begins), periods, tuple(levels))
