"""The effective policy of a character: the nearest usage on character, else work, else rightsholder (ODRL inheritance)."""

from dataclasses import dataclass

from registry.core.model import Outcome, Policy, Reason
from registry.core.rules.reasons import usage_reason


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """What counts for one character, compiled once per change of the catalog; `usage` is None where nobody has ruled."""

    character: str
    work: str | None
    rightsholder: str
    contact: str | None
    usage: Outcome | None
    reasons: tuple[Reason, ...]


def compile_policy(
    character_policy: Policy | None,
    work_policy: Policy | None,
    rightsholder_policy: Policy | None,
    *,
    character: str,
    work: str | None,
    rightsholder: str,
    contact: str | None = None,
) -> EffectivePolicy:
    """Compile the policies of the three levels, given with their ids, to the one that counts for the character."""
    levels = (
        (f"character:{character}", character_policy),
        (f"work:{work}", work_policy),
        (f"rightsholder:{rightsholder}", rightsholder_policy),
    )
    for rule, policy in levels:
        if policy is not None:
            reasons = (usage_reason(policy.usage, rule),)
            return EffectivePolicy(character, work, rightsholder, contact, policy.usage, reasons)
    return EffectivePolicy(character, work, rightsholder, contact, None, ())
