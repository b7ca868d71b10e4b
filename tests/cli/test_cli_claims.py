"""The operator's review on the command line: every decision has a reason, as over HTTP."""

import pytest
from typer.testing import CliRunner

from registry.cli import app
from registry.core.model import CharacterDraft
from registry.usecases.catalog import create_entry
from registry.usecases.claim_review import get_claim
from registry.usecases.entries import CHARACTER
from registry.usecases.init import initialise
from registry.usecases.keyring import authenticate
from registry.usecases.registry import open_registry


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("REGISTRY_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def registry(home):
    opened = open_registry(f"sqlite:///{home / 'registry.db'}")
    yield opened
    opened.database.close()


@pytest.fixture
def keys(registry):
    return initialise(registry)


@pytest.fixture
def claim(registry, keys):
    """An everyday word that waits."""
    holder = authenticate(registry, keys["rightsholder"])
    create_entry(registry, holder, CHARACTER, CharacterDraft(name="Dog"))
    [waiting] = CliRunner().invoke(app, ["claims", "list"]).output.split("clm_")[1:]
    return f"clm_{waiting.split()[0]}"


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_decision_takes_a_reason_that_stands_in_its_steps(registry, keys, claim, verb):
    assert CliRunner().invoke(app, ["claims", verb, claim]).exit_code == 2
    done = CliRunner().invoke(app, ["claims", verb, claim, "--reason", "seen by Ann"])
    assert done.exit_code == 0, done.output
    assert get_claim(registry, authenticate(registry, keys["operator"]), claim).steps[-1].reason == "seen by Ann"
