"""Tampering in SQL, behind the log's back: `registry verify` finds each, and names where."""

import pytest
from sqlalchemy import text

from registry.core.decision_log.merkle import Frontier, leaf_hash
from registry.core.errors import VerificationFailed
from registry.core.model import CharacterDraft, Policy, WorkDraft
from registry.store.log import LeafDraft
from registry.usecases.catalog import create_entry
from registry.usecases.check import check
from registry.usecases.entries import CHARACTER, WORK
from registry.usecases.log import fill_tree, public_keys
from registry.usecases.organisations import update_organisation
from registry.usecases.rotation import rotate_log_key
from registry.usecases.verify_database import verify_database
from tests.store.leaves import append

FIRST_DECISION = 263  # one leaf for the rightsholder, one for the work, one for the character, 260 plain ones


@pytest.fixture
def world(registry, callers, run):
    """A log with catalog changes, a stored subtree, and decisions, one of them with its prompt kept."""
    holder, service = callers["rightsholder"], callers["service"]
    create_entry(registry, holder, WORK, WorkDraft(ref="w", title="Quixotic Saga"))
    create_entry(registry, holder, CHARACTER, CharacterDraft(ref="q", work="w", name="Quixotania Vale", policy=Policy(usage="prohibited")))
    append(registry, [LeafDraft("note", b'{"n":%d,"type":"note"}' % n) for n in range(260)])
    for prompt in ("Quixotania Vale in the rain", "a chair", "Quixotania Vale"):
        run(check(registry, service, prompt))
    update_organisation(registry, callers["operator"], service.organisation.id, retention="P30D")
    run(check(registry, _again(registry, service), "keep this"))
    fill_tree(registry)
    return registry


def _again(registry, caller):
    """The caller as the next request finds it."""
    from registry.usecases.organisations import get_organisation

    return type(caller)(get_organisation(registry, caller, "me"), caller.key_id)


def verified(registry, seen=None):
    known = public_keys(registry)
    return verify_database(registry, known.origin, known.keys, seen)


def rewrite_history(connection):
    """Change an entry, and every hash that follows from it: nothing in the database disagrees."""
    connection.execute(text("UPDATE leaf SET data = :data WHERE log_index = 10"), {"data": b'{"n":"other","type":"note"}'})
    _rebuild(connection)


def truncate_neatly(connection):
    """Take the last entry away and rewind everything that hangs on it."""
    for table in ("leaf", "decision", "decision_character", "prompt"):
        connection.execute(text(f"DELETE FROM {table} WHERE log_index = (SELECT size - 1 FROM tree_head)"))
    _rebuild(connection)


def _rebuild(connection):
    rows = connection.execute(text("SELECT log_index, data FROM leaf ORDER BY log_index")).all()
    hashes = [leaf_hash(bytes(row.data)) for row in rows]
    changed = [{"i": r.log_index, "h": h} for r, h in zip(rows, hashes, strict=True)]
    connection.execute(text("UPDATE leaf SET hash = :h WHERE log_index = :i"), changed)
    frontier = Frontier().extended(hashes)
    head = {"size": frontier.size, "root": frontier.root(), "frontier": frontier.to_bytes()}
    connection.execute(text("UPDATE tree_head SET size = :size, root = :root, frontier = :frontier"), head)
    connection.execute(text("DELETE FROM subtree"))


SWAP = "UPDATE leaf SET log_index = CASE log_index WHEN -5 THEN 6 WHEN -6 THEN 5 END WHERE log_index IN (-5, -6)"
TAMPERINGS = {
    "an entry changed": (
        ["UPDATE leaf SET data = (SELECT data FROM leaf WHERE log_index = 20) WHERE log_index = 19"],
        "WRONG_ENTRY",
        "entry 19 ",
    ),
    "an entry changed with its hash": (
        ["UPDATE leaf SET data = d.data, hash = d.hash FROM (SELECT * FROM leaf WHERE log_index = 20) AS d WHERE leaf.log_index = 19"],
        "WRONG_TILE",
        "entries 0 to 255",
    ),
    "an entry near the end changed with its hash": (
        ["UPDATE leaf SET data = d.data, hash = d.hash FROM (SELECT * FROM leaf WHERE log_index = 259) AS d WHERE leaf.log_index = 260"],
        "WRONG_ROOT",
        "one of the",
    ),
    "an entry dropped": (["DELETE FROM leaf WHERE log_index = 30"], "MISSING_ENTRY", "entry 30 "),
    "the last entry dropped": (["DELETE FROM leaf WHERE log_index = (SELECT size - 1 FROM tree_head)"], "MISSING_ENTRY", "entry 266 "),
    "an entry put behind the end": (
        ["INSERT INTO leaf (log_index, kind, hash, data) SELECT 999, kind, hash, data FROM leaf WHERE log_index = 30"],
        "SURPLUS_ROW",
        "999",
    ),
    "two entries swapped": (["UPDATE leaf SET log_index = -log_index WHERE log_index IN (5, 6)", SWAP], "WRONG_TILE", "entries 0 to 255"),
    "an entry dropped and the others moved up": (
        [
            "DELETE FROM leaf WHERE log_index = 40",
            "UPDATE leaf SET log_index = -log_index WHERE log_index > 40",
            "UPDATE leaf SET log_index = -log_index - 1 WHERE log_index < 0",
        ],
        "WRONG_INDEX",
        "entry 262 ",
    ),
    "the head's root changed": (["UPDATE tree_head SET root = (SELECT hash FROM leaf WHERE log_index = 0)"], "WRONG_ROOT", "the head"),
    "the head's revision changed": (["UPDATE tree_head SET revision = revision + 1"], "WRONG_HEAD", "revision 4"),
    "the head's size cut": (["UPDATE tree_head SET size = size - 1"], "SURPLUS_ROW", "266"),
    "a stored subtree changed": (["UPDATE subtree SET hash = (SELECT root FROM tree_head)"], "WRONG_TILE", "entries 0 to 255"),
    "a decision indexed under another outcome": (
        [f"UPDATE decision SET outcome = 'allowed' WHERE log_index = {FIRST_DECISION}"],
        "WRONG_INDEX",
        f"decision {FIRST_DECISION} ",
    ),
    "a decision hidden from the index": (
        [f"DELETE FROM decision WHERE log_index = {FIRST_DECISION}"],
        "WRONG_INDEX",
        f"entry {FIRST_DECISION} ",
    ),
    "a decision hidden from the rightsholder": (
        [f"DELETE FROM decision_character WHERE log_index = {FIRST_DECISION}"],
        "WRONG_INDEX",
        f"decision {FIRST_DECISION} ",
    ),
    "a policy loosened without an entry": (['UPDATE character SET policy = \'{"usage":"allowed"}\''], "WRONG_CATALOG", "chr_"),
    "a character removed without an entry": (["DELETE FROM character"], "WRONG_CATALOG", "chr_"),
    "a kept prompt changed": (["UPDATE prompt SET text = 'another'"], "WRONG_PROMPT", "decision 266 "),
    "a kept prompt dropped": (["DELETE FROM prompt"], "WRONG_PROMPT", "decision 266 "),
    "a prompt put where none was kept": (
        [f"INSERT INTO prompt (log_index, text, salt) SELECT {FIRST_DECISION}, text, salt FROM prompt"],
        "WRONG_PROMPT",
        f"decision {FIRST_DECISION} ",
    ),
    "a key put in without the old one's word": (
        ["INSERT INTO log_key (number, vkey, since_size) SELECT 1, vkey, 0 FROM log_key"],
        "WRONG_HEAD",
        "without a checkpoint",
    ),
    "a prompt erased without an entry": (["UPDATE prompt SET text = NULL, salt = NULL, erased_by = 3"], "WRONG_PROMPT", "decision 266 "),
    "an outcome reported without an entry": (
        ["INSERT INTO reported (decision_index, log_index, action) VALUES (263, 264, 'blocked')"],
        "WRONG_INDEX",
        "entry 264 ",
    ),
    "the head deleted": (["DELETE FROM tree_head"], "WRONG_HEAD", "head is gone"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_found_and_its_place_named(world, name):
    statements, code, place = TAMPERINGS[name]
    verified(world)
    with world.database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    with pytest.raises(VerificationFailed) as found:
        verified(world)
    assert (found.value.code, place in found.value.message) == (code, True), found.value.message


def test_a_history_rewritten_from_before_a_change_of_key_is_found_without_any_memory(world):
    rotate_log_key(world)
    verified(world)
    with world.database.engine.begin() as connection:
        rewrite_history(connection)
    with pytest.raises(VerificationFailed, match="when the log's key changed") as found:
        verified(world)
    assert found.value.code == "ANOTHER_HISTORY"


@pytest.mark.parametrize(("tamper", "code"), [(rewrite_history, "ANOTHER_HISTORY"), (truncate_neatly, "WENT_BACK")])
def test_a_rewriting_that_leaves_no_trace_is_found_by_who_saw_the_log_before(world, tamper, code):
    seen = verified(world).seen
    with world.database.engine.begin() as connection:
        tamper(connection)
    verified(world)
    with pytest.raises(VerificationFailed) as found:
        verified(world, seen)
    assert found.value.code == code


def test_the_words_say_what_was_checked(world):
    words = " / ".join(verified(world, verified(world).seen).words)
    for said in ("all 267 entries", "4 decision", "3 registered entries", "1 kept", "267 entries seen last"):
        assert said in words, words
