"""A short round of every fuzz target; `make fuzz` is the long one."""

import asyncio

import pytest
from sqlalchemy import text

from registry.core.errors import InvalidImport
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


@pytest.fixture
def database_url(tmp_path):
    """SQLite only: what is refused is refused before the database."""
    return f"sqlite:///{tmp_path / 'registry.db'}"


@pytest.fixture
def loop():
    made = asyncio.new_event_loop()
    yield made
    made.close()


def test_files_are_taken_whole_or_not_at_all_and_prompts_are_answered(registry, callers, loop):
    for target in registry_targets(registry, callers, loop):
        tried, refused = feed(target, seconds=60, seed=SEED, at_most=EXAMPLES)
        assert tried >= EXAMPLES, target.name
        assert refused > 0, target.name
    loop.run_until_complete(registry.log.close())


def test_what_is_half_applied_is_noticed(registry, callers, loop, monkeypatch):
    def half(registry, caller, data, file_format):
        with registry.database.write() as session:
            session.execute(text("UPDATE tree_head SET revision = revision + 1"))
            session.commit()
        raise InvalidImport("no")

    monkeypatch.setattr("tests.fuzz.targets.import_file", half)
    with pytest.raises(AssertionError, match="half applied"):
        registry_targets(registry, callers, loop)[0].feed(b"x")
