"""Import and export over HTTP: a job with progress, all or nothing, the same file twice changes nothing."""

import json
import time

import pytest

LINES = [
    {"type": "character", "ref": "luffy", "work": "one-piece", "name": "Monkey D. Luffy", "aliases": [{"text": "ルフィ", "lang": "ja"}]},
    {
        "type": "work",
        "ref": "one-piece",
        "title": "One Piece",
        "titles": [{"text": "ワンピース", "lang": "ja"}],
        "policy": {"usage": "prohibited"},
    },
]
NDJSON = {"content-type": "application/x-ndjson"}
CSV = {"content-type": "text/csv"}


def jsonl(*rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def finished(http, data, headers=NDJSON):
    started = http("POST", "/v1/imports", "rightsholder", content=data, headers=headers)
    assert started.status_code == 202, started.text
    for _ in range(500):
        job = http("GET", started.headers["location"], "rightsholder").json()
        if job["state"] != "running":
            return job
        time.sleep(0.02)
    raise AssertionError("the import does not end")


def test_works_may_stand_after_their_characters(http):
    job = finished(http, jsonl(*LINES))
    assert job["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "works": 1, "characters": 1}
    assert (job["state"], job["lines_done"], job["lines_total"]) == ("done", 2, 2)
    assert http.check("Monkey D. Luffy!")["outcome"] == "prohibited"


def test_the_same_file_twice_changes_nothing(http):
    finished(http, jsonl(*LINES))
    revision = http.check("x")["revision"]
    assert finished(http, jsonl(*LINES))["counts"] == {"created": 0, "updated": 0, "unchanged": 2, "works": 1, "characters": 1}
    assert http.check("x")["revision"] == revision


def test_export_gives_back_what_import_takes(http):
    finished(http, jsonl(*LINES))
    exported = http("GET", "/v1/export", "rightsholder").text
    assert sorted(map(json.loads, exported.splitlines()), key=str) == sorted(LINES, key=str)
    assert finished(http, exported.encode())["counts"]["unchanged"] == 2


def test_a_spreadsheets_export_comes_back_too(http):
    finished(http, jsonl(*LINES))
    exported = http("GET", "/v1/export", "rightsholder", params={"format": "csv"}).content
    assert exported.startswith(b"\xef\xbb\xbf")
    assert finished(http, exported, CSV)["counts"]["unchanged"] == 2


def test_every_bad_line_is_reported_and_nothing_is_applied(http):
    bad = [
        jsonl(*LINES),
        b"{not json",
        b'{"type": "film", "ref": "x"}',
        jsonl({"type": "character", "ref": "zoro", "work": "nowhere", "name": "Zoro"}),
        jsonl({"type": "character", "ref": "luffy", "name": "Again"}),
        b"[1]",
        b'{"type": "work", "ref": "w", "title": "\xff"}',
    ]
    job = finished(http, b"\n".join(bad))
    assert job["state"] == "failed"
    assert [e["line"] for e in job["errors"]] == [3, 4, 6, 7, 8]
    assert http("GET", "/v1/characters", "service").json()["items"] == []


def test_a_line_with_an_unknown_work_fails_alone_by_number(http):
    job = finished(http, jsonl(*LINES, {"type": "character", "ref": "zoro", "work": "nowhere", "name": "Zoro"}))
    assert job["errors"] == [{"line": 3, "message": "work `nowhere` is neither in the file nor registered"}]


def test_a_field_that_a_line_leaves_out_stays(http):
    finished(http, jsonl(*LINES))
    finished(http, jsonl({"type": "work", "ref": "one-piece", "title": "ONE PIECE"}))
    work = http("GET", "/v1/works/ref:one-piece", "rightsholder").json()
    assert (work["title"], work["policy"]["usage"]) == ("ONE PIECE", "prohibited")


def test_a_work_on_two_lines_keeps_all_titles_and_is_warned_about(http):
    again = {"type": "work", "ref": "one-piece", "title": "OP", "titles": [{"text": "원피스", "lang": "ko"}]}
    job = finished(http, jsonl(*LINES, again))
    assert [w["line"] for w in job["warnings"]] == [3]
    work = http("GET", "/v1/works/ref:one-piece", "rightsholder").json()
    assert {t["text"] for t in work["titles"]} == {"ワンピース", "원피스", "OP"}
    assert finished(http, jsonl(*LINES, again))["counts"]["unchanged"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_as_spreadsheets_write_it(http, encoding, separator):
    rows = [
        ["type", "ref", "name", "work", "aliases", "usage"],
        ["work", "one-piece", "One Piece", "", "ja:ワンピース", "Prohibited"],
        ["", "luffy", '"Monkey D. Luffy"', "one-piece", '"ja:ルフィ\nStraw Hat"', ""],
        ["", "", "", "", "", ""],
    ]
    text = "\r\n".join(separator.join(row) for row in rows)
    job = finished(http, text.encode(encoding), CSV)
    assert job["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "works": 1, "characters": 1}, job
    luffy = http("GET", "/v1/characters/ref:luffy", "rightsholder").json()
    assert [(a["text"], a["lang"]) for a in luffy["aliases"]] == [("ルフィ", "ja"), ("Straw Hat", None)]


@pytest.mark.parametrize("data", ["ref;nmae\nx;y", "ref,name\nx,y,z", 'ref,name\n"x,y', "ref,name\n,no ref"])
def test_a_csv_that_cannot_be_read_says_where(http, data):
    job = finished(http, data.encode(), CSV)
    assert job["state"] == "failed"
    assert job["errors"][0]["line"] in {1, 2}


def test_an_import_of_another_kind_is_refused(http):
    response = http("POST", "/v1/imports", "rightsholder", content=b"x", headers={"content-type": "application/pdf"})
    assert response.status_code == 415
    assert http("POST", "/v1/imports", "service", content=b"", headers=NDJSON).status_code == 403


def test_an_import_is_seen_by_its_owner_only(http):
    started = http("POST", "/v1/imports", "rightsholder", content=jsonl(*LINES), headers=NDJSON)
    assert http("GET", started.headers["location"], "service").status_code == 404
