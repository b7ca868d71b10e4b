"""Registering works and characters: create, replace, patch, withdraw. Only the owner writes; nothing is deleted."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from pydantic import ValidationError

from registry.core.claims import Risk
from registry.core.errors import Conflict, FieldError, InvalidInput, LogUnavailable, NotPermitted
from registry.core.model import IN_FORCE, Character, EntryStatus, Role, Work
from registry.core.policy import begins_later
from registry.store import cases
from registry.store import catalog as store
from registry.store.database import Session
from registry.usecases.access import Caller
from registry.usecases.claims import NEVER_IN_FORCE, Asked, entries_of, hour_of, is_first_asked, is_local, names_said, screen_for, settle
from registry.usecases.entries import CHARACTER, WORK, Draft, Kind, build_entry, draft_fields, entry_change
from registry.usecases.policy_checks import require_policies_ready
from registry.usecases.preconditions import ANYTHING, Precondition
from registry.usecases.read_entries import find_entry, missing
from registry.usecases.registry import Registry


def create_entry(
    registry: Registry, caller: Caller, kind: Kind, draft: Draft, *, status: EntryStatus = EntryStatus.active
) -> Work | Character:
    """Register a new entry: `active` is in force at once unless its names must wait (`pending`), `draft` is not judged yet.

    Raises Conflict when the caller has an entry with this ref already.
    """
    caller.require(Role.rightsholder)
    registry.catalog.refresh()
    with registry.database.write() as session:
        if draft.ref is not None and kind.find(session, rightsholder=caller.organisation.id, ref=draft.ref) is not None:
            raise Conflict(f"you have a {kind.name} with ref `{draft.ref}` already", fields=(FieldError("/ref", "taken"),))
        entry = _new_entry(session, registry.now(), caller, kind, draft)
        entry = _settled(registry, session, caller, None, entry.model_copy(update={"status": status}))
    return _in_force(registry, entry)


def put_entry(
    registry: Registry,
    caller: Caller,
    kind: Kind,
    said: str,
    draft: Draft,
    *,
    status: EntryStatus = EntryStatus.active,
    precondition: Precondition = ANYTHING,
) -> tuple[Work | Character, bool]:
    """Replace an entry, or create it when it is named by a ref that is free. Returns it, and whether it is new.

    Raises PreconditionRequired for what would replace something else without saying which state of it.
    """
    caller.require(Role.rightsholder)
    registry.catalog.refresh()
    with registry.database.write() as session:
        before = find_entry(session, kind, caller.organisation.id, said)
        if before is None:
            if not said.startswith("ref:"):
                raise missing(kind, said)
            precondition.require(None)
            entry = _new_entry(session, registry.now(), caller, kind, draft.model_copy(update={"ref": said[4:]}))
        else:
            _require_own(caller, kind, before)
            precondition.require(before)
            entry = _changed(session, registry.now(), caller, before, draft)
            if entry.model_copy(update={"updated_at": before.updated_at, "revision": before.revision}) != before:
                precondition.require_said(before)
        entry = entry.model_copy(update={"status": _asked_status(before, status)})
        entry = _settled(registry, session, caller, before, entry)
    return _in_force(registry, entry), before is None


def patch_entry(
    registry: Registry, caller: Caller, kind: Kind, said: str, changes: dict[str, Any], *, precondition: Precondition = ANYTHING
) -> Work | Character:
    """Change some fields (JSON merge patch, RFC 7396).

    `status` may be `draft`, `active` (submits a draft, takes a withdrawal back) or `withdrawn`.
    """
    caller.require(Role.rightsholder)
    registry.catalog.refresh()
    with registry.database.write() as session:
        before = _owned(session, caller, kind, said)
        precondition.require(before)
        named = frozenset(changes)
        status = _asked_status(before, changes.pop("status", _kept_status(before)))
        fields = {name: getattr(before, name) for name in kind.draft.model_fields}
        if "policy" in changes:
            fields["scheduled"] = begins_later(before.scheduled, registry.now())
        draft = _validated(kind.draft, {**fields, **changes})
        entry = _changed(session, registry.now(), caller, before, draft, status=status)
        entry = _settled(registry, session, caller, before, entry, named)
    return _in_force(registry, entry)


def change_entry(
    registry: Registry, caller: Caller, kind: Kind, said: str, change: Callable[[Work | Character], dict[str, Any]]
) -> Work | Character:
    """Change the policies of an entry to what `change` returns, given the entry as it stands; the body of the request is a policy."""
    caller.require(Role.rightsholder)
    with registry.database.write() as session:
        before = _owned(session, caller, kind, said)
        entry = before.model_copy(update={**change(before), "updated_at": registry.now()})
        require_policies_ready(session, before, entry, at="")
        _commit(session, entry, caller, is_new=False)
    return _in_force(registry, entry)


def withdraw_entry(registry: Registry, caller: Caller, kind: Kind, said: str, *, precondition: Precondition = ANYTHING) -> Work | Character:
    """Stop enforcing an entry. It stays readable for its owner and in the log. A work must have no active characters left."""
    caller.require(Role.rightsholder)
    with registry.database.write() as session:
        before = _owned(session, caller, kind, said)
        precondition.require(before)
        if kind is WORK and (left := store.count_characters(session, before.id, IN_FORCE | {EntryStatus.pending})):
            raise Conflict(f"the work has {left} active characters: withdraw them first, so that none is left without its work's policy")
        entry = before.model_copy(update={"status": EntryStatus.withdrawn, "updated_at": registry.now()})
        entry = _settled(registry, session, caller, before, entry)
    return _in_force(registry, entry)


def _new_entry(session: Session, now: datetime, caller: Caller, kind: Kind, draft: Draft) -> Work | Character:
    return build_entry(kind, draft, rightsholder=caller.organisation.id, work=_work_id(session, caller, draft), now=now)


def _changed(
    session: Session, now: datetime, caller: Caller, before: Work | Character, draft: Draft, status: EntryStatus = EntryStatus.active
) -> Work | Character:
    kind = WORK if isinstance(before, Work) else CHARACTER
    fields = {
        **draft_fields(kind, draft),
        "id": before.id,
        "rightsholder": before.rightsholder,
        "created_at": before.created_at,
        "ref": draft.ref or before.ref,
    }
    if kind is CHARACTER:
        fields["work"] = _work_id(session, caller, draft)
    if fields["ref"] != before.ref and kind.find(session, rightsholder=before.rightsholder, ref=fields["ref"]) is not None:
        raise Conflict(f"you have a {kind.name} with ref `{fields['ref']}` already", fields=(FieldError("/ref", "taken"),))
    return kind.entry(**{**fields, "status": status, "updated_at": now})


def _work_id(session: Session, caller: Caller, draft: Draft) -> str | None:
    said = getattr(draft, "work", None)
    if said is None:
        return None
    mine = caller.organisation.id
    work = store.find_work(session, entry_id=said) or store.find_work(session, rightsholder=mine, ref=said.removeprefix("ref:"))
    if work is None or work.rightsholder != mine or work.status is EntryStatus.withdrawn:
        raise InvalidInput(f"you have no active work `{said}`", fields=(FieldError("/work", "not one of your active works"),))
    return work.id


def _owned(session: Session, caller: Caller, kind: Kind, said: str) -> Work | Character:
    entry = find_entry(session, kind, caller.organisation.id, said)
    if entry is None:
        raise missing(kind, said)
    _require_own(caller, kind, entry)
    return entry


def _require_own(caller: Caller, kind: Kind, entry: Work | Character) -> None:
    if entry.rightsholder != caller.organisation.id:
        raise NotPermitted(f"this {kind.name} belongs to another rightsholder")


ASKED = {EntryStatus.draft, EntryStatus.active, EntryStatus.withdrawn}


def _kept_status(before: Work | Character) -> EntryStatus:
    """Return what somebody asks for who does not speak of the status: what waits is still wanted, what is in force stays so."""
    return before.status if before.status in ASKED else EntryStatus.active


def _asked_status(before: Work | Character | None, asked: object) -> EntryStatus:
    """Read a status that is asked for. Raises InvalidInput, Conflict where the entry cannot go back to a draft."""
    try:
        status = EntryStatus(cast("str", asked))
    except ValueError:
        status = EntryStatus.pending
    if status not in ASKED or (isinstance(before, Work) and status is EntryStatus.draft):
        wrong = FieldError("/status", "one of `draft`, `active`, `withdrawn` (of a work: `active`, `withdrawn`)")
        raise InvalidInput(f"`{asked}` is no status that can be asked for", fields=(wrong,))
    if status is EntryStatus.draft and before is not None and before.status not in NEVER_IN_FORCE:
        raise Conflict("an entry that was in force is no draft any more: withdraw it", fields=(FieldError("/status", "not `draft`"),))
    return status


def _validated(model: type[Any], fields: dict[str, Any]) -> Any:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput("the entry would not be valid", fields=field_errors(error)) from None


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """Return what pydantic found, with JSON pointers."""
    return tuple(FieldError("".join(f"/{part}" for part in e["loc"]) or "/", e["msg"]) for e in error.errors(include_input=False))


def _settled(
    registry: Registry,
    session: Session,
    caller: Caller,
    before: Work | Character | None,
    after: Work | Character,
    named: frozenset[str] | None = None,
) -> Work | Character:
    """Write an entry as it may be written now, with the claim for what must wait, and commit; return it. `named` None: every field."""
    require_policies_ready(session, before, after)
    open_case = next(iter(cases.find_about(session, "claim", [after.id])), None) if before else None
    asked = Asked(caller, registry.now(), before, after, frozenset(type(after).model_fields) if named is None else named, open_case)
    risks: tuple[Risk, ...] = ()
    if after.status in IN_FORCE and not is_local(caller):
        screen = screen_for(registry, session, registry.catalog.refresh(), caller.organisation.id, names_said(after))
        risks = screen.risks(session, before, after, _work_of(session, after))
        if is_first_asked(before, after):
            cases.count_up(session, entries_of(caller.organisation.id), hour_of(asked.now), 1)
    settled = settle(asked, risks)
    _commit(session, settled.entry, caller, is_new=before is None, changed=settled.cases)
    return settled.entry


def _work_of(session: Session, entry: Work | Character) -> Work | None:
    work = entry.work if isinstance(entry, Character) else None
    return store.find_work(session, entry_id=work) if work else None


def _commit(session: Session, entry: Work | Character, caller: Caller, *, is_new: bool, changed: Sequence[cases.CaseChange] = ()) -> None:
    if store.commit_changes(session, [entry_change(entry, caller, entry.updated_at, is_new=is_new)], cases=changed) is None:
        raise LogUnavailable("the catalog moved while it was locked")  # cannot happen: the session owns the head


def _in_force(registry: Registry, entry: Work | Character) -> Work | Character:
    """Let the write take effect here before it is answered, and return the entry with its revision."""
    catalog = registry.catalog.refresh()
    if isinstance(entry, Work):
        return catalog.works[entry.id]
    if entry.id in catalog.entries:
        return catalog.entries[entry.id].character
    with registry.database.read() as session:
        return cast("Character", store.find_character(session, entry_id=entry.id))
