"""What was registered under a name then, signed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from registry.core.decision_log.checkpoint import LogKeys, verify_checkpoint
from registry.core.decision_log.keys import parse_vkey
from registry.core.decision_log.note import parse_note, verify_note
from registry.core.errors import VerificationFailed

QUIXOTANIA = {"ref": "q", "name": "Quixotania Vale", "aliases": [{"text": "キホタニア"}], "policy": {"usage": "prohibited"}}


@pytest.fixture
def ask(http):
    key = parse_vkey(http("GET", "/log/keys").json()["keys"][-1])

    def ask(name, at=None, role="service"):
        answer = http("GET", "/v1/registered", role, params={"name": name, **({"at": at.isoformat()} if at else {})})
        assert answer.status_code == 200, answer.text
        note = parse_note(answer.content)
        verify_note(note, [key])
        title, said = note.text.split("\n")[:2]
        assert title == key.name + "/registered"
        with pytest.raises(VerificationFailed):
            verify_checkpoint(note, LogKeys(key.name, (key,)))
        return json.loads(said)

    return ask


def test_the_answer_says_what_was_registered_before_while_and_after(http, ask):
    before = datetime.now(UTC)
    made = http("POST", "/v1/characters", "rightsholder", json=QUIXOTANIA).json()
    between = datetime.now(UTC)
    http("DELETE", "/v1/characters/ref:q", "rightsholder")
    assert ask("Quixotania Vale", before)["characters"] == []
    assert [c["id"] for c in ask("quixotania VALE", between)["characters"]] == [made["id"]]
    assert [c["id"] for c in ask("ｷﾎﾀﾆｱ", between)["characters"]] == [made["id"]]
    assert ask("Quixotania Vale")["count"] == 0
    assert ask("Quixotania", between)["count"] == 0


def test_now_and_the_moment_just_gone_agree(http, ask):
    http("POST", "/v1/characters", "rightsholder", json=QUIXOTANIA)
    now, then = ask("Quixotania Vale"), ask("Quixotania Vale", datetime.now(UTC))
    assert now["characters"] == then["characters"] != []
    assert [now[k] for k in ("revision", "size", "root", "log")] == [then[k] for k in ("revision", "size", "root", "log")]


def test_the_future_and_nothing_are_refused(http):
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for params in ({"name": "x", "at": future}, {"name": " "}, {"name": "x", "at": "2026-01-01T00:00:00"}, {}):
        assert http("GET", "/v1/registered", "service", params=params).status_code == 422, params
    assert http("GET", "/v1/registered", params={"name": "x"}).status_code == 401


def found(said):
    return {c["ref"]: (c["status"], c["alias"], c["method"]) for c in said["characters"]}


def test_names_are_found_as_a_check_finds_them_now_and_then(http, ask):
    http("POST", "/v1/characters", "rightsholder", json=QUIXOTANIA)
    spellings = [
        "Quixotania Vale",
        "Quix\u043etania Vale",
        "Q.u.i.x.o.t.a.n.i.a Vale",
        "Quixotanio Vale",
        "Vale Quixotania",
        "キホタニア",
        "ｷﾎﾀﾆｱ",
    ]
    now = {name: found(ask(name)) for name in spellings}
    assert [list(by_ref) for by_ref in now.values()] == [["q"]] * len(spellings)
    checked = {name: http.check(name, level="strict")["mentions"] for name in spellings}
    assert {n: [(m["status"], m["alias"], m["method"]) for m in ms] for n, ms in checked.items()} == {n: [f["q"]] for n, f in now.items()}
    then = datetime.now(UTC)
    http("DELETE", "/v1/characters/ref:q", "rightsholder")
    assert {name: found(ask(name, then)) for name in spellings} == now
    assert {name: found(ask(name)) for name in spellings} == {name: {} for name in spellings}


def test_what_no_check_finds_is_said_to_be_registered_all_the_same(http, ask):
    aliases = [{"text": "Brambleshank", "match": "never"}]
    claim = http("POST", "/v1/characters", "rightsholder", json={"ref": "a", "name": "A"}).json()["claim"]
    http("POST", f"/v1/claims/{claim['id']}/approve", "operator", json={"reason": "theirs"})
    http("POST", "/v1/characters", "rightsholder", json={"ref": "z", "name": "Zanthor Brightwing", "aliases": aliases})
    assert found(ask("a"))["a"][0] == "dismissed"
    assert found(ask("Brambleshank")) == {"z": ("not_matched", None, None)}


def test_a_past_time_is_answered_from_the_log_whatever_came_after(http, ask):
    moments = []
    for number in range(9):
        http("PATCH" if number else "PUT", "/v1/characters/ref:q", "rightsholder", json={"name": f"Quixotania Vale{number}"})
        moments.append(datetime.now(UTC))
        http.check("a chair")
    for number, moment in reversed(list(enumerate(moments))):
        said = ask(f"Quixotania Vale{number}", moment)
        assert [c["name"] for c in said["characters"]] == [f"Quixotania Vale{number}"], number
        assert ask("Quixotania Vale", moment)["revision"] == said["revision"]
