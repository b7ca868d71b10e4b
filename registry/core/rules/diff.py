"""Two versions of a policy compared in words: what a change of it changes, for the person who signs it."""

from collections.abc import Iterable, Iterator

from registry.core.model import Policy, Remedy
from registry.core.policy import Permission, Prohibition
from registry.core.rules.compiled import rule_name
from registry.core.rules.describe import describe_rule

NOTHING_CHANGES = "Nothing changes."
SILENT = Policy.model_construct()
"""The policy that says nothing, which no validation lets in."""


def diff_policies(old: Policy | None, new: Policy | None) -> tuple[str, ...]:
    """Return one English sentence per change; `NOTHING_CHANGES` alone where there is none.

    Rules are the same rule if they have the same id, or no id and the same content.
    """
    return tuple(_changes(old, new)) or (NOTHING_CHANGES,)


def _changes(before: Policy | None, after: Policy | None) -> Iterator[str]:
    if before is None and after is not None:
        yield "There was no policy before."
    if before is not None and after is None:
        yield "The policy is withdrawn: the level above counts alone."
    old, new = before or SILENT, after or SILENT
    yield from _usage(old, new)
    yield from _rules("permission", _by_name(old.permissions), _by_name(new.permissions))
    yield from _rules("prohibition", _by_name(old.prohibitions), _by_name(new.prohibitions))
    yield from _exceptions(set(old.exceptions), set(new.exceptions))
    yield from _dates(old, new) if after else ()
    yield from _remedy(old.remedy or Remedy(), new.remedy or Remedy())


def _usage(old: Policy, new: Policy) -> Iterator[str]:
    before, after = (f"`{policy.usage}`" if policy.usage else "that of the level above" for policy in (old, new))
    if before != after:
        yield f"The usage changes from {before} to {after}."


def _by_name(rules: Iterable[Permission | Prohibition]) -> dict[str, Permission | Prohibition]:
    return {rule_name(rule): rule for rule in rules}


def _rules(kind: str, old: dict[str, Permission | Prohibition], new: dict[str, Permission | Prohibition]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        before, after = (describe_rule(rules[name])[0] if name in rules else "" for rules in (old, new))
        if not before:
            yield f"A {kind} is added (`{name}`): {after}."
        elif not after:
            yield f"A {kind} is removed (`{name}`): {before}."
        elif before != after:
            yield f"The {kind} `{name}` changes from: {before}; to: {after}."


def _exceptions(old: set[str], new: set[str]) -> Iterator[str]:
    for ref in sorted(new - old):
        yield f"`{ref}` is excepted: the policy no longer covers it."
    for ref in sorted(old - new):
        yield f"`{ref}` is no longer excepted: the policy covers it."


def _dates(old: Policy, new: Policy) -> Iterator[str]:
    for verb, before, after, otherwise in (
        ("begins", old.valid_from, new.valid_from, "at once"),
        ("ends", old.valid_until, new.valid_until, "never"),
    ):
        if before != after:
            yield f"It {verb} {f'on {after.isoformat()}' if after else otherwise}" + (f", not on {before.isoformat()}." if before else ".")


def _remedy(old: Remedy, new: Remedy) -> Iterator[str]:
    for what, before, after in (
        ("substitutes", _substitutes(old), _substitutes(new)),
        ("negative terms", ", ".join(old.negative_terms), ", ".join(new.negative_terms)),
    ):
        if before != after:
            yield f"The {what} change from {before or 'none'} to {after or 'none'}."


def _substitutes(remedy: Remedy) -> str:
    return ", ".join(f"`{s.text}`" + (f" ({s.lang})" if s.lang else "") for s in remedy.substitutes)
