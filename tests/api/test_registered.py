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
