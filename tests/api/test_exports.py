"""Decisions narrowed, counted and exported, with a manifest that binds the file to a signed checkpoint."""

import csv
import io
import json
from hashlib import sha256

import pytest
from pyarrow import parquet

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.decision_log.checkpoint import LogKeys, verify_checkpoint
from registry.core.decision_log.keys import parse_vkey
from registry.core.decision_log.merkle import leaf_hash
from registry.core.decision_log.note import parse_note
from registry.store.decisions import DecisionFilter
from registry.usecases import decisions as usecase
from registry.usecases import export_formats
from registry.usecases.export_formats import Format
from registry.usecases.exports import begin_export, write_export


@pytest.fixture
def world(http, monkeypatch):
    monkeypatch.setattr(usecase, "PAGE", 3)
    http("PUT", "/v1/works/ref:w", "rightsholder", json={"title": "Quixotic Saga"})
    for ref, work, usage in (("a", "w", "prohibited"), ("b", None, "allowed")):
        name = {"a": "Quixotania Vale", "b": "Zanthor Brightwing"}[ref]
        http("PUT", f"/v1/characters/ref:{ref}", "rightsholder", json={"name": name, "work": work, "policy": {"usage": usage}})
    prompts = ["Quixotania Vale", "Zanthor Brightwing", "a chair", "Quixotania Vale", "a table", "a lamp", "a door"]
    made = [http.check(prompt, level="strict" if number == 0 else "balanced") for number, prompt in enumerate(prompts)]
    http("POST", f"/v1/decisions/{made[0]['decision_id']}/outcome", "service", json={"action": "blocked"})
    return [one["decision_id"] for one in made]


def listed(http, role="auditor", **params):
    answer = http("GET", "/v1/decisions", role, params=params)
    assert answer.status_code == 200, answer.text
    return [item["decision"]["id"] for item in answer.json()["items"]][::-1]


def test_decisions_by_level_revision_reason_work_rightsholder_and_report(http, world):
    mine = http("GET", "/v1/organisations/me", "rightsholder").json()["id"]
    work = http("GET", "/v1/works/ref:w", "rightsholder").json()["id"]
    assert listed(http, level="strict") == world[:1]
    assert listed(http, revision=4) == world
    assert listed(http, revision=3) == []
    assert listed(http, reason="NO_CHARACTER_NAMED") == [world[2], *world[4:]]
    assert listed(http, reason="NO_CHARACTER") == []
    assert listed(http, rightsholder=mine) == [world[0], world[1], world[3]]
    assert listed(http, work=work) == [world[0], world[3]]
    assert listed(http, reported=True) == world[:1]
    assert listed(http, reported=False, work=work) == [world[3]]
    assert listed(http, "rightsholder", outcome="allowed") == [world[1]]


@pytest.mark.parametrize("params", [{"since": "2026-01-01T00:00:00"}, {"reason": "x' OR 1"}, {"level": "x"}, {"revision": -1}])
def test_a_filter_that_means_nothing_is_refused(http, params):
    assert http("GET", "/v1/decisions", "auditor", params=params).status_code == 422


def test_counts_by_day_and_those_nobody_reported_on(http, world):
    counts = http("GET", "/v1/decisions/counts", "auditor").json()["items"]
    assert {(c["outcome"], c["decisions"], c["reported"]) for c in counts} == {("allowed", 5, 0), ("prohibited", 2, 1)}
    item = http("GET", "/v1/decisions", "auditor").json()["items"][0]
    assert {c["day"] for c in counts} == {item["decision"]["at"][:10]}
    mine = http("GET", "/v1/decisions/counts", "rightsholder").json()["items"]
    assert {(c["outcome"], c["decisions"]) for c in mine} == {("allowed", 1), ("prohibited", 2)}


def test_an_export_is_bound_to_a_checkpoint_and_the_same_later(http, world):
    answer = http("GET", "/v1/decisions/export", "auditor")
    rows = [json.loads(line) for line in answer.content.splitlines()]
    assert [row["decision"]["id"] for row in rows] == world
    assert all(leaf_hash(canonical_bytes(row["decision"])).hex() == row["leaf_hash"] for row in rows)
    size = int(answer.headers["x-log-size"])
    http.check("one more")
    assert http("GET", "/v1/decisions/export", "auditor", params={"size": size}).content == answer.content
    manifest = http("GET", "/v1/decisions/export/manifest", "auditor", params={"size": size}).json()
    assert (manifest["rows"], manifest["sha256"], manifest["log_size"]) == (7, sha256(answer.content).hexdigest(), size)
    shown = http("GET", "/log/keys").json()
    keys = LogKeys(shown["origin"], tuple(parse_vkey(key) for key in shown["keys"]))
    assert verify_checkpoint(parse_note(manifest["checkpoint"].encode()), keys).checkpoint.size == size + 1
    assert http("GET", "/v1/decisions/export", "auditor", params={"size": size + 9}).status_code == 422


def test_csv_has_the_whole_leaf_and_a_rightsholder_gets_its_part(http, world):
    answer = http("GET", "/v1/decisions/export", "rightsholder", params={"format": "csv", "outcome": "prohibited"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["id"] for row in rows] == [world[0], world[3]]
    assert rows[0]["reasons"] == " ".join(json.loads(rows[0]["leaf"])["reasons"])


def test_a_file_and_its_manifest(registry, callers, world, tmp_path):
    export = begin_export(registry, Format.jsonl, DecisionFilter(outcome="allowed"))
    manifest = write_export(registry, callers["auditor"], export, tmp_path / "x.jsonl")
    assert manifest["sha256"] == sha256((tmp_path / "x.jsonl").read_bytes()).hexdigest()
    assert manifest == json.loads((tmp_path / "x.jsonl.manifest.json").read_text())
    assert (manifest["rows"], manifest["filter"]) == (5, {"outcome": "allowed"})


def test_parquet_is_streamed_with_the_same_rows(http, world):
    answer = http("GET", "/v1/decisions/export", "auditor", params={"format": "parquet"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    table = parquet.read_table(io.BytesIO(answer.content))
    assert table.column("id").to_pylist() == world
    assert [json.loads(leaf)["id"] for leaf in table.column("leaf").to_pylist()] == world
    manifest = http("GET", manifest_of(answer), "auditor").json()
    assert (manifest["rows"], manifest["sha256"], manifest["format"]) == (7, sha256(answer.content).hexdigest(), "parquet")


def manifest_of(answer):
    """Where an export says that its manifest is."""
    return answer.headers["link"].partition(">")[0].removeprefix("<")


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_the_link_leads_to_the_manifest_of_exactly_this_export(http, world, file_format):
    params = {"format": file_format, "outcome": "prohibited", "since": "2020-01-01T00:00:00+01:00"}
    answer = http("GET", "/v1/decisions/export", "auditor", params=params)
    http.check("Quixotania Vale")
    manifest = http("GET", manifest_of(answer), "auditor").json()
    assert (manifest["rows"], manifest["sha256"]) == (2, sha256(answer.content).hexdigest())
    assert manifest["filter"] == {"outcome": "prohibited", "since": "2020-01-01T00:00:00+01:00"}


def test_parquet_to_a_file_is_what_http_streams(registry, http, callers, world, tmp_path, monkeypatch):
    monkeypatch.setattr(export_formats, "GROUP", 3)
    export = begin_export(registry, Format.parquet, DecisionFilter())
    assert write_export(registry, callers["auditor"], export, tmp_path / "x.parquet")["rows"] == 7
    assert parquet.ParquetFile(tmp_path / "x.parquet").num_row_groups == 3
    answer = http("GET", "/v1/decisions/export", "auditor", params={"format": "parquet", "size": export.size})
    assert answer.content == (tmp_path / "x.parquet").read_bytes()


def test_without_its_library_parquet_is_refused_before_anything_is_sent(http, world, monkeypatch):
    monkeypatch.setattr(export_formats.importlib.util, "find_spec", lambda _name: None)
    answer = http("GET", "/v1/decisions/export", "auditor", params={"format": "parquet"})
    assert (answer.status_code, "registry[parquet]" in answer.json()["detail"]) == (422, True)
