"""A short round of every fuzz target; `make fuzz` is the long one."""

import pytest

from registry.usecases.init import initialise
from registry.usecases.keyring import authenticate
from registry.usecases.registry import open_registry
from tests.fuzz.run import feed
from tests.fuzz.targets import format_targets, policy_targets, registry_targets

EXAMPLES, SEED = 150, 20261121


@pytest.mark.parametrize("target", format_targets(), ids=lambda target: target.name)
def test_formats_of_the_log_are_refused_with_our_errors(target):
    tried, refused = feed(target, seconds=60, seed=SEED, at_most=EXAMPLES)
    assert tried >= EXAMPLES
    assert refused > 0


def test_policies_are_refused_with_our_errors(tmp_path):
    for target in policy_targets(tmp_path):
        tried, refused = feed(target, seconds=60, seed=SEED, at_most=EXAMPLES)
        assert tried >= EXAMPLES, target.name
        assert refused > 0 or not target.answers or target.name.endswith("back"), target.name


def test_files_are_taken_whole_or_not_at_all_and_prompts_are_answered(tmp_path):
    registry = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    callers = {role: authenticate(registry, key) for role, key in initialise(registry).items()}
    for target in registry_targets(registry, callers):
        tried, refused = feed(target, seconds=60, seed=SEED, at_most=EXAMPLES)
        assert tried >= EXAMPLES, target.name
        assert refused > 0, target.name
    registry.database.close()


def test_what_is_half_applied_is_noticed(tmp_path, monkeypatch):
    registry = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    callers = {role: authenticate(registry, key) for role, key in initialise(registry).items()}

    def half(registry, caller, data, file_format):
        from registry.core.errors import InvalidImport

        with registry.database.write() as session:
            from sqlalchemy import text

            session.execute(text("UPDATE tree_head SET revision = revision + 1"))
            session.commit()
        raise InvalidImport("no")

    monkeypatch.setattr("tests.fuzz.targets.import_file", half)
    with pytest.raises(AssertionError, match="half applied"):
        registry_targets(registry, callers)[0].feed(b"x")
    registry.database.close()
