"""Route of the alias report: what registering a draft would find, and what ordinary text it would flag."""

from dataclasses import asdict
from typing import Any

from fastapi import Depends
from pydantic import BaseModel, Field

from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Body, MentionBody
from registry.core.model import CharacterDraft, Level, MatchMode
from registry.usecases.alias_preview import preview_character

router = mannered_router(prefix="/v1", tags=["characters"], dependencies=[Depends(require_json)], responses=documented(401, 403, 422))


class PreviewRequest(Body):
    """A draft character, and prompts to try it on."""

    draft: CharacterDraft
    prompts: list[str] = Field(default=[], max_length=50)
    level: Level = Level.balanced


class AliasReportBody(BaseModel):
    """One name: `ordinary` is 0 (nobody's word) to 100 (an everyday word), `flagged` the share of ordinary sentences it would flag."""

    text: str
    ordinary: int
    known_as: list[str]
    shared_with: list[str] = Field(description="Ids of other characters with this name.")
    named_in: float = Field(description="Share of the ordinary sentences that hold the word at all.")
    flagged: float
    match: MatchMode
    why: str
    variants: list[tuple[str, str]] = Field(description="Spellings that will match, and how each comes about.")


class PromptPreview(BaseModel):
    """What the draft finds in one prompt, dismissed mentions too."""

    prompt: str
    mentions: list[MentionBody]


class PreviewAnswer(BaseModel):
    """Nothing was stored."""

    aliases: list[AliasReportBody]
    prompts: list[PromptPreview]


@router.post("/preview")
def preview(body: PreviewRequest, registry: CurrentRegistry, caller: CurrentCaller) -> PreviewAnswer:
    """Learn what registering a character would do: how ordinary each name is, who shares it, what it flags, what it finds."""
    found = preview_character(registry, caller, body.draft, body.prompts, body.level)
    shown: dict[str, Any] = asdict(found)
    return PreviewAnswer.model_validate(shown)
