"""What a policy must be before it is written: no example of a template left in its duties, no exception that names nobody."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from registry.core.errors import FieldError, InvalidInput
from registry.core.model import Character, Organisation, Policy, Work
from registry.store.database import Session
from registry.store.policy_files import template_examples
from registry.store.refs import known_refs, refs_like

Entry = Character | Work | Organisation
SUGGESTED_FOR, SUGGESTED, ALIKE = 3, 3, 0.7
MAX_ERRORS = 20


def new_policies(before: Entry | None, after: Entry) -> Iterator[tuple[str, Policy]]:
    """Yield what `after` says and `before` did not: JSON pointer and policy. What stands already is not judged again."""
    known = () if before is None else (before.policy, *before.scheduled)
    said = (("/policy", after.policy), *((f"/scheduled/{i}", policy) for i, policy in enumerate(after.scheduled)))
    yield from ((pointer, policy) for pointer, policy in said if policy is not None and policy not in known)


def require_policies_ready(session: Session, before: Entry | None, after: Entry, *, at: str | None = None) -> None:
    """Raise InvalidInput, naming each field, for new policies of an entry that are not ready. `at` is where they stand, if not there."""
    owner = after.id if isinstance(after, Organisation) else after.rightsholder
    policies = [(pointer if at is None else at, policy) for pointer, policy in new_policies(before, after)]
    said = {ref for _, policy in policies for ref in policy.exceptions}
    unknown = said - known_refs(session, owner, said) - own_names(after)
    hints = {ref: closest(ref, refs_like(session, owner, ref)) for ref in sorted(unknown)[:SUGGESTED_FOR]}
    require_no_flaws([flaw for pointer, policy in policies for flaw in flaws(pointer, policy, unknown, hints)])


def require_no_flaws(found: Sequence[FieldError]) -> None:
    """Raise InvalidInput for flaws, if there are any."""
    if found:
        raise InvalidInput(f"the policy is not ready: {found[0].message}", fields=tuple(found[:MAX_ERRORS]))


def flaws(at: str, policy: Policy, unknown: Collection[str], hints: Mapping[str, Sequence[str]]) -> Iterator[FieldError]:
    """Yield what is wrong with a policy at a JSON pointer. `hints` are refs that are spelt much like one of the `unknown` ones."""
    for i, permission in enumerate(policy.permissions):
        for j, duty in enumerate(permission.duties):
            for name, text in (("text", duty.text), ("address", duty.address)):
                example = next((e for e in template_examples() if text is not None and e in text), None)
                if example is not None:
                    words = f"`{example}` is the template's example: put your own in its place"
                    yield FieldError(f"{at}/permissions/{i}/duties/{j}/{name}", words)
    for i, ref in enumerate(policy.exceptions):
        if ref in unknown:
            meant = " or ".join(f"`{hint}`" for hint in hints.get(ref, ()))
            words = f"`{ref}` is none of your characters or works" + (f": did you mean {meant}?" if meant else ": register it first")
            yield FieldError(f"{at}/exceptions/{i}", words)


def own_names(entry: Entry) -> set[str]:
    """Return what an entry is excepted by: its id and ref."""
    return {entry.id, entry.ref}


def closest(said: str, refs: Sequence[str]) -> list[str]:
    """Return refs that are spelt much like the one that was said, the likest first."""
    folded = {ref.casefold(): ref for ref in refs}
    return [folded[found] for found in get_close_matches(said.casefold(), folded, n=SUGGESTED, cutoff=ALIKE)]
