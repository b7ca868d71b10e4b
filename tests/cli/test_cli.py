"""The command line and the README: what they show is run here as it stands there."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from registry.config import PREFIX, Settings
from tests.benchmarks.serving import free_port, served, start_registry

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def registry(home, *words, ok=True, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "registry", *words],
        env={**os.environ, "REGISTRY_HOME": str(home), "COLUMNS": "200", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == ok, done.stderr
    return done


def example(name):
    """Return the code block that stands under `<!-- NAME -->` in the README."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block `{name}`"
    return found[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    first = registry(folder, "init", "--example")
    keys = dict(re.findall(r"^  (\w+) +(crk_\S+)$", first.stdout, re.MULTILINE))
    (folder / "keys.json").write_text(json.dumps(keys))
    (folder / "first.txt").write_text(first.stdout)
    return folder


@pytest.fixture(scope="module")
def keys(home):
    return json.loads((home / "keys.json").read_text())


def test_the_first_start_prints_four_keys_and_what_to_do_next(home, keys):
    printed = (home / "first.txt").read_text()
    assert set(keys) == {"operator", "rightsholder", "service", "auditor"}
    assert "curl -s http://127.0.0.1:8000/v1/check" in printed
    assert "/docs" in printed


def test_a_second_start_changes_nothing_and_shows_no_key(home):
    before = registry(home, "export", "-").stdout
    again = registry(home, "init", "--example").stdout
    assert "crk_" not in again
    assert "Already set up" in again
    assert registry(home, "export", "-").stdout == before


def test_init_for_scripts_prints_keys_once(tmp_path):
    assert set(json.loads(registry(tmp_path, "init", "--json").stdout)) == {"operator", "rightsholder", "service", "auditor"}
    assert json.loads(registry(tmp_path, "init", "--json").stdout) == {}


def test_the_pasted_curl_line_and_the_readmes_examples_work(home, keys, tmp_path):
    port = free_port()
    environment = {**os.environ, "SERVICE_KEY": keys["service"], "RIGHTSHOLDER_KEY": keys["rightsholder"]}
    pasted = re.search(r"^curl .*?\n.*?$", (home / "first.txt").read_text(), re.MULTILINE)
    assert pasted
    with served(start_registry(home, port), f"http://127.0.0.1:{port}/readyz"):
        for line in (pasted[0], example("example: check")):
            command = line.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
            answer = json.loads(subprocess.run(["sh", "-c", command], env=environment, capture_output=True, check=True).stdout)
            assert_holds(json.loads(example("answer: check")), answer)
        command = example("example: register").replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        made = json.loads(subprocess.run(["sh", "-c", command], env=environment, capture_output=True, check=True).stdout)
        assert made["ref"] == "captain-example"


def assert_holds(shown, actual):
    """Everything shown is in the actual answer; lists are as long."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert_holds(value, actual[name])
    elif isinstance(shown, list):
        assert len(shown) == len(actual)
        for one, other in zip(shown, actual, strict=True):
            assert_holds(one, other)
    else:
        assert shown == actual


@pytest.mark.parametrize(("block", "name"), [("example: import file", "x.jsonl"), ("example: csv file", "x.csv")])
def test_the_readmes_files_import(tmp_path, block, name):
    registry(tmp_path, "init")
    (tmp_path / name).write_text(example(block), encoding="utf-8")
    counts = json.loads(registry(tmp_path, "import", str(tmp_path / name), "--json").stdout)
    assert (counts["works"], counts["characters"], counts["created"]) == (1, 1, 2)


def test_the_readmes_commands_work(home, tmp_path):
    for line in example("example: commands").splitlines():
        command, *words = shlex.split(line.replace("characters.jsonl", str(tmp_path / "characters.jsonl")))
        assert command == "registry"
        registry(home, *words)


def test_the_readme_names_every_setting():
    rows = re.findall(rf"^\| `{PREFIX}(\w+)` \|(.*?)\|(.*?)\|$", README, re.MULTILINE)
    defaults = {name: "" if field.default == () else str(field.default) for name, field in Settings.model_fields.items()}
    expected = {name.upper(): (defaults[name], field.description) for name, field in Settings.model_fields.items()}
    assert {name: (default.strip("` "), meaning.strip()) for name, default, meaning in rows} == expected


def test_check_shows_a_table_a_person_can_read(home):
    shown = registry(home, "check", "Pikachu and ルフィ eating ramen").stdout
    for word in ("prohibited", "Pikachu", "Monkey D. Luffy", "One Piece", "does not allow"):
        assert word in shown


def test_a_bad_import_lists_every_line_and_fails(tmp_path):
    registry(tmp_path, "init")
    (tmp_path / "bad.jsonl").write_text('{"type": "character", "ref": "a"}\nnonsense\n')
    failed = registry(tmp_path, "import", str(tmp_path / "bad.jsonl"), ok=False)
    assert "line 1: name: Field required" in failed.stderr
    assert "line 2: not JSON" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_mistakes_are_one_line_not_a_traceback(tmp_path):
    assert "REGISTRY_PROT" in registry(tmp_path, "init", ok=False, REGISTRY_PROT="1").stderr
    nobody = registry(tmp_path, "check", "x", ok=False)
    assert "registry init" in nobody.stderr
    assert "Traceback" not in nobody.stderr


def test_keys_are_listed_and_revoked(home):
    secret = registry(home, "keys", "create", "service", "--label", "to-revoke").stdout.strip()
    listed = registry(home, "keys", "list", "service").stdout
    assert secret not in listed
    row = next(line for line in listed.splitlines() if "to-revoke" in line)
    key_id = re.search(r"key_\w+", row)[0]
    assert "revoked" in registry(home, "keys", "revoke", key_id).stdout


def test_the_openapi_document_is_the_one_committed():
    assert json.loads(registry("/tmp", "openapi").stdout) == json.loads((ROOT / "openapi/openapi.json").read_text(encoding="utf-8"))


def test_every_command_explains_itself_by_example(tmp_path):
    for command in ("init", "serve", "import", "export", "check", "openapi"):
        assert "Example:" in registry(tmp_path, command, "--help").stdout, command
