"""Backup, restore and doctor as an operator runs them; what docs/operations.md shows is run here."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.benchmarks.serving import free_port, served, start_registry
from tests.cli.test_cli import registry

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    registry(folder, "init")
    registry(folder, "check", "a chair")
    return folder


def test_the_guides_commands_work(home, tmp_path):
    commands = re.search(r"<!-- example: commands -->\n```sh\n(.*?)```", GUIDE, re.DOTALL)[1].strip().splitlines()
    there, fresh = tmp_path / "copy", tmp_path / "fresh"
    shutil.copytree(home, there)
    port = free_port()
    with served(start_registry(there, port), f"http://127.0.0.1:{port}/readyz"):
        registry(
            there,
            "verify",
            f"http://127.0.0.1:{port}/log",
            "--key",
            registry(there, "log", "key").stdout.strip(),
            "--state",
            str(tmp_path / "my.state"),
        )
        registry(there, "backup", str(tmp_path / "running.tar.gz"))
    for line in commands:
        words = [str(tmp_path / word) if word in {"registry.tar.gz", "my.state"} else word for word in shlex.split(line)[1:]]
        if words[0] == "restore":
            fresh.mkdir()
            shutil.copy(there / "log.key", fresh)
            there = fresh
        registry(there, *words)
    assert "registry.example/log2+" in registry(there, "log", "key").stdout
    registry(there, "verify")


def test_every_test_that_the_guide_names_is_there():
    for name in re.findall(r"`(test_\w+\.py)`", GUIDE):
        assert list((ROOT / "tests").rglob(name)), name


def test_the_doctor_fails_when_something_is_wrong_and_says_what_to_do(home, tmp_path):
    there = tmp_path / "copy"
    shutil.copytree(home, there)
    assert {line.split()[0] for line in registry(there, "doctor").stdout.splitlines() if line} == {"ok"}
    (there / "log.key").chmod(0o644)
    assert "chmod 600" in registry(there, "doctor", ok=False).stdout
    found = json.loads(registry(there, "doctor", "--json", ok=False).stdout)
    assert [finding for finding in found if finding["do"]] != []
    assert "registry init" in registry(tmp_path / "nothing", "doctor", ok=False).stdout
    assert not (tmp_path / "nothing").exists()


def test_restoring_asks_which_it_is_and_what_it_was(home, tmp_path):
    without = registry(home, "backup", str(tmp_path / "without.tar.gz")).stderr
    assert [line.split("`")[1] for line in without.splitlines() if line.startswith("not in it")] == [
        str(home / "log.key"),
        str(home / "seal.key"),
    ]
    with_key = registry(home, "backup", str(tmp_path / "b.tar.gz"), "--with-key").stderr
    assert [line.split("`")[1] for line in with_key.splitlines() if line.startswith("not in it")] == [str(home / "seal.key")]
    refused = registry(tmp_path / "new", "restore", str(tmp_path / "b.tar.gz"), ok=False)
    assert "--same-log" in refused.stderr
    other = ["--new-log", "registry.example/other"]
    shown = registry(tmp_path / "new", "restore", str(tmp_path / "b.tar.gz"), *other)
    assert "registry.example/other+" in shown.stdout
    registry(tmp_path / "new", "check", "a chair")
    registry(tmp_path / "new", "verify")
    assert registry(tmp_path / "new", "doctor").returncode == 0
    registry(home, "verify")
    registry(home, "check", "a table")
    registry(home, "verify")
    went_back = registry(
        tmp_path / "x", "restore", str(tmp_path / "b.tar.gz"), "--same-log", "--seen", str(home / "verify.state"), ok=False
    )
    assert "went back" in went_back.stderr
