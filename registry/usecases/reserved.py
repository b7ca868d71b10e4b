"""The operator's list of reserved names: claims on them wait for review, whoever makes them but the holder named."""

from collections.abc import Sequence
from datetime import datetime

from registry.core.errors import Conflict, FieldError, InvalidInput, NotFound
from registry.core.matching import fold_name
from registry.core.model import Role
from registry.core.verification import Reserved
from registry.store import cases as store
from registry.store.access import get_organisation
from registry.store.cases import Case, CaseChange, CaseFilter
from registry.store.catalog import commit_changes
from registry.usecases.access import Caller
from registry.usecases.claims import case_leaf, said_of
from registry.usecases.ids import new_id
from registry.usecases.registry import Registry


def reserve_name(registry: Registry, caller: Caller | None, name: str, reason: str, holder: str | None = None) -> tuple[Reserved, datetime]:
    """Reserve a name, in all its spellings that fold alike. None is the operator's command line. Raises Conflict when it is already."""
    if caller is not None:
        caller.require(Role.operator)
    now, folded = registry.now(), fold_name(name, registry.catalog.current.lexicon)
    if not folded:
        raise InvalidInput("nothing in this name can be matched", fields=(FieldError("/name", "nothing to match"),))
    made = Reserved(id=new_id("rsv", now), name=name, state="reserved", reason=reason, holder=holder)
    with registry.database.write() as session:
        if store.find_about(session, "reserved", [folded]):
            raise Conflict(f"`{name}` is reserved already")
        if holder is not None and get_organisation(session, holder).role is not Role.rightsholder:
            raise InvalidInput("a name is kept for a rightsholder", fields=(FieldError("/holder", "not a rightsholder"),))
        case = Case(made.id, "reserved", made.state, True, None, folded, said_of(made), now)
        commit_changes(session, [], cases=[CaseChange(case, case_leaf("reserved", "added", case.said, caller, now, reason), is_new=True)])
    return made, now


def release_name(registry: Registry, caller: Caller | None, reserved_id: str, reason: str) -> None:
    """Take a name off the list. Raises NotFound."""
    if caller is not None:
        caller.require(Role.operator)
    now = registry.now()
    with registry.database.write() as session:
        case = store.find_case(session, "reserved", reserved_id)
        if case is None or not case.is_open:
            raise NotFound(f"there is no reserved name `{reserved_id}`")
        released = Reserved.model_validate(case.said).model_copy(update={"state": "released"})
        after = Case(case.id, "reserved", released.state, False, None, case.about, said_of(released), case.opened_at)
        leaf = case_leaf("reserved", "released", after.said, caller, now, reason)
        commit_changes(session, [], cases=[CaseChange(after, leaf, is_new=False)])


def list_reserved(
    registry: Registry, caller: Caller | None, *, after: str = "", limit: int | None = 100
) -> Sequence[tuple[Reserved, datetime]]:
    """List reserved names, oldest first: the operator and auditors."""
    if caller is not None:
        caller.require(Role.operator, Role.auditor)
    with registry.database.read() as session:
        found = store.list_cases(session, CaseFilter("reserved", is_open=True), after=after, limit=limit)
    return [(Reserved.model_validate(case.said), case.opened_at) for case in found]
