"""Routes of works and characters. `{id}` is our id, or `ref:` and the rightsholder's own ref."""

from typing import Annotated, Any, cast

from fastapi import Depends, Query, Response

from registry.api.conditional import CurrentMatch
from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import CharacterUpdate, Cursor, Page, WorkUpdate
from registry.core.model import Character, CharacterDraft, EntryStatus, Outcome, Work, WorkDraft
from registry.store.catalog import EntryFilter
from registry.usecases import catalog
from registry.usecases.catalog import CHARACTER, WORK

router = mannered_router(prefix="/v1", dependencies=[Depends(require_json)], responses=documented(401, 403, 422))

Limit = Annotated[int, Query(ge=1, le=500)]
Holder = Annotated[str | None, Query(description="Whose ref it is, when not your own: the rightsholder's id.")]
Search = Annotated[str | None, Query(max_length=200, description="The beginning of any name or title, in any script, case and width.")]


@router.post("/works", status_code=201, tags=["works"], responses=documented(409, 503))
def create_work(body: WorkDraft, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> Work:
    """Register a work."""
    return match.tagged(cast("Work", catalog.create_entry(registry, caller, WORK, body)))


@router.get("/works", tags=["works"])
def list_works(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    q: Search = None,
    rightsholder: Holder = None,
    usage: Outcome | None = None,
    status: EntryStatus = EntryStatus.active,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Work]:
    """List works in id order."""
    chosen = EntryFilter(rightsholder=rightsholder, status=status, usage=usage)
    items = cast("list[Work]", catalog.list_entries(registry, caller, WORK, chosen, query=q, after=cursor, limit=limit))
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@router.get("/works/{id}", tags=["works"], responses=documented(404))
def get_work(
    id: str,  # noqa: A002
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
    rightsholder: Holder = None,
) -> Work:
    """Read a work."""
    return match.tagged(cast("Work", catalog.get_entry(registry, caller, WORK, id, rightsholder=rightsholder)))


@router.put("/works/{id}", tags=["works"], responses=documented(404, 409, 412, 428, 503))
def put_work(
    id: str,  # noqa: A002
    body: WorkDraft,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    response: Response,
    match: CurrentMatch,
) -> Work:
    """Replace a work whole; with `ref:` and a free ref, register it (201)."""
    work, is_new = catalog.put_entry(registry, caller, WORK, id, body, precondition=match.precondition)
    response.status_code = 201 if is_new else 200
    return match.tagged(cast("Work", work))


@router.patch("/works/{id}", tags=["works"], responses=documented(404, 409, 412, 503))
def patch_work(
    id: str,  # noqa: A002
    body: WorkUpdate,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
) -> Work:
    """Change some fields of a work."""
    changed = catalog.patch_entry(registry, caller, WORK, id, _said(body), precondition=match.precondition)
    return match.tagged(cast("Work", changed))


@router.delete("/works/{id}", tags=["works"], responses=documented(404, 409, 412, 503))
def withdraw_work(id: str, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> Work:  # noqa: A002
    """Withdraw a work that has no active characters left. It is not deleted: the log must stay explicable."""
    return match.tagged(cast("Work", catalog.withdraw_entry(registry, caller, WORK, id, precondition=match.precondition)))


@router.post("/characters", status_code=201, tags=["characters"], responses=documented(409, 503))
def create_character(body: CharacterDraft, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> Character:
    """Register a character, in force for every check that starts after this answer."""
    return match.tagged(cast("Character", catalog.create_entry(registry, caller, CHARACTER, body)))


@router.get("/characters", tags=["characters"])
def list_characters(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    q: Search = None,
    work: Annotated[str | None, Query(description="The work's id.")] = None,
    rightsholder: Holder = None,
    usage: Outcome | None = None,
    status: EntryStatus = EntryStatus.active,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Character]:
    """List characters in id order."""
    chosen = EntryFilter(rightsholder=rightsholder, work=work, status=status, usage=usage)
    items = cast("list[Character]", catalog.list_entries(registry, caller, CHARACTER, chosen, query=q, after=cursor, limit=limit))
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@router.get("/characters/{id}", tags=["characters"], responses=documented(404))
def get_character(
    id: str,  # noqa: A002
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
    rightsholder: Holder = None,
) -> Character:
    """Read a character."""
    return match.tagged(cast("Character", catalog.get_entry(registry, caller, CHARACTER, id, rightsholder=rightsholder)))


@router.put("/characters/{id}", tags=["characters"], responses=documented(404, 409, 412, 428, 503))
def put_character(
    id: str,  # noqa: A002
    body: CharacterDraft,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    response: Response,
    match: CurrentMatch,
) -> Character:
    """Replace a character whole; with `ref:` and a free ref, register it (201)."""
    character, is_new = catalog.put_entry(registry, caller, CHARACTER, id, body, precondition=match.precondition)
    response.status_code = 201 if is_new else 200
    return match.tagged(cast("Character", character))


@router.patch("/characters/{id}", tags=["characters"], responses=documented(404, 409, 412, 503))
def patch_character(
    id: str,  # noqa: A002
    body: CharacterUpdate,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
) -> Character:
    """Change some fields of a character."""
    changed = catalog.patch_entry(registry, caller, CHARACTER, id, _said(body), precondition=match.precondition)
    return match.tagged(cast("Character", changed))


@router.delete("/characters/{id}", tags=["characters"], responses=documented(404, 412, 503))
def withdraw_character(id: str, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> Character:  # noqa: A002
    """Withdraw a character: no longer enforced, still readable for its owner and in the log."""
    return match.tagged(cast("Character", catalog.withdraw_entry(registry, caller, CHARACTER, id, precondition=match.precondition)))


def _said(body: WorkUpdate | CharacterUpdate) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.model_fields_set}
