"""Policy stories: given these policies, when a service asks for that use, then this is the answer (YAML, readable by anyone).

One runner for every way to ask: `check_in_core` asks the pure rules; a test over HTTP or `registry policy test FILE`
passes its own `Check`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from registry.core.errors import FieldError, InvalidInput
from registry.core.model import Mention, MentionStatus, Outcome, Policy, Use
from registry.core.rules import EffectivePolicy, Judgement, compile_policy, judge, rewrite
from registry.core.value import NameText, RefText, Value
from registry.core.words import DutyAction, ReasonCode
from registry.store.policy_files import load_template, read_yaml


def _versions(given: Any) -> Any:
    """Take one policy for a list of one, and a template's name for its policy."""
    listed = given if isinstance(given, list | tuple) else () if given is None else (given,)
    return tuple(_filled(**p) if isinstance(p, dict) and "template" in p and set(p) <= FILLED else p for p in listed)


def _filled(template: str, **own: object) -> Policy:
    return load_template(template).filled(**own)


FILLED = {"template", "credit", "address"}
Policies = Annotated[tuple[Policy, ...], BeforeValidator(_versions)]
"""A policy, a list of versions with dates, or `{template: NAME}`, with your own `credit` and `address` if you like."""


class StoryCharacter(Value):
    """A character; its name is what prompts say."""

    ref: RefText
    name: NameText
    policy: Policies = ()


class StoryWork(Value):
    """A work with its characters."""

    ref: RefText
    policy: Policies = ()
    characters: tuple[StoryCharacter, ...]


class StoryRightsholder(Value):
    """A rightsholder with its works."""

    ref: RefText
    policy: Policies = ()
    works: tuple[StoryWork, ...]


class When(Value):
    """What is asked: the prompt, who asks, when, for which use."""

    prompt: str
    service: RefText | None = "any-service"
    at: AwareDatetime | None = None
    use: Use = Use()


class Then(Value):
    """What must be answered. Only `outcome` has to be said; the rest is compared where it is said."""

    outcome: Outcome
    duties: frozenset[DutyAction] | None = None
    missing: frozenset[str] | None = None
    because: frozenset[ReasonCode] | None = None
    rewritten: str | None = None


class Case(Value):
    """One sentence, one question, one answer."""

    case: NameText
    when: When
    then: Then


class Story(Value):
    """Policies with their own assertions."""

    story: NameText
    about: str = ""
    given: tuple[StoryRightsholder, ...]
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Found:
    """What a case was answered; `differences` are sentences, none where the story holds."""

    case: Case
    differences: tuple[str, ...]


Check = Callable[[When], Then]


def load_story(path: Path) -> Story:
    """Read a story file. Raises InvalidInput with every field that is wrong."""
    try:
        return Story.model_validate(read_yaml(path.read_text("utf-8"), path.name))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"`{path.name}` is not text in UTF-8") from error
    except ValidationError as error:
        fields = tuple(FieldError("/" + "/".join(map(str, e["loc"])), e["msg"]) for e in error.errors())
        raise InvalidInput(f"`{path.name}` is no story: {fields[0].field}: {fields[0].message}", fields=fields) from error


def run_story(story: Story, check: Check | None = None) -> tuple[Found, ...]:
    """Ask every case, of the pure rules unless told whom, and compare."""
    ask = check or check_in_core(story.given)
    return tuple(Found(case, tuple(_differences(case.then, ask(case.when)))) for case in story.cases)


def _differences(expected: Then, answered: Then) -> Iterator[str]:
    for field in Then.model_fields:
        wanted, got = getattr(expected, field), getattr(answered, field)
        if wanted is not None and wanted != got:
            yield f"{field}: expected {_said(wanted)}, but the answer is {_said(got)}"


def _said(value: object) -> str:
    return ", ".join(sorted(value)) or "nothing" if isinstance(value, frozenset) else f"`{value}`"


def check_in_core(given: Iterable[StoryRightsholder]) -> Check:
    """Return a check that finds names by their exact text and judges them, without a server, a catalog or a log."""
    catalog = {policy.character: (policy, name) for policy, name in _compiled(given)}

    def check(when: When) -> Then:
        mentions = _mentions(when.prompt, {name: _called(name, catalog) for _, name in catalog.values()})
        judged = judge(mentions, when.use, lambda c: catalog[c][0], recipient=when.service, at=when.at)
        return _answer(when, mentions, judged, {c: policy for c, (policy, _) in catalog.items()})

    return check


def _compiled(given: Iterable[StoryRightsholder]) -> Iterator[tuple[EffectivePolicy, str]]:
    for owner in given:
        for work in owner.works:
            for character in work.characters:
                policy = compile_policy(
                    character.policy,
                    work.policy,
                    owner.policy,
                    character=f"{owner.ref}/{work.ref}/{character.ref}",
                    work=f"{owner.ref}/{work.ref}",
                    rightsholder=owner.ref,
                    character_ref=character.ref,
                    work_ref=work.ref,
                )
                yield policy, character.name


def _called(name: str, catalog: Mapping[str, tuple[EffectivePolicy, str]]) -> tuple[str, ...]:
    return tuple(sorted(character for character, (_, called) in catalog.items() if called == name))


def _mentions(prompt: str, names: Mapping[str, tuple[str, ...]]) -> tuple[Mention, ...]:
    places = ((start, name) for name in names for start in range(len(prompt)) if prompt.startswith(name, start))
    return tuple(
        Mention(start, start + len(name), name, name, "exact", MentionStatus.linked, 100, names[name]) for start, name in sorted(places)
    )


def _answer(when: When, mentions: tuple[Mention, ...], judged: Judgement, policies: Mapping[str, EffectivePolicy]) -> Then:
    remedies = {c: remedy for c, policy in policies.items() if (remedy := policy.remedy_at(when.at))}
    return Then.model_validate(
        {
            "outcome": judged.outcome,
            "duties": {duty.action for verdict in judged.verdicts for duty in verdict.duties},
            "missing": {fact for verdict in judged.verdicts for fact in verdict.missing},
            "because": {reason.code for reason in judged.reasons},
            "rewritten": rewrite(when.prompt, mentions, judged.verdicts, remedies).prompt,
        }
    )
