"""Routes of decisions: read them back as the log holds them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from registry.api.context import CurrentCaller, CurrentRegistry
from registry.api.log_schemas import DayCountBody, ManifestBody
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import MAX_INDEX, DecisionBody, Limit, Page
from registry.core.model import Level, Outcome
from registry.store.decisions import DecisionFilter, StoredDecision
from registry.usecases import decisions
from registry.usecases.export_formats import Format, Piece
from registry.usecases.exports import begin_export, export_pieces, manifest_of

router = mannered_router(prefix="/v1", tags=["decisions"], responses=documented(401, 403, 422))
MEDIA_TYPES = {
    Format.jsonl: "application/x-ndjson",
    Format.csv: "text/csv; charset=utf-8",
    Format.parquet: "application/vnd.apache.parquet",
}
SHOWN_EXPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()},
        "description": "A decision a line, or a row. `x-log-size` says where the log stops, `link` where the manifest is.",
        "headers": {name: {"schema": {"type": "string"}} for name in ("x-log-size", "link")},
    }
}
CHUNK_BYTES = 65_536


def chosen_decisions(
    *,
    outcome: Outcome | None = None,
    service: Annotated[str | None, Query(description="The service's organisation id.")] = None,
    rightsholder: Annotated[str | None, Query(description="Those that name a character of this rightsholder's (organisation id).")] = None,
    work: Annotated[str | None, Query(description="Those that name a character of this work (id).")] = None,
    character: Annotated[str | None, Query(description="Those that name this character (id).")] = None,
    reason: Annotated[str | None, Query(pattern="^[A-Z][A-Z0-9_]*$", description="Those with this reason code.")] = None,
    level: Level | None = None,
    revision: Annotated[int | None, Query(ge=0, le=MAX_INDEX, description="Those made at this revision of the catalog.")] = None,
    reported: Annotated[bool | None, Query(description="Whether the service has reported what it did.")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> DecisionFilter:
    """Return what the query narrows decisions to."""
    return DecisionFilter(
        service=service,
        rightsholder=rightsholder,
        character=character,
        outcome=outcome,
        level=level,
        revision=revision,
        reason=reason,
        work=work,
        reported=reported,
        since=since,
        until=until,
    )


Chosen = Annotated[DecisionFilter, Depends(chosen_decisions)]
ExportFormat = Annotated[Format, Query(alias="format", description="Parquet where the extra `parquet` is installed.")]
ExportSize = Annotated[
    int | None, Query(ge=0, le=MAX_INDEX, description="Only decisions below this index: with the same one, the same bytes.")
]
DayCursor = Annotated[
    str, Query(pattern=r"^(\d{4}-\d{2}-\d{2}\.[a-z]{1,20})?$", description="`next` of the page before; empty for the first.")
]


@router.get("/decisions")
def list_decisions(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    chosen: Chosen,
    *,
    cursor: Annotated[int | None, Query(ge=0, le=MAX_INDEX)] = None,
    limit: Limit = 100,
) -> Page[DecisionBody]:
    """List decisions, newest first: all for auditors, a service's own, for a rightsholder those that name its characters."""
    found = decisions.list_decisions(registry, caller, chosen, before=cursor, limit=limit)
    return Page(items=[_body(d) for d in found], next=str(found[-1].index) if len(found) == limit else None)


@router.get("/decisions/counts")
def count_decisions(
    registry: CurrentRegistry, caller: CurrentCaller, chosen: Chosen, *, cursor: DayCursor = "", limit: Limit = 100
) -> Page[DayCountBody]:
    """Count decisions by day (UTC) and outcome, oldest day first, and for how many of them it was reported what was done."""
    found = decisions.count_decisions(registry, caller, chosen, after=cursor, limit=limit)
    last = f"{found[-1].day}.{found[-1].outcome}" if len(found) == limit else None
    return Page(items=[DayCountBody(**asdict(count)) for count in found], next=last)


@router.get("/decisions/export", response_class=Response, responses={**SHOWN_EXPORT, **documented(503)})
def export_decisions(
    request: Request,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    chosen: Chosen,
    file_format: ExportFormat = Format.jsonl,
    size: ExportSize = None,
) -> Response:
    """Stream decisions, oldest first, as JSON lines, CSV or Parquet; `link` says where the manifest of exactly this export is."""
    export = begin_export(registry, file_format, chosen, size=size)
    manifest = f"{request.url.path}/manifest?{request.url.include_query_params(size=export.size).query}"
    headers = {"x-log-size": str(export.size), "link": f'<{manifest}>; rel="describedby"'}
    return StreamingResponse(_chunks(export_pieces(registry, caller, export)), media_type=MEDIA_TYPES[file_format], headers=headers)


@router.get("/decisions/export/manifest", responses=documented(503))
def export_manifest(
    registry: CurrentRegistry, caller: CurrentCaller, chosen: Chosen, file_format: ExportFormat = Format.jsonl, size: ExportSize = None
) -> ManifestBody:
    """Read what such an export must be: its rows, its SHA-256, and the signed checkpoint that it is bound to."""
    return ManifestBody(**manifest_of(registry, caller, begin_export(registry, file_format, chosen, size=size)))


@router.get("/decisions/{decision_id}", responses=documented(404))
def get_decision(decision_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> DecisionBody:
    """Read one decision."""
    return _body(decisions.get_decision(registry, caller, decision_id))


def _body(found: StoredDecision) -> DecisionBody:
    return DecisionBody(index=found.index, leaf_hash=found.leaf_hash.hex(), decision=found.leaf)


def _chunks(pieces: Iterator[Piece]) -> Iterator[bytes]:
    """Join small pieces: each that is sent costs a change of threads."""
    chunk = bytearray()
    for piece in pieces:
        chunk += piece.data
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)
