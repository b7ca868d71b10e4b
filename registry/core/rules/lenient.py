"""Reading a stored policy that this version cannot read in full (written by a newer one, or damaged): never looser, never an error.

INVARIANT: a prohibition that cannot be read prohibits, a permission that cannot be read permits nothing, and where
anything else cannot be read (usage, dates, exceptions, an unknown field) everything is prohibited.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from registry.core.model import Outcome, Policy
from registry.core.policy import Permission, Prohibition

NOTHING_READABLE = Policy(usage=Outcome.prohibited, prohibitions=(Prohibition(unreadable=True),))

_Rule = TypeVar("_Rule", Permission, Prohibition)


def read_policy(data: object) -> Policy:
    """Return the policy in `data` (parsed JSON). Total; use `Policy.model_validate` where what is wrong must be told."""
    try:
        return Policy.model_validate(data)
    except ValidationError:
        return _salvaged(data) if isinstance(data, Mapping) else NOTHING_READABLE


def _salvaged(data: Mapping[Any, Any]) -> Policy:
    """Put an unreadable rule in the place of every rule that cannot be read."""
    try:
        permissions = [_rule(Permission, rule) for rule in data.get("permissions", ())]
        prohibitions = [_rule(Prohibition, rule) for rule in data.get("prohibitions", ())]
        return Policy.model_validate({**data, "permissions": permissions, "prohibitions": prohibitions})
    except (ValidationError, TypeError):
        return NOTHING_READABLE


def _rule(kind: type[_Rule], data: object) -> _Rule:
    try:
        return kind.model_validate(data)
    except ValidationError:
        return kind(unreadable=True)
