"""What has expired is forgotten, and nothing else is."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from registry import app
from registry.config import Settings
from registry.core.scopes import Rights
from registry.store import expired, quotas, sessions
from registry.store.expired import TABLES
from registry.store.idempotency import Claim, add_claim
from registry.store.import_jobs import ImportJob, save_job
from registry.store.tables import SQLModel
from registry.usecases import housekeeping
from registry.usecases.backoff import attempt_of, begin_attempt
from registry.usecases.doctor import Patient, examine
from registry.usecases.housekeeping import forget_expired
from registry.usecases.members import invite_member

pytestmark = pytest.mark.usefixtures("by_the_clock")
# What each table loses, and when: a moment after which one row is gone, and one before which it is there still.
LOST = {
    "session": timedelta(days=1, hours=12),
    "member_link": timedelta(days=8),
    "known_address": timedelta(days=180),
    "attempt": timedelta(days=1),
    "idempotency": timedelta(hours=24),
    "quota_use": timedelta(minutes=11),
    "import_job": timedelta(days=180),
}
# What is kept for good: entries of the log name it, or it is the log.
KEPT = {
    "organisation", "api_key", "work", "character", "policy_version", "name", "leaf", "tree_head", "decision", "reported",
    "decision_character", "case_file", "case_step", "quota", "member", "recovery_code", "mandate",
}  # fmt: skip
FORGOTTEN_ELSEWHERE = {"hourly"}  # `dispute_decisions.pass_terms`
MOMENT = timedelta(minutes=1)


@pytest.fixture
def member(registry, callers) -> str:
    """A row in every table that forgets, made now; the session ended at once."""
    service, now = callers["service"], registry.now()
    made = invite_member(registry, None, service.organisation.id, email="ann@example.org", name="Ann", rights=Rights.reader).member.id
    begin_attempt(registry, attempt_of("o", "ann@example.org", None, is_known=False))
    with registry.database.write_aside() as session:
        for number in range(2):
            logged_in = sessions.LoggedIn(f"ses_{number}", made, "192.0.2.1", "", now, now + timedelta(hours=12), now)
            sessions.add_session(session, logged_in, prefix=str(number), secret_hash=b"")
        sessions.end_sessions(session, made, now, only="ses_0")
        session.execute(
            text("INSERT INTO known_address VALUES (:m, '192.0.2.1', :at)"), {"m": made, "at": int(now.timestamp()) * 1_000_000}
        )
        add_claim(session, Claim("c", b"", "a"), now=now, expires_at=now + timedelta(hours=24))
        quotas.lease(session, service.key_id, minute=int(now.timestamp()) // 60, quota=9, at_most=3)
        save_job(session, ImportJob("imp_1", callers["rightsholder"].organisation.id, "done", 1, 1, None, now, now))
        save_job(session, ImportJob("imp_2", callers["rightsholder"].organisation.id, "running", 1, 2, None, now, None))
        session.commit()
    return made


def rows(registry, table) -> int:
    with registry.database.read() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize("table", LOST)
def test_it_goes_when_its_time_is_over_and_not_before(registry, clock, member, table):
    begun, there = clock.at, rows(registry, table)
    assert there
    clock.at = begun + LOST[table] - MOMENT
    forget_expired(registry)
    assert rows(registry, table) == (1 if table == "session" else there)  # the one that was ended goes before the one that ran out
    clock.at = begun + LOST[table] + MOMENT
    assert forget_expired(registry)[table] == 1
    assert rows(registry, table) == (1 if table == "import_job" else 0)  # one still runs
    assert table not in forget_expired(registry)


def test_many_go_a_few_at_a_time_and_all_of_them(registry, clock, member, monkeypatch):
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    with registry.database.write_aside() as session:
        for number in range(5):
            add_claim(session, Claim(f"more{number}", b"", "a"), now=clock.at, expires_at=clock.at + timedelta(hours=24))
        session.commit()
    clock.at += timedelta(days=2)
    assert forget_expired(registry)["idempotency"] == 6
    assert rows(registry, "idempotency") == 0


def test_every_table_either_forgets_or_is_kept_on_purpose():
    assert set(LOST) == set(TABLES)
    assert set(SQLModel.metadata.tables) == {*LOST, *KEPT, *FORGOTTEN_ELSEWHERE}


def test_nothing_is_written_when_nothing_has_expired(registry, member, monkeypatch):
    monkeypatch.setattr(expired, "delete_expired", None)
    assert forget_expired(registry) == {}


def test_the_doctor_says_when_nobody_forgets(registry, clock, member, tmp_path):
    def found() -> list[str]:
        patient = Patient(registry.database, tmp_path, registry.log_key, now=clock)
        return [finding.do for finding in examine(patient) if "forgotten" in finding.words]

    assert found() == []
    clock.at += timedelta(days=2)
    assert found() == ["run `registry forget-expired`; `registry serve` does so by itself"]
    forget_expired(registry)
    assert found() == []


def test_a_server_forgets_by_itself(registry, clock, member, monkeypatch):
    forgotten = threading.Event()
    monkeypatch.setattr(app, "FOLLOW_SECONDS", 0.01)
    monkeypatch.setattr(app, "forget_expired", lambda running: (forget_expired(running), forgotten.set()))
    clock.at += timedelta(days=2)
    with TestClient(app.create_app(Settings(), registry)):
        assert forgotten.wait(30)
    assert rows(registry, "session") == 0
