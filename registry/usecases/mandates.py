"""Representatives: a rightsholder says who may act for it, and takes it back. Both sides see it, and the log says it."""

from collections.abc import Sequence

from registry.core.errors import InvalidInput, NotFound
from registry.core.model import Role
from registry.core.scopes import Scope
from registry.store import mandates as store
from registry.store.access import find_organisation, get_organisation
from registry.store.catalog import bump_access_epoch
from registry.store.mandates import Mandate
from registry.usecases.access import Caller, log_access, meant, require_own
from registry.usecases.ids import new_id
from registry.usecases.registry import Registry


def grant_mandate(registry: Registry, caller: Caller, rightsholder: str, representative: str) -> Mandate:
    """Let a rightsholder (an agency is one too) act for another; `representative` is its id, or `ref:` and its ref.

    Only the rightsholder itself may. Raises Conflict when it does already.
    """
    rightsholder = meant(caller, rightsholder)
    caller.require(Role.rightsholder)
    require_own(caller, rightsholder, Scope.mandates_manage)
    now = registry.now()
    with registry.database.write() as session:
        is_ref = representative.startswith("ref:")
        named = find_organisation(session, ref=representative[4:]) if is_ref else get_organisation(session, representative)
        if named is None:
            raise NotFound(f"there is no organisation `{representative}`")
        if named.role is not Role.rightsholder or named.id == rightsholder:
            raise InvalidInput("a representative is another organisation with the role `rightsholder`")
        mandate = Mandate(new_id("mnd", now), rightsholder, named.id, now)
        store.add_mandate(session, mandate)
        said = {"mandate": mandate.id, "organisation": rightsholder, "to": named.id}
        log_access(session, caller, now, "mandate", "granted", **said)
        session.commit()
    return mandate


def list_mandates(registry: Registry, caller: Caller, organisation_id: str, *, after: str, limit: int) -> Sequence[Mandate]:
    """List up to `limit` mandates that an organisation has given or got, with ids after `after`: for itself, operator and auditor."""
    organisation_id = meant(caller, organisation_id)
    caller.require_scope(Scope.organisation_read)
    if caller.organisation.id != organisation_id:
        caller.require(Role.operator, Role.auditor)
    with registry.database.read() as session:
        get_organisation(session, organisation_id)
        return store.list_mandates(session, organisation_id, after=after, limit=limit)


def revoke_mandate(registry: Registry, caller: Caller, mandate_id: str) -> Mandate:
    """Take a mandate back, in force at once: the rightsholder, the representative itself, or the operator may."""
    caller.require_scope(Scope.mandates_manage)
    now = registry.now()
    with registry.database.write() as session:
        mandate = store.get_mandate(session, mandate_id)
        if caller.organisation.id not in {mandate.rightsholder, mandate.representative} and caller.organisation.role is not Role.operator:
            raise NotFound(f"there is no mandate `{mandate_id}`")
        revoked = store.revoke_mandate(session, mandate_id, now)
        bump_access_epoch(session)
        said = {"mandate": mandate.id, "organisation": mandate.rightsholder, "to": mandate.representative}
        log_access(session, caller, now, "mandate", "revoked", **said)
        session.commit()
    registry.catalog.refresh()
    return revoked
