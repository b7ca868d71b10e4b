"""The migration that brings the history of policies, and imports and exports that carry scheduled ones."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

import registry.store
from registry.core.model import Character
from registry.store.catalog import find_character
from registry.store.database import Database
from registry.store.policy_versions import list_versions
from registry.usecases.imports import export_lines, import_file

ROWS = """
INSERT INTO organisation (id, role, ref, name, policy, revision, created_at) VALUES ('o', 'rightsholder', 'o', 'O', NULL, 1, 1000000);
INSERT INTO work (id, rightsholder_id, ref, title, titles, policy, status, revision, created_at, updated_at)
  VALUES ('w', 'o', 'w', 'W', '[]', '{"usage":"prohibited"}', 'active', 2, 1000000, 2000000);
INSERT INTO character (id, rightsholder_id, ref, work_id, name, aliases, policy, status, revision, created_at, updated_at)
  VALUES ('c', 'o', 'c', 'w', 'C', '[]', NULL, 'active', 3, 1000000, 2000000)
"""
LATER = {"usage": "prohibited", "valid_from": "2030-01-01T00:00:00Z"}


def test_what_was_said_before_there_was_a_history_is_its_first_version(database_url):
    database = Database(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(registry.store.__file__).parent / "migrations"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in ROWS.split(";\n"):
            connection.execute(text(statement.replace(":", "\\:")))
    database.migrate()
    with database.read() as session:
        (version,) = list_versions(session, "w")
        assert (version.revision, version.policy.usage, version.scheduled) == (2, "prohibited", ())
        assert (version.author.organisation, version.author.at) == (None, datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC))
        assert list_versions(session, "c") == []
        assert find_character(session, entry_id="c").scheduled == ()
    database.close()


@pytest.fixture
def imported(registry, callers):
    line = {"type": "character", "ref": "luna", "name": "Luna Prowlington", "policy": {"usage": "allowed"}, "scheduled": [LATER]}
    import_file(registry, callers["rightsholder"], json.dumps(line).encode(), "jsonl")
    return line


def luna(registry, callers) -> Character:
    with registry.database.read() as session:
        return find_character(session, rightsholder=callers["rightsholder"].organisation.id, ref="luna")


def test_an_export_carries_what_is_scheduled_and_comes_back_unchanged(registry, callers, imported):
    (exported,) = export_lines(registry, callers["rightsholder"])
    assert json.loads(exported) == imported
    assert import_file(registry, callers["rightsholder"], exported.encode(), "jsonl").unchanged == 1


def test_an_import_that_says_nothing_of_the_policy_leaves_what_is_scheduled(registry, callers, imported):
    line = {"type": "character", "ref": "luna", "name": "Luna Prowl"}
    import_file(registry, callers["rightsholder"], json.dumps(line).encode(), "jsonl")
    found = luna(registry, callers)
    assert (found.name, found.scheduled[0].usage) == ("Luna Prowl", "prohibited")
    with registry.database.read() as session:
        assert len(list_versions(session, found.id)) == 1


@pytest.mark.parametrize("damaged", ["damaged", "7", '[{"usage":"allowed","valid_from":"2020-01-01T00:00:00Z"},{"valid_from":"soon"}]'])
def test_scheduled_policies_that_can_no_longer_be_read_prohibit(registry, callers, imported, damaged):
    with registry.database.write() as session:
        session.execute(text("UPDATE character SET scheduled = :damaged, digest = NULL").bindparams(damaged=damaged))
        session.commit()
    (broken,) = luna(registry, callers).scheduled
    assert (broken.usage, broken.prohibitions[0].unreadable) == ("prohibited", True)
