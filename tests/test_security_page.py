"""SECURITY.md promises nothing that no test shows, and requirements are what `make lint` says."""

import ast
import re
from pathlib import Path

import pytest

from tests.requirements import check, pinned

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([^|`]+)` \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))


def names_in(path: Path) -> set[str]:
    """Return tests of a file as `name` or `Class::name`."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


@pytest.mark.parametrize(("threat", "test"), [(threat, test) for threat, _, test in ROWS])
def test_every_threat_names_a_test_that_exists(threat, test):
    path, _, name = test.partition("::")
    assert name in names_in(ROOT / path), f"{threat}: there is no {test}"


def test_the_table_is_read_whole():
    lines = [line for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(lines) - 1 > 20


def test_every_requirement_is_pinned_by_hash():
    assert check() == []


@pytest.mark.parametrize("line", ["httpx>=1", "httpx==1.0", "--index-url x", "httpx @ file:///x"])
def test_a_requirement_that_is_not_is_found(tmp_path, line):
    (tmp_path / "requirements.txt").write_text(line + "\n")
    assert pinned(tmp_path / "requirements.txt")[1]
