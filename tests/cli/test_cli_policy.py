"""`registry policy`: stories are run and their failures told; templates are listed and printed."""

import json
import re

from typer.testing import CliRunner

from registry.cli_policy import policy_app
from registry.store.policy_files import list_templates, load_template, policies_folder

STORY = policies_folder() / "examples" / "fan-works.yaml"


def run(*words):
    return CliRunner().invoke(policy_app, list(map(str, words)))


def test_a_story_that_holds_says_so():
    done = run("test", STORY)
    assert done.exit_code == 0
    assert "8 of 8 cases hold" in done.output


def test_a_story_that_does_not_hold_says_where_and_fails(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(re.sub(r"outcome: \w+", "outcome: allowed", STORY.read_text("utf-8")), "utf-8")
    done = run("test", STORY, mine)
    assert done.exit_code == 1
    assert "FAILS  mine.yaml: " in done.output
    assert "outcome: expected `allowed`, but the answer is `restricted`" in done.output


def test_templates_are_listed_and_one_is_printed_as_a_body():
    listed = run("templates").output
    assert [name for name in list_templates() if name not in listed] == []
    assert json.loads(run("templates", "not-at-all").stdout) == {"usage": "prohibited"}
    assert json.loads(run("templates", "fan-works").stdout) == load_template("fan-works").policy.model_dump(
        mode="json", exclude_defaults=True
    )
