"""Routes of works and characters. `{id}` is our id, or `ref:` and the rightsholder's own ref."""

from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import Depends, Query, Response

from registry.api.claim_schemas import CharacterAnswer, CharacterCreate, claim_summary
from registry.api.conditional import CurrentMatch
from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import CharacterUpdate, Cursor, Limit, Page, WorkUpdate
from registry.core.model import IN_FORCE, Character, EntryStatus, Outcome, Work, WorkDraft
from registry.store.catalog import EntryFilter
from registry.usecases import catalog, read_entries
from registry.usecases.alias_preview import report_character
from registry.usecases.claim_review import open_claim
from registry.usecases.entries import CHARACTER, WORK
from registry.usecases.registry import Registry

router = mannered_router(prefix="/v1", dependencies=[Depends(require_json)], responses=documented(401, 403, 422))

Holder = Annotated[str | None, Query(description="Whose ref it is, when not your own: the rightsholder's id.")]
Status = Annotated[EntryStatus | None, Query(description="What is in force (`active`, `disputed`) when left out.")]
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
    status: Status = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Work]:
    """List works in id order."""
    chosen = EntryFilter(rightsholder=rightsholder, statuses=_statuses(status), usage=usage)
    items = cast("list[Work]", read_entries.list_entries(registry, caller, WORK, chosen, query=q, after=cursor, limit=limit))
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
    return match.tagged(cast("Work", read_entries.get_entry(registry, caller, WORK, id, rightsholder=rightsholder)))


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
def create_character(body: CharacterCreate, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> CharacterAnswer:
    """Register a character: in force for every check that starts after this answer, unless its `claim` says why it waits."""
    character = catalog.create_entry(registry, caller, CHARACTER, body, status=EntryStatus(body.status))
    return _answered(registry, match.tagged(cast("Character", character)))


@router.get("/characters", tags=["characters"])
def list_characters(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    q: Search = None,
    work: Annotated[str | None, Query(description="The work's id.")] = None,
    rightsholder: Holder = None,
    usage: Outcome | None = None,
    status: Status = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Character]:
    """List characters in id order."""
    chosen = EntryFilter(rightsholder=rightsholder, work=work, statuses=_statuses(status), usage=usage)
    items = cast("list[Character]", read_entries.list_entries(registry, caller, CHARACTER, chosen, query=q, after=cursor, limit=limit))
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
    return match.tagged(cast("Character", read_entries.get_entry(registry, caller, CHARACTER, id, rightsholder=rightsholder)))


@router.put("/characters/{id}", tags=["characters"], responses=documented(404, 409, 412, 428, 503))
def put_character(
    id: str,  # noqa: A002
    body: CharacterCreate,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    response: Response,
    match: CurrentMatch,
) -> CharacterAnswer:
    """Replace a character whole; with `ref:` and a free ref, register it (201). Names that must wait leave it as it is meanwhile."""
    status = EntryStatus(body.status)
    character, is_new = catalog.put_entry(registry, caller, CHARACTER, id, body, status=status, precondition=match.precondition)
    response.status_code = 201 if is_new else 200
    return _answered(registry, match.tagged(cast("Character", character)))


@router.patch("/characters/{id}", tags=["characters"], responses=documented(404, 409, 412, 503))
def patch_character(
    id: str,  # noqa: A002
    body: CharacterUpdate,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
) -> CharacterAnswer:
    """Change some fields of a character; names that must wait do so in its `claim`, everything else counts at once."""
    changed = catalog.patch_entry(registry, caller, CHARACTER, id, _said(body), precondition=match.precondition)
    return _answered(registry, match.tagged(cast("Character", changed)))


@router.delete("/characters/{id}", tags=["characters"], responses=documented(404, 412, 503))
def withdraw_character(id: str, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> Character:  # noqa: A002
    """Withdraw a character: no longer enforced, still readable for its owner and in the log."""
    return match.tagged(cast("Character", catalog.withdraw_entry(registry, caller, CHARACTER, id, precondition=match.precondition)))


def _answered(registry: Registry, character: Work | Character) -> CharacterAnswer:
    assert isinstance(character, Character)  # noqa: S101  what CHARACTER makes
    claim = open_claim(registry, character.id)
    report = [asdict(r) for r in report_character(registry, character)]
    return CharacterAnswer.model_validate({**dict(character), "report": report, "claim": claim and claim_summary(claim)})


def _statuses(status: EntryStatus | None) -> frozenset[EntryStatus]:
    return IN_FORCE if status is None else frozenset({status})


def _said(body: WorkUpdate | CharacterUpdate) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.model_fields_set}
