"""Route of the change feed: what was registered, changed or withdrawn after a revision."""

from typing import Annotated

from fastapi import APIRouter, Query

from registry.api.context import CurrentCaller, CurrentRegistry
from registry.api.problems import documented
from registry.api.schemas import ChangesBody
from registry.usecases.changes import list_changes

router = APIRouter(prefix="/v1", tags=["changes"], responses=documented(401, 403, 422))


@router.get("/changes")
def get_changes(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    after: Annotated[int, Query(ge=0, description="The last revision that you have.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> ChangesBody:
    """List entries whose last change came after a revision, oldest first, each as it is now; withdrawn ones with that status."""
    entries, revision = list_changes(registry, caller, after=after, limit=limit)
    return ChangesBody(entries=entries, revision=revision)
