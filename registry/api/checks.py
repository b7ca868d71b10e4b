"""Routes of checks. `CheckFirst` answers well-formed single checks before they come here, with the same function."""

import json
from typing import Any

from fastapi import Depends, Response

from registry.api.context import Api, CurrentApi, CurrentCaller, require_json
from registry.api.front import answer_check, count_one
from registry.api.problems import documented, problem_of
from registry.api.routes import mannered_router
from registry.api.schemas import BatchAnswer, BatchItem, BatchRequest, CheckAnswer, CheckRequest
from registry.core.errors import RegistryError
from registry.usecases.access import Caller

router = mannered_router(prefix="/v1", tags=["check"], dependencies=[Depends(require_json)])
PROBLEMS = documented(401, 403, 409, 413, 415, 422, 429, 503)


@router.post("/check", response_model=CheckAnswer, responses=PROBLEMS)
async def check(body: CheckRequest, api: CurrentApi, caller: CurrentCaller) -> Response:
    """Which registered characters does this prompt name, and what do their rightsholders say?

    The answer is sent only once the decision stands durably in the log. A `prohibited` is a 200: the check worked.
    """
    content = await answer_check(api, caller, body)
    return Response(content, media_type="application/json")


@router.post("/check/batch", response_model=BatchAnswer, responses=PROBLEMS)
async def check_batch(body: BatchRequest, api: CurrentApi, caller: CurrentCaller) -> Response:
    """Check up to 100 prompts. Each is decided, counted and logged on its own; a problem with one does not touch the others."""
    answers = [await _answer_one(api, caller, item, is_first=number == 0) for number, item in enumerate(body.checks)]
    return Response(json.dumps({"answers": answers}, ensure_ascii=False), media_type="application/json")


async def _answer_one(api: Api, caller: Caller, item: BatchItem, *, is_first: bool) -> dict[str, Any]:
    answered: dict[str, Any] = {"correlation_id": item.correlation_id, "answer": None, "problem": None}
    try:
        if not is_first:  # that one is the request itself
            await count_one(api, caller)
        answered["answer"] = json.loads(await answer_check(api, caller, item))
    except RegistryError as error:
        answered["problem"] = json.loads(problem_of(error)[1])
    return answered
