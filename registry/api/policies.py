"""Routes of policies: put, read, schedule, withdraw, compare, try out; templates and vocabulary."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from registry.api.conditional import CurrentMatch
from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.policy_schemas import (
    DiffBody,
    FlipBody,
    PolicyAnswer,
    PolicyBody,
    PolicyVersionBody,
    PreviewBody,
    PreviewRequest,
    TermBody,
    VocabularyBody,
    policy_answer,
    version_body,
)
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import MAX_INDEX, Limit, Page
from registry.store.policy_files import Template
from registry.usecases import policies
from registry.usecases.policies import LevelName
from registry.usecases.policy_words import get_template, get_vocabulary, list_templates
from registry.usecases.preview import preview_policy

router = mannered_router(prefix="/v1", tags=["policies"], dependencies=[Depends(require_json)], responses=documented(401, 403, 422))
LD_JSON = "application/ld+json"
Holder = Annotated[str | None, Query(description="Whose ref it is, when not your own: the rightsholder's id.")]
ODRL: dict[str, Any] = {"content": {LD_JSON: {"schema": {"type": "object", "description": "ODRL 2.2; see policies/odrl.md."}}}}


@router.get("/{level}/{id}/policy", response_model=PolicyAnswer, responses={**documented(404), 200: ODRL})
def get_policy(
    level: LevelName,
    id: str,  # noqa: A002
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
    rightsholder: Holder = None,
    format: Literal["json", "odrl"] = "json",  # noqa: A002
) -> PolicyAnswer | Response:
    """Read what a character, work or rightsholder says; `format=odrl` gives the policy in force as an ODRL 2.2 offer."""
    said = policies.get_policy(registry, caller, level, id, rightsholder=rightsholder)
    if format == "odrl":
        return JSONResponse(policies.odrl_of(said), media_type=LD_JSON)
    return policy_answer(match.tagged(said))


@router.put("/{level}/{id}/policy", responses=documented(404, 412, 415, 503), openapi_extra={"requestBody": ODRL})
def put_policy(
    level: LevelName,
    id: str,  # noqa: A002
    body: PolicyBody,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
) -> PolicyAnswer:
    """Put a policy: at once, or with `valid_from` as one more version that takes effect by itself."""
    said = policies.put_policy(registry, caller, level, id, body.plain(), precondition=match.precondition)
    return policy_answer(match.tagged(said))


@router.delete("/{level}/{id}/policy", responses=documented(404, 412, 503))
def withdraw_policy(
    level: LevelName,
    id: str,  # noqa: A002
    registry: CurrentRegistry,
    caller: CurrentCaller,
    match: CurrentMatch,
    valid_from: Annotated[AwareDatetime | None, Query(description="Only the version that begins then.")] = None,
) -> PolicyAnswer:
    """Take back everything said here, so that the level above counts; or one scheduled version."""
    said = policies.withdraw_policy(registry, caller, level, id, valid_from=valid_from, precondition=match.precondition)
    return policy_answer(match.tagged(said))


@router.get("/{level}/{id}/policy/versions", responses=documented(404))
def list_versions(
    level: LevelName,
    id: str,  # noqa: A002
    registry: CurrentRegistry,
    caller: CurrentCaller,
    cursor: Annotated[int, Query(ge=0, le=MAX_INDEX, description="`next` of the page before; 0 for the first.")] = 0,
    limit: Limit = 100,
) -> Page[PolicyVersionBody]:
    """Read the history, oldest first: for the owner, operator and auditor."""
    found = policies.list_versions(registry, caller, level, id, after=cursor, limit=limit)
    return Page(items=[version_body(version) for version in found], next=str(found[-1].number) if len(found) == limit else None)


@router.get("/{level}/{id}/policy/diff", responses=documented(404))
def diff_versions(
    level: LevelName,
    id: str,  # noqa: A002
    registry: CurrentRegistry,
    caller: CurrentCaller,
    old: Annotated[int, Query(alias="from", ge=0, le=MAX_INDEX, description="A version; 0 is before the first.")],
    new: Annotated[int, Query(alias="to", ge=0, le=MAX_INDEX)],
) -> DiffBody:
    """Compare two versions in words."""
    return DiffBody(changes=policies.diff_versions(registry, caller, level, id, old=old, new=new))


@router.post("/policies/preview", responses=documented(404))
def preview(body: PreviewRequest, registry: CurrentRegistry, caller: CurrentCaller) -> PreviewBody:
    """Try a draft on the last decisions about what it covers: how many would flip, in which direction. Only the owner may."""
    flips = preview_policy(registry, caller, body.level, body.id, body.policy.plain(), last=body.last)
    found = [FlipBody(before=b, after=a, count=n, examples=flips.examples[b, a]) for (b, a), n in sorted(flips.counts.items())]
    return PreviewBody(judged=flips.judged, stricter=flips.stricter, looser=flips.looser, flips=found)


@router.get("/policy-templates")
def read_templates(caller: CurrentCaller) -> Page[Template]:  # noqa: ARG001
    """List the policies to start from: those that come with the registry, on one page."""
    return Page(items=list_templates(), next=None)


@router.get("/policy-templates/{name}", responses=documented(404))
def read_template(name: str, caller: CurrentCaller) -> Template:  # noqa: ARG001
    """Read one template, with its prose."""
    return get_template(name)


@router.get("/vocabulary")
def read_vocabulary(caller: CurrentCaller) -> VocabularyBody:  # noqa: ARG001
    """Read the words that policies and uses are written in."""
    words = get_vocabulary()
    lists = {name: [TermBody.model_validate(asdict(term)) for term in terms] for name, terms in words.lists.items()}
    return VocabularyBody(version=words.version, lists=lists, territories=words.territories, groups=dict(words.members))
