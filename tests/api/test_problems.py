"""Every error is problem+json, also those that no route makes; health, metrics, logs and docs."""

import json
import logging
import sqlite3
import threading

import pytest

from registry.api.logs import JsonLines
from registry.config import settings_from
from registry.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/v1/characters/chr_none", 404, "not-found"),
        ("DELETE", "/v1/check", 405, "method-not-allowed"),
        ("GET", "/v1/characters?limit=0", 422, "invalid"),
        ("GET", "/v1/characters?status=gone", 422, "invalid"),
        ("GET", "/v1/decisions?cursor=abc", 422, "invalid"),
    ],
)
def test_every_error_is_a_problem(http, method, path, status, name):
    response = http(method, path, "auditor")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:character-registry:problem:{name}"
    assert response.json()["status"] == status


def test_a_mistake_of_ours_is_a_problem_that_tells_no_secrets(http, registry, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("prompt: my secret plan")

    monkeypatch.setattr("registry.usecases.check.find_mentions", broken)
    monkeypatch.setattr("registry.usecases.read_entries.get_entry", broken)
    response = http("GET", "/v1/characters/x", "service", headers={"x-request-id": "abc-1"})
    assert (response.status_code, response.headers["x-request-id"]) == (500, "abc-1")
    assert response.json()["type"].endswith("internal")
    checked = http("POST", "/v1/check", "service", json={"prompt": "my secret plan"})
    assert (checked.status_code, checked.json()["type"]) == (500, "urn:character-registry:problem:internal")
    assert "secret" not in response.text + checked.text + caplog.text


def test_logs_hold_neither_prompts_nor_keys(http, caplog):
    lines = []
    handler = logging.Handler()
    handler.setFormatter(JsonLines())
    handler.emit = lambda record: lines.append(handler.format(record))
    logging.getLogger().addHandler(handler)
    caplog.set_level(logging.DEBUG)
    http("POST", "/v1/check/batch", "service", json={"checks": [{"correlation_id": "a", "prompt": "canary prompt"}]})
    http("POST", "/v1/check", "service", json={"prompt": "canary prompt", "bad": 1})
    http("POST", "/v1/check", key="crk_canary", json={"prompt": "canary prompt"})
    logging.getLogger().removeHandler(handler)
    assert any(json.loads(line)["event"] == "request" for line in lines)
    assert "canary" not in "".join(lines)


def test_health_and_metrics_need_no_key(http):
    http.check("x")
    assert http("GET", "/healthz").json() == {"status": "alive"}
    assert http("GET", "/readyz").json()["status"] == "ready"
    metrics = http("GET", "/metrics").text
    assert 'registry_checks_total{outcome="allowed"} 1.0' in metrics


def test_the_docs_ask_no_other_machine(http):
    page = http("GET", "/docs")
    assert page.status_code == 200
    assert "https://" not in page.text
    assert http("GET", "/static/swagger-ui-bundle.js").status_code == 200
    assert http("GET", "/openapi.json").json()["info"]["title"] == "Character registry"


def test_an_unknown_setting_is_named():
    with pytest.raises(InvalidInput, match="REGISTRY_PROT"):
        settings_from({"REGISTRY_PROT": "1"})
    with pytest.raises(InvalidInput, match="REGISTRY_PORT"):
        settings_from({"REGISTRY_PORT": "many"})


class TestWithoutALog:
    """While the log cannot be written there is no verdict, nothing is lost, and it recovers by itself."""

    @pytest.fixture
    def database_url(self, tmp_path):
        """SQLite only: it is its file that is locked."""
        return f"sqlite:///{tmp_path / 'registry.db'}"

    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch):
        monkeypatch.setattr("registry.store.log_writer.BUSY_WAIT_SECONDS", 0.2)

    def test_a_locked_database_is_503_and_then_recovers(self, either_http, registry):
        locker = sqlite3.connect(registry.database.url.database)
        locker.execute("BEGIN IMMEDIATE")
        refused = either_http("POST", "/v1/check", "service", json={"prompt": "x"})
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:character-registry:problem:log-unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        assert "outcome" not in refused.json()
        locker.rollback()
        locker.close()
        assert either_http.check("x")["outcome"] == "allowed"

    def test_a_check_waits_for_a_short_lock(self, either_http, registry, monkeypatch):
        monkeypatch.setattr("registry.store.log_writer.BUSY_WAIT_SECONDS", 5)
        locker = sqlite3.connect(registry.database.url.database, check_same_thread=False)
        locker.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, locker.rollback).start()
        assert either_http.check("x")["outcome"] == "allowed"
        locker.close()

    def test_a_log_that_fails_to_commit_gives_no_verdict(self, either_http, registry, monkeypatch):
        def full(*_args, **_kwargs):
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr("registry.store.log_writer.append_leaves", full)
        assert either_http("POST", "/v1/check", "service", json={"prompt": "x"}).status_code == 503
        monkeypatch.undo()
        assert either_http.check("x")["outcome"] == "allowed"


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ('{"prompt": ', "/", "not JSON, at character 11"),
        ('{"prompt": "x", "promt": "x"}', "/promt", "there is no such field"),
        ('{"prompt": "x", "use": 3}', "/use", "takes an object, `{...}`"),
    ],
)
def test_a_wrong_body_is_told_what_to_mend(http, body, field, message):
    answer = http("POST", "/v1/check", "service", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert [e for e in answer.json()["errors"] if e["field"] == field and e["message"].startswith(message)], answer.text
