"""Routes of import (as a job with progress) and export."""

import json
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from registry.api.context import CurrentApi, CurrentCaller, CurrentRegistry
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import ImportJobBody
from registry.core.errors import WrongMediaType
from registry.store.import_jobs import ImportJob
from registry.usecases import imports
from registry.usecases.imports import Format

router = mannered_router(prefix="/v1", tags=["import and export"], responses=documented(401, 403))

FORMATS: dict[str, Format] = {"application/x-ndjson": "jsonl", "application/jsonl": "jsonl", "text/csv": "csv"}
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}},
    }
}


@router.post("/imports", status_code=202, responses=documented(413, 415, 429, 503), openapi_extra=BODY)
async def start_import(request: Request, response: Response, api: CurrentApi, caller: CurrentCaller) -> ImportJobBody:
    """Import a file: JSON lines (`application/x-ndjson`) or CSV (`text/csv`). All or nothing; read the job for its progress."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS:
        raise WrongMediaType(f"an import is {' or '.join(f'`{name}`' for name in FORMATS)}, not `{media_type}`")
    data = await request.body()
    job = await run_in_threadpool(api.imports.start, caller, data, FORMATS[media_type])
    response.headers["location"] = f"/v1/imports/{job.id}"
    return _body(job)


@router.get("/imports/{import_id}", responses=documented(404))
def get_import(import_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> ImportJobBody:
    """Read how far an import is, and at its end what it did or which lines were wrong."""
    return _body(imports.get_import(registry, caller, import_id))


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {"application/x-ndjson": {}, "text/csv": {}}}})
def export(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    format: Literal["jsonl", "csv"] = "jsonl",  # noqa: A002
    rightsholder: Annotated[str | None, Query(description="The rightsholder's id; your own when left out.")] = None,
) -> StreamingResponse:
    """Export active entries in the format that import takes."""
    write = imports.export_csv if format == "csv" else imports.export_lines
    media_type = "text/csv; charset=utf-8" if format == "csv" else "application/x-ndjson"
    return StreamingResponse(write(registry, caller, rightsholder=rightsholder), media_type=media_type)


def _body(job: ImportJob) -> ImportJobBody:
    report = json.loads(job.report) if job.report else {}
    return ImportJobBody(
        id=job.id,
        state=job.state,
        lines_done=job.lines_done,
        lines_total=job.lines_total,
        counts=report.get("counts"),
        claims=report.get("claims"),
        errors=report.get("errors", []),
        warnings=report.get("warnings", []),
        created_at=job.created_at,
        finished_at=job.finished_at,
    )
