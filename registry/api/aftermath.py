"""Routes of what comes after a decision: its receipt, what was done about it, its prompt, and deciding it again."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response

from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.log_schemas import OutcomeBody, OutcomeReport, PromptBody, ReplayBody
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.core.decision_log.proof import format_receipt
from registry.usecases.prompts import Kept, erase_prompt, get_prompt
from registry.usecases.receipts import make_receipt
from registry.usecases.replay import replay_decision
from registry.usecases.reports import Report, get_report, report_outcome

router = mannered_router(
    prefix="/v1/decisions/{decision_id}", tags=["decisions"], dependencies=[Depends(require_json)], responses=documented(401, 403, 404, 422)
)
SHOWN_RECEIPT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}, "description": "A tlog-proof."}}


@router.get("/receipt", response_class=Response, responses={**SHOWN_RECEIPT, **documented(503)})
def get_receipt(
    decision_id: str,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    cosigned: Annotated[bool, Query(description="Lead to the newest head that witnesses have cosigned.")] = False,
) -> Response:
    """Prove offline that the decision stands in the log (tlog-proof). `extra` is the leaf, for those who may see it whole."""
    receipt = make_receipt(registry, caller, decision_id, cosigned=cosigned)
    return Response(format_receipt(receipt), media_type="text/plain; charset=utf-8")


@router.post("/outcome", status_code=201, responses=documented(409, 503))
def post_outcome(decision_id: str, body: OutcomeReport, registry: CurrentRegistry, caller: CurrentCaller) -> OutcomeBody:
    """Say what was done about the decision; the log keeps it. The same again is the same answer, something else a 409."""
    return _outcome(report_outcome(registry, caller, decision_id, body.action, body.products))


@router.get("/outcome")
def get_outcome(decision_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> OutcomeBody:
    """Read what was reported to have been done; 404 when nothing was. For everyone who may see the decision."""
    return _outcome(get_report(registry, caller, decision_id))


@router.post("/replay", responses=documented(503))
def post_replay(decision_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> ReplayBody:
    """Decide the decision again, with the catalog rebuilt from the log, and compare the bytes."""
    found = replay_decision(registry, caller, decision_id)
    return ReplayBody(index=found.index, decision=found.decision, result=found.result, words=list(found.words))


@router.get("/prompt")
def read_prompt(decision_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> PromptBody:
    """Read the prompt, if its service has it kept: the service itself, auditors, the operator."""
    return _prompt(get_prompt(registry, caller, decision_id))


@router.delete("/prompt", responses=documented(503))
def delete_prompt(decision_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> PromptBody:
    """Erase the prompt for good. The erasure is an entry of the log; every proof holds afterwards."""
    return _prompt(erase_prompt(registry, caller, decision_id))


def _outcome(report: Report) -> OutcomeBody:
    return OutcomeBody(index=report.index, decision=report.decision, action=report.action, products=list(report.products))


def _prompt(kept: Kept) -> PromptBody:
    return PromptBody(prompt=kept.prompt, salt=None if kept.salt is None else kept.salt.hex(), erased_by=kept.erased_by)
