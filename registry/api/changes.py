"""Routes of the change feed (what was registered, changed or withdrawn after a revision), and of what was registered at a time."""

from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import AwareDatetime

from registry.api.context import CurrentCaller, CurrentRegistry
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import MAX_INDEX, ChangesBody
from registry.core.decision_log.note import format_note
from registry.usecases.changes import list_changes
from registry.usecases.registered import registered_then

router = mannered_router(prefix="/v1", tags=["changes"], responses=documented(401, 403, 422))
SHOWN_NOTE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}, "description": "A signed note."}}


@router.get("/changes")
def get_changes(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    after: Annotated[int, Query(ge=0, le=MAX_INDEX, description="The last revision that you have.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> ChangesBody:
    """List entries whose last change came after a revision, oldest first, each as it is now; withdrawn ones with that status."""
    entries, revision = list_changes(registry, caller, after=after, limit=limit)
    return ChangesBody(entries=entries, revision=revision)


@router.get("/registered", response_class=Response, responses={**SHOWN_NOTE, **documented(503)})
def get_registered(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    name: Annotated[str, Query(min_length=1, max_length=500)],
    at: Annotated[AwareDatetime | None, Query(description="When; now if left out.")] = None,
) -> Response:
    """Which characters a check of this name would have found then, also when none: a note signed with the log's key.

    Its second line is JSON: name, time, revision, matcher, level, the log's size and root at the time of the answer, and the
    characters, each with the `status` of the mention (`linked`, `ambiguous`, `dismissed`: too ordinary to be meant by the name
    alone), the `alias` that was found and by what `method`; `not_matched` is one that has the name, but is never found by it.
    """
    return Response(format_note(registered_then(registry, caller, name, at)), media_type="text/plain; charset=utf-8")
