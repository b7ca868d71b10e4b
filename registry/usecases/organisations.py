"""Organisations: who may create, change, read and list them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import ValidationError

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.errors import Conflict, FieldError, InvalidInput, NotPermitted
from registry.core.model import Organisation, Outcome, Policy, Role, Verified
from registry.core.policy import begins_later
from registry.core.scopes import Scope
from registry.store import access as store
from registry.store.catalog import Change, bump_access_epoch, change_of, commit_changes
from registry.store.log import MAX_LEAF_BYTES
from registry.usecases.access import Caller, author_of, catalog_leaf, log_access, meant
from registry.usecases.ids import new_id
from registry.usecases.policy_checks import require_policies_ready
from registry.usecases.preconditions import ANYTHING, Precondition
from registry.usecases.registry import Registry


def create_organisation(
    registry: Registry,
    caller: Caller | None,
    *,
    role: Role,
    ref: str,
    name: str,
    contact: str | None = None,
    policy: Policy | None = None,
    verified: bool = True,
    in_log: bool = True,
) -> Organisation:
    """Create an organisation; `caller` is None only for the command line, which owns the machine. Raises Conflict, NotPermitted.

    Whom the operator enters, the operator knows; a rightsholder that is not `verified` has to prove who it is.
    A rightsholder is always in the log; `in_log` False keeps the others that `registry init` makes out of it.
    """
    if caller is not None:
        caller.require(Role.operator)
    if policy is not None and role is not Role.rightsholder:
        raise InvalidInput("only a rightsholder has a policy")
    now = registry.now()
    organisation = Organisation(id=new_id("org", now), role=role, ref=ref, name=name, contact=contact, policy=policy)
    if not verified and role is Role.rightsholder:
        organisation = organisation.model_copy(update={"verified": Verified.no})
    with registry.database.write() as session:
        store.add_organisation(session, organisation.model_copy(update={"policy": None}), created_at=now)  # the change brings it
        if role is Role.rightsholder:
            require_policies_ready(session, None, organisation)
            commit_changes(session, [organisation_change(organisation, caller, now)])
        else:
            if in_log:
                log_access(session, caller, now, "organisation", "made", organisation=organisation.id, role=role.value)
            session.commit()
    registry.catalog.refresh()
    return organisation


def update_organisation(
    registry: Registry, caller: Caller, organisation_id: str, precondition: Precondition = ANYTHING, **changes: object
) -> Organisation:
    """Change name, contact, policy or `unruled` of an organisation: its own, or any as the operator.

    A policy takes the place of what is in force; scheduled ones that begin later stay.
    """

    def change(before: Organisation) -> dict[str, object]:
        precondition.require(before)
        return {**changes, **({"scheduled": begins_later(before.scheduled, registry.now())} if "policy" in changes else {})}

    return change_organisation(registry, caller, organisation_id, change)


def change_organisation(
    registry: Registry,
    caller: Caller,
    organisation_id: str,
    change: Callable[[Organisation], dict[str, object]],
    *,
    policy_at: str | None = None,
) -> Organisation:
    """Change the fields that `change` returns, given the organisation as it stands. `policy_at`: where a policy stands in the body."""
    organisation_id = meant(caller, organisation_id)
    if caller.organisation.role is not Role.operator and caller.organisation.id != organisation_id:
        raise NotPermitted("only the organisation itself or the operator may change it")
    now = registry.now()
    with registry.database.write() as session:
        before = store.get_organisation(session, organisation_id)
        after = _validated({**before.model_dump(), **change(before)})
        _require_fitting(after)
        require_policies_ready(session, before, after, at=policy_at)
        bump_access_epoch(session)
        if after.role is Role.rightsholder and after != before:
            commit_changes(session, [organisation_change(after, caller, now)])
        else:
            store.save_organisation(session, after)
            session.commit()
    return registry.catalog.refresh().rightsholders.get(after.id, after)


def _validated(fields: dict[str, object]) -> Organisation:
    try:
        return Organisation.model_validate(fields)
    except ValidationError as error:
        wrong = tuple(FieldError("".join(f"/{part}" for part in e["loc"]), e["msg"]) for e in error.errors(include_input=False))
        raise InvalidInput("the organisation would not be valid", fields=wrong) from None


def _require_fitting(organisation: Organisation) -> None:
    if organisation.retention is not None and organisation.role is not Role.service:
        raise InvalidInput("only a service has a retention of prompts")
    if (organisation.policy is not None or organisation.scheduled) and organisation.role is not Role.rightsholder:
        raise InvalidInput("only a rightsholder has a policy")
    if organisation.unruled is not Outcome.restricted and organisation.role is not Role.service:
        wrong = FieldError("/unruled", "only of a service")
        raise InvalidInput("only a service has a default for what nobody has ruled on", fields=(wrong,))


def get_organisation(registry: Registry, caller: Caller, organisation_id: str) -> Organisation:
    """Return an organisation: its own, any rightsholder, or any at all for operator and auditor."""
    with registry.database.read() as session:
        found = store.get_organisation(session, meant(caller, organisation_id))
    if found.id != caller.organisation.id and found.role is not Role.rightsholder:
        caller.require(Role.operator, Role.auditor)
    return found


def list_organisations(registry: Registry, caller: Caller, *, role: Role | None, after: str, limit: int) -> Sequence[Organisation]:
    """List organisations: rightsholders for everyone, the others for operator and auditor."""
    if role is not Role.rightsholder:
        caller.require(Role.operator, Role.auditor)
    with registry.database.read() as session:
        return store.list_organisations(session, role=role, after=after, limit=limit)


def organisation_change(organisation: Organisation, caller: Caller | None, now: datetime) -> Change:
    """Return the catalog change, with its leaf, that makes a rightsholder be as given."""
    leaf = canonical_bytes(catalog_leaf(organisation, caller, now))
    if len(leaf) > MAX_LEAF_BYTES:
        raise InvalidInput(f"the organisation takes {len(leaf)} bytes in the log; at most {MAX_LEAF_BYTES} fit: give fewer rules")
    return change_of(organisation, leaf, author_of(caller, now))


def suspend_organisation(registry: Registry, caller: Caller | None, organisation_id: str, *, reason: str | None) -> store.Suspension:
    """Suspend an organisation: none of its keys, members and representatives may do anything until reinstated. What it
    registered stays in force. `reason` None reinstates. The operator's own organisation cannot be suspended.
    """
    if caller is not None:
        caller.require(Role.operator)
        caller.require_scope(Scope.organisations_manage)
    now = registry.now()
    with registry.database.write() as session:
        if store.get_organisation(session, organisation_id).role is Role.operator:
            raise Conflict("the operator cannot be suspended: nobody could take it back")
        said = store.Suspension(organisation_id, None if reason is None else now, reason)
        store.set_suspension(session, said)
        bump_access_epoch(session)
        log_access(session, caller, now, "organisation", "reinstated" if reason is None else "suspended", organisation=organisation_id)
        session.commit()
    registry.catalog.refresh()
    return said


def get_suspension(registry: Registry, caller: Caller, organisation_id: str) -> store.Suspension:
    """Return whether an organisation is suspended, for operator and auditor."""
    caller.require(Role.operator, Role.auditor)
    with registry.database.read() as session:
        return store.get_suspension(session, organisation_id)
