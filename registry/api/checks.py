"""Routes of checks. `CheckFirst` answers well-formed single checks before they come here, with the same function."""

import json
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from registry.api.context import CurrentApi, CurrentCaller, Sender, require_json, sender_of
from registry.api.front import answer_check
from registry.api.problems import documented, problem_of
from registry.api.schemas import BatchAnswer, BatchItem, BatchRequest, CheckAnswer, CheckRequest
from registry.core.errors import RegistryError

router = APIRouter(prefix="/v1", tags=["check"], dependencies=[Depends(require_json)])
PROBLEMS = documented(401, 403, 409, 413, 415, 422, 429, 503)


@router.post("/check", response_model=CheckAnswer, responses=PROBLEMS)
async def check(body: CheckRequest, request: Request, api: CurrentApi, caller: CurrentCaller) -> Response:  # noqa: ARG001
    """Which registered characters does this prompt name, and what do their rightsholders say?

    The answer is sent only once the decision stands durably in the log. A `prohibited` is a 200: the check worked.
    """
    content = await answer_check(api, sender_of(request.scope, dict(request.scope["headers"])), body)
    return Response(content, media_type="application/json")


@router.post("/check/batch", response_model=BatchAnswer, responses=PROBLEMS)
async def check_batch(body: BatchRequest, request: Request, api: CurrentApi, caller: CurrentCaller) -> Response:  # noqa: ARG001
    """Check up to 100 prompts. Each is decided and logged on its own; a problem with one does not touch the others."""
    sender = sender_of(request.scope, dict(request.scope["headers"]))
    answers = [await _answer_one(api, sender, item) for item in body.checks]
    return Response(json.dumps({"answers": answers}, ensure_ascii=False), media_type="application/json")


async def _answer_one(api: Any, sender: Sender, item: BatchItem) -> dict[str, Any]:
    answered: dict[str, Any] = {"correlation_id": item.correlation_id, "answer": None, "problem": None}
    try:
        answered["answer"] = json.loads(await answer_check(api, sender, item))
    except RegistryError as error:
        answered["problem"] = json.loads(problem_of(error)[1])
    return answered
