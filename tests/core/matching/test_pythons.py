"""The golden file of matches on every Python that is at hand: those that are not are skipped aloud."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CHECK = "from tests.core.matching.test_golden import *; test_every_python_gives_the_golden_answers()"


def find_python(version: str) -> str | None:
    """Return an interpreter of this version, from the path or from pyenv, that starts."""
    pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"), reverse=True)
    for found in (shutil.which(f"python{version}"), *map(str, pyenv)):
        if found and subprocess.run([found, "-c", "pass"], check=False, capture_output=True).returncode == 0:
            return found
    return None


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_golden_answers_are_the_same_on(version, tmp_path):
    python = find_python(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    subprocess.run([python, "-m", "venv", tmp_path / "v"], check=True)
    names = [f"{name}=={_pinned(name)}" for name in ("daachorse", "pydantic", "pytest", "hypothesis")]
    pip = [tmp_path / "v/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *names]
    if subprocess.run(pip, check=False).returncode:
        pytest.skip(f"Python {version} is here, but not what the matcher needs: no package index to be reached")
    subprocess.run([tmp_path / "v/bin/python", "-c", CHECK], check=True, cwd=ROOT, timeout=300)


def _pinned(name: str) -> str:
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    return next(line.split("==")[1].split()[0] for line in lines if line.startswith(f"{name}=="))
