"""The log's commands: verify, replay, save, rotate, export; what docs/log.md shows is run here as it stands there."""

import dataclasses
import inspect
import json
import re
import shlex
import sqlite3
import subprocess
from functools import reduce
from pathlib import Path

import pytest

from registry.api.decisions import chosen_decisions
from registry.cli_decisions import decisions_command
from registry.store.decisions import DecisionFilter
from tests.benchmarks.serving import free_port, served, start_registry
from tests.cli.test_cli import registry

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/log.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    printed = registry(folder, "init").stdout
    keys = dict(re.findall(r"^  (\w+) +(crk_\S+)$", printed, re.MULTILINE))
    vkey = re.search(r"Public key of the log.*: (\S+)", printed)[1]
    decision = json.loads(registry(folder, "check", "a chair", "--json").stdout)["decision_id"]
    (folder / "facts.json").write_text(json.dumps({"keys": keys, "vkey": vkey, "decision": decision}))
    return folder


@pytest.fixture(scope="module")
def facts(home):
    return json.loads((home / "facts.json").read_text())


def test_the_guides_commands_work(home, facts, tmp_path):
    port = free_port()
    commands = re.search(r"<!-- example: commands -->\n```sh\n(.*?)```", GUIDE, re.DOTALL)[1].strip().splitlines()
    assert len(commands) >= 8
    places = {
        "$KEY": facts["vkey"],
        "$AUDITOR": facts["keys"]["auditor"],
        "$DECISION": facts["decision"],
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }
    files = re.compile(r"my-copy|my\.state|receipt\.tlog-proof|decisions\.csv")
    with served(start_registry(home, port), f"http://127.0.0.1:{port}/readyz"):
        for line in commands:
            command, *words = shlex.split(reduce(lambda text, place: text.replace(*place), places.items(), line))
            words = [str(tmp_path / word) if files.fullmatch(word) else word for word in words]
            if command == "curl":
                subprocess.run([command, *words], check=True)
                continue
            assert command == "registry"
            shown = registry(home, *words)
            assert words[0] != "verify" or "ok " in shown.stdout, shown.stdout


def test_verify_fails_in_one_line_that_names_the_entry(home):
    registry(home, "verify")
    set_first_entry(home, lambda data: data + b" ")
    failed = registry(home, "verify", ok=False)
    assert "entry 0 " in failed.stderr
    assert "Traceback" not in failed.stderr
    set_first_entry(home, lambda data: data[:-1].decode())
    assert "entry 0 is not stored as bytes" in registry(home, "verify", ok=False).stderr
    set_first_entry(home, str.encode)
    registry(home, "verify")


def set_first_entry(home, change):
    database = sqlite3.connect(home / "registry.db")
    data = database.execute("SELECT data FROM leaf WHERE log_index = 0").fetchone()[0]
    database.execute("UPDATE leaf SET data = ? WHERE log_index = 0", [change(data)])
    database.commit()
    database.close()


def test_an_old_backup_is_noticed(home):
    backup = (home / "registry.db").read_bytes()
    registry(home, "check", "a lamp")
    registry(home, "verify")
    for name in ("registry.db-wal", "registry.db-shm"):
        (home / name).unlink(missing_ok=True)
    (home / "registry.db").write_bytes(backup)
    failed = registry(home, "verify", ok=False)
    assert "the log went back" in failed.stderr
    (home / "verify.state").unlink()


def test_mistakes_are_explained(home, tmp_path):
    assert "neither a file" in registry(home, "verify", "nowhere", ok=False).stderr
    (tmp_path / "x").write_text("x")
    assert "--key" in registry(home, "verify", str(tmp_path / "x"), ok=False).stderr
    assert ".parquet" in registry(home, "decisions", "x.xls", ok=False).stderr
    for command in (
        ("verify",),
        ("replay",),
        ("decisions",),
        ("erase-prompts",),
        ("log", "save"),
        ("log", "rotate-key"),
        ("log", "cosign"),
    ):
        assert "Example:" in registry(tmp_path, *command, "--help").stdout, command


def test_the_private_key_is_nowhere_in_the_database_or_the_output(home):
    secret = (home / "log.key").read_text().strip().split("+")[-1]
    assert secret.encode() not in (home / "registry.db").read_bytes()
    assert (home / "log.key").stat().st_mode & 0o077 == 0


def test_the_command_narrows_decisions_by_all_that_http_does(home, facts, tmp_path):
    asked = set(inspect.signature(chosen_decisions).parameters)
    assert asked == set(inspect.signature(decisions_command).parameters) - {"file", "as_of", "size"}
    assert asked | {"seen_by"} == {field.name for field in dataclasses.fields(DecisionFilter)}
    file = tmp_path / "some.jsonl"
    rows = {}
    for words in ("--level strict", "--level balanced", "--reported", "--no-reported", "--until 2020-01-01", "--reason NO_CHARACTER_NAMED"):
        registry(home, "decisions", str(file), *words.split())
        rows[words] = len(file.read_text().splitlines())
    everything = rows["--no-reported"]
    assert everything > 0
    assert rows == {
        "--level strict": 0,
        "--level balanced": everything,
        "--reported": 0,
        "--no-reported": everything,
        "--until 2020-01-01": 0,
        "--reason NO_CHARACTER_NAMED": everything,
    }
