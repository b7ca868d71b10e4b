"""Bad days: a flipped byte, a clock that went back, a key that is gone. What is wrong is named, and nothing wrong is answered."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from registry.core.errors import Damaged, LogUnavailable, VerificationFailed
from registry.core.model import CharacterDraft, Policy, WorkDraft
from registry.store.log import LeafDraft
from registry.usecases.catalog import create_entry
from registry.usecases.check import check
from registry.usecases.clock import LogClock, reset_clock
from registry.usecases.doctor import Patient, examine
from registry.usecases.entries import CHARACTER, WORK
from registry.usecases.log import make_log_key, public_keys
from registry.usecases.log_key import LogKeyFile
from registry.usecases.mend import mend_catalog
from registry.usecases.organisations import update_organisation
from registry.usecases.registry import open_registry
from registry.usecases.verify_database import verify_database
from tests.clock import Clock
from tests.store.leaves import append


@pytest.fixture
def world(registry, callers, run):
    """A work, a character, a decision."""
    holder = callers["rightsholder"]
    create_entry(registry, holder, WORK, WorkDraft(ref="w", title="Quixotic Saga"))
    create_entry(registry, holder, CHARACTER, CharacterDraft(ref="q", work="w", name="Quixotania Vale", policy=Policy(usage="prohibited")))
    run(check(registry, callers["service"], "Quixotania Vale"))
    return registry


def findings(registry, now=None, seen=None):
    """What the doctor says is wrong."""
    home = registry.log_key.path.parent
    patient = Patient(registry.database, home, registry.log_key, seen, **({"now": now} if now else {}))
    return {finding.words: finding.do for finding in examine(patient) if finding.is_wrong}


def execute(registry, statement, **values):
    with registry.database.engine.begin() as connection:
        connection.execute(text(statement), values)


def flip_leaf(registry, index):
    """Flip one bit in the middle of an entry."""
    with registry.database.engine.begin() as connection:
        data = bytes(connection.scalar(text("SELECT data FROM leaf WHERE log_index = :i"), {"i": index}))
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        connection.execute(text("UPDATE leaf SET data = :d WHERE log_index = :i"), {"d": flipped, "i": index})


def verified(registry):
    known = public_keys(registry)
    return verify_database(registry, known.origin, known.keys)


def test_a_healthy_registry_has_nothing_wrong(world):
    assert findings(world) == {}


ROWS = {
    "a name": "UPDATE character SET name = 'Quixotanib Vale'",
    "a usage": 'UPDATE character SET policy = \'{"usage":"allowed"}\'',
    "aliases that are no list": "UPDATE character SET aliases = '{', digest = NULL",
    "a status": "UPDATE character SET status = 'xctive', digest = NULL",
    "a work's title": "UPDATE work SET title = 'Quixotic Sagb'",
    "a rightsholder's name": "UPDATE organisation SET name = 'x' WHERE role = 'rightsholder'",
}


@pytest.mark.parametrize("name", ROWS)
def test_a_damaged_row_is_named_never_believed_and_mended_from_the_log(world, database_url, name):
    execute(world, ROWS[name])
    with pytest.raises(Damaged, match="registry doctor") as refused:
        open_registry(database_url)
    row = refused.value.message.split("`")[1]
    assert row.startswith(("chr_", "wrk_", "work_", "org_")), row
    assert any(row in words and "--mend" in do for words, do in findings(world).items())
    with pytest.raises(VerificationFailed):
        verified(world)
    assert mend_catalog(world.database) == (row,)
    assert findings(world) == {}
    verified(world)
    open_registry(database_url).database.close()


def test_a_damaged_row_is_503_and_named_over_http(http, registry):
    made = http("POST", "/v1/characters", "rightsholder", json={"ref": "q", "name": "Quixotania Vale"}).json()
    execute(registry, "UPDATE character SET name = 'Quixotanib Vale'")
    answer = http("GET", f"/v1/characters/{made['id']}", "rightsholder")
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[1]) == (503, "damaged")
    assert made["id"] in answer.json()["detail"]


def test_a_row_written_by_a_version_without_digests_is_read(world, database_url):
    execute(world, "UPDATE character SET name = 'Other Name', revision = revision + 1")
    open_registry(database_url).database.close()
    execute(world, "UPDATE character SET digest = NULL")
    open_registry(database_url).database.close()


def test_a_damaged_entry_is_named_and_never_shown(http, registry):
    decision = http.check("a chair")
    index = decision["receipt"]["index"]
    flip_leaf(registry, index)
    for path in ("", "/receipt"):
        answer = http("GET", f"/v1/decisions/{decision['decision_id']}{path}", "auditor")
        assert (answer.status_code, f"entry {index} " in answer.json()["detail"]) == (503, True), answer.text
    assert http("GET", "/v1/decisions", "auditor").status_code == 503
    assert http("GET", f"/log/tile/entries/000.p/{index + 1}", "auditor").status_code == 503
    assert http("POST", f"/v1/decisions/{decision['decision_id']}/replay", "auditor").status_code == 503
    assert any(str(index) in words and "damaged" in words for words in findings(registry))
    assert http.check("a table")["outcome"] == "allowed"


def test_a_catalog_entry_of_the_log_that_is_damaged_mends_nothing(world):
    with world.database.read() as session:
        index = session.scalar(text("SELECT log_index FROM leaf WHERE kind = 'character'"))
    execute(world, "UPDATE character SET name = 'x'")
    flip_leaf(world, index)
    with pytest.raises(Damaged, match=f"entry {index} "):
        mend_catalog(world.database)


def test_the_head_the_tree_and_what_was_seen_are_looked_at(world):
    seen = verified(world).seen
    execute(world, "UPDATE tree_head SET root = :r", r=b"\0" * 32)
    assert any("head does not agree" in words for words in findings(world))
    execute(world, "UPDATE tree_head SET root = :r", r=seen.head.root)
    later = dataclasses.replace(seen, head=dataclasses.replace(seen.head, size=seen.head.size + 1))
    assert any("went back" in words for words in findings(world, seen=later))
    execute(world, "UPDATE leaf SET hash = :h, data = :d WHERE log_index = 0", **dict(zip("hd", altered_leaf(), strict=True)))
    assert any("do not lead to its head" in words for words in findings(world))
    execute(world, "DELETE FROM tree_head")
    assert any("head is gone" in words for words in findings(world))


def altered_leaf():
    from registry.core.decision_log.merkle import leaf_hash

    return leaf_hash(b"{}"), b"{}"


def test_the_key_missing_open_to_others_or_another_one(world):
    file = world.log_key.path
    file.chmod(0o644)
    assert any("others can read" in words for words in findings(world))
    file.rename(file.with_name("away"))
    assert any("is not at" in words for words in findings(world))
    LogKeyFile(file).write(LogKeyFile(file).new_key("registry.example/log"))
    assert any("is another one" in words for words in findings(world))


def test_prompts_overdue_for_erasure_are_counted(world, callers, run):
    update_organisation(world, callers["operator"], callers["service"].organisation.id, retention="P1D")
    service = dataclasses.replace(callers["service"], organisation=callers["service"].organisation.model_copy(update={"retention": "P1D"}))
    run(check(world, service, "a chair"))
    assert findings(world) == {}
    in_two_days = datetime.now(UTC) + timedelta(days=2)
    assert any("1 prompts should have been erased" in words for words in findings(world, now=lambda: in_two_days))


def test_without_a_database_or_on_a_full_disk_it_says_so(registry, tmp_path, monkeypatch):
    from registry.store.database import Database
    from registry.usecases import doctor

    absent = Database(f"sqlite:///{tmp_path}/nowhere/registry.db")
    wrong = [finding.words for finding in examine(Patient(absent, tmp_path, registry.log_key)) if finding.is_wrong]
    assert len(wrong) == 1
    assert "there is no file" in wrong[0]
    assert not (tmp_path / "nowhere").exists()
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    assert any("are free" in words for words in findings(registry))


@pytest.fixture
def clock():
    made = Clock()
    made.at = datetime.now(UTC) + timedelta(minutes=1)
    return made


@pytest.fixture
def timed(world, clock):
    """The registry on a clock that the test sets."""
    return dataclasses.replace(world, now=LogClock(world.database, clock))


def test_a_small_step_back_is_bridged_and_times_never_go_back(timed, clock, callers, run):
    first = run(check(timed, callers["service"], "a chair"))
    clock.at -= timedelta(seconds=4)
    second = run(check(timed, callers["service"], "a chair"))
    assert second.decision.decided_at >= first.decision.decided_at
    clock.at += timedelta(seconds=9)
    assert run(check(timed, callers["service"], "a chair")).decision.decided_at == clock.at
    verified(timed)


def test_a_clock_far_behind_the_log_decides_nothing_until_it_is_right(timed, clock, callers, run):
    run(check(timed, callers["service"], "a chair"))
    size = verified(timed).seen.head.size
    clock.at -= timedelta(hours=1)
    with pytest.raises(LogUnavailable, match="clock"):
        run(check(timed, callers["service"], "a chair"))
    assert verified(timed).seen.head.size == size
    assert any("registry log reset-clock" in do for do in findings(timed, now=clock).values())
    with pytest.raises(LogUnavailable):
        LogClock(timed.database, clock)()  # a process that starts now knows it from the log
    clock.at += timedelta(hours=2)
    run(check(timed, callers["service"], "a chair"))


def test_a_clock_that_was_ahead_is_set_right_in_the_log(timed, clock, callers, run):
    clock.at += timedelta(days=365)
    run(check(timed, callers["service"], "a chair"))
    clock.at -= timedelta(days=365)
    with pytest.raises(LogUnavailable):
        run(check(timed, callers["service"], "a chair"))
    assert reset_clock(timed.database, clock) == clock.at + timedelta(days=365)
    assert run(check(timed, callers["service"], "a chair")).decision.decided_at == clock.at
    assert findings(timed, now=clock) == {}
    assert reset_clock(timed.database, clock) is None
    verified(timed)


def test_entries_that_say_no_time_do_not_stop_the_clock(registry, clock):
    make_log_key(registry)
    append(registry, [LeafDraft("note", b'{"n":1,"type":"note"}')])
    assert LogClock(registry.database, clock)() == clock.at
