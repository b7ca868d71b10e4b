"""The stories of policies/examples hold, and every template is used by one of them."""

import pytest

from registry.core.errors import InvalidInput
from registry.store.policy_files import list_examples, list_templates, load_template
from registry.usecases.policy_stories import load_story, run_story

STORIES = {path.stem: load_story(path) for path in list_examples()}
CASES = [pytest.param(found, id=f"{name}: {found.case.case}") for name, story in STORIES.items() for found in run_story(story)]


@pytest.mark.parametrize("found", CASES)
def test_the_story_holds(found):
    assert not found.differences


def test_there_are_sixty_cases_and_every_template_has_a_story():
    texts = "".join(path.read_text("utf-8") for path in list_examples())
    assert len(CASES) >= 60
    assert [name for name in list_templates() if f"template: {name}" not in texts] == []


@pytest.mark.parametrize("name", list_templates())
def test_every_template_has_prose_and_labels(name):
    template = load_template(name)
    assert template.en
    assert template.ja
    assert len(template.prose) > 40


def test_a_template_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(InvalidInput, match=r"no template `\.\./vocabulary`; use one of all-audiences, "):
        load_template("../vocabulary")


def test_a_story_that_does_not_hold_says_what_differs(tmp_path):
    story = STORIES["not-at-all"]
    wrong = story.cases[0].model_copy(
        update={"then": story.cases[0].then.model_copy(update={"outcome": "allowed", "missing": frozenset({"media"})})}
    )
    (found,) = run_story(story.model_copy(update={"cases": (wrong,)}))
    assert found.differences == (
        "outcome: expected `allowed`, but the answer is `prohibited`",
        "missing: expected media, but the answer is nothing",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("story: [", "not readable YAML"),
        ("story: x\ngiven: []\ncases: []", "/cases"),
        (
            "story: x\ngiven: []\ncases: [{case: y, when: {prompt: z, use: {purpose: fun}}, then: {outcome: allowed}}]",
            "/cases/0/when/use/purpose",
        ),
    ],
)
def test_a_file_that_is_no_story_is_refused_with_the_place(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        load_story(path)
