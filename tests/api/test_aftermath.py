"""After a decision: what was done about it, its prompt kept and erased, deciding it again; the log stays whole through all of it."""

from hashlib import sha256

import pytest
from sqlalchemy import text

from registry.core.decision_log.merkle import leaf_hash
from registry.usecases.log import public_keys
from registry.usecases.prompts import erase_due_prompts
from registry.usecases.replay import choose_decisions, replay_many
from registry.usecases.verify_database import verify_database

PROMPT = "Quixotania Vale and a chair, watercolour"
PRODUCT = sha256(b"a picture").hexdigest()


@pytest.fixture
def keep(http):
    """Let the service's prompts be kept for so long."""

    def keep(retention):
        service = http("GET", "/v1/organisations/me", "service").json()["id"]
        answer = http("PATCH", f"/v1/organisations/{service}", "service", json={"retention": retention})
        assert answer.status_code == 200, answer.text

    http("POST", "/v1/characters", "rightsholder", json={"ref": "q", "name": "Quixotania Vale", "policy": {"usage": "prohibited"}})
    return keep


def assert_whole(registry):
    known = public_keys(registry)
    verify_database(registry, known.origin, known.keys)


def of(http, method, decision, what, role="service", **kwargs):
    return http(method, f"/v1/decisions/{decision['decision_id']}/{what}", role, **kwargs)


def test_prompts_are_not_kept_unless_the_service_says_so(registry, http, keep):
    decision = http.check(PROMPT)
    assert of(http, "GET", decision, "prompt").status_code == 404
    with registry.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM prompt")) == 0
    leaf = http("GET", f"/v1/decisions/{decision['decision_id']}", "auditor").json()["decision"]
    assert leaf["prompt"]["kept"] == "none"
    assert "prompt" in leaf["left_out"]
    assert "watercolour" not in str(leaf)


def test_a_kept_prompt_opens_its_commitment_and_is_not_for_rightsholders(registry, http, keep):
    keep("P30D")
    decision = http.check(PROMPT)
    kept = of(http, "GET", decision, "prompt").json()
    assert kept["prompt"] == PROMPT
    assert kept["salt"] == decision["receipt"]["salt"]
    leaf = http("GET", f"/v1/decisions/{decision['decision_id']}", "auditor").json()["decision"]
    assert sha256(bytes.fromhex(kept["salt"]) + PROMPT.encode()).hexdigest() == leaf["prompt"]["hash"]
    assert leaf["prompt"]["kept"] == "P30D"
    assert of(http, "GET", decision, "prompt", "auditor").status_code == 200
    assert of(http, "GET", decision, "prompt", "rightsholder").status_code == 403
    assert of(http, "DELETE", decision, "prompt", "auditor").status_code == 403


def test_an_erased_prompt_is_gone_and_everything_still_verifies(registry, http, keep):
    keep("decision")
    decision, other = http.check(PROMPT), http.check("keep this one")
    erased = of(http, "DELETE", decision, "prompt").json()
    assert (erased["prompt"], erased["salt"]) == (None, None)
    assert of(http, "DELETE", decision, "prompt").json() == erased
    assert erased["erased_by"] == other["receipt"]["index"] + 1
    assert of(http, "GET", other, "prompt").json()["prompt"] == "keep this one"
    assert of(http, "GET", decision, "receipt").status_code == 200
    assert of(http, "POST", decision, "replay").json()["result"] == "same_without_prompt"
    assert_whole(registry)
    if registry.database.is_sqlite:
        with open(registry.database.url.database, "rb") as file:  # noqa: PTH123
            content = file.read()
        with open(registry.database.url.database + "-wal", "rb") as file:  # noqa: PTH123
            content += file.read()
        assert b"keep this one" in content
        assert b"watercolour" not in content


def test_prompts_are_erased_when_their_time_has_come(registry, http, keep):
    keep("P1D")
    decision = http.check(PROMPT)
    assert erase_due_prompts(registry) == 0
    with registry.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE prompt SET erase_at = 1")
    assert erase_due_prompts(registry) == 1
    assert of(http, "GET", decision, "prompt").json()["prompt"] is None
    assert_whole(registry)


@pytest.mark.parametrize(("role", "retention"), [("service", "P0D"), ("service", "30"), ("rightsholder", "P30D")])
def test_a_retention_that_means_nothing_is_refused(http, role, retention):
    own = http("GET", "/v1/organisations/me", role).json()["id"]
    assert http("PATCH", f"/v1/organisations/{own}", role, json={"retention": retention}).status_code == 422


def test_what_was_done_is_an_entry_of_the_log_said_once(registry, http):
    decision = http.check("a chair")
    body = {"action": "generated", "products": [PRODUCT]}
    assert of(http, "GET", decision, "outcome").status_code == 404
    made = of(http, "POST", decision, "outcome", json=body)
    assert of(http, "GET", decision, "outcome", "auditor").json() == made.json()
    assert (made.status_code, made.json()["index"]) == (201, decision["receipt"]["index"] + 1)
    assert of(http, "POST", decision, "outcome", json=body).json() == made.json()
    assert of(http, "POST", decision, "outcome", json={"action": "blocked"}).status_code == 409
    assert of(http, "POST", decision, "outcome", "auditor", json=body).status_code == 403
    assert of(http, "POST", decision, "outcome", json={"action": "sold"}).status_code == 422
    assert of(http, "POST", decision, "outcome", json={"action": "blocked", "products": ["x"]}).status_code == 422
    assert_whole(registry)


def test_a_decision_replays_to_the_same_bytes_whatever_was_registered_since(registry, http, keep):
    keep("decision")
    decision = http.check(PROMPT)
    http("POST", "/v1/characters", "rightsholder", json={"ref": "chair", "name": "Chair", "policy": {"usage": "prohibited"}})
    http("DELETE", "/v1/characters/ref:q", "rightsholder")
    answer = of(http, "POST", decision, "replay").json()
    assert (answer["result"], answer["index"]) == ("same", decision["receipt"]["index"])
    assert any("the prompt was kept" in words for words in answer["words"])
    assert of(http, "POST", decision, "replay", "rightsholder").status_code == 403
    plain = http.check("a table")
    keep(None)
    unkept = http.check(PROMPT.replace("a chair", "a table"))
    assert of(http, "POST", plain, "replay").json()["result"] == "same"
    assert of(http, "POST", unkept, "replay").json()["result"] == "same_without_prompt"


def test_a_replay_takes_what_the_service_asserted_from_the_entry(registry, http, keep):
    permission = {"constraints": [{"left_operand": "purpose", "operator": "eq", "right_operand": "personal"}]}
    policy = {"usage": "restricted", "permissions": [permission]}
    body = {"name": "Quixotania Vale", "policy": policy}
    answer = http("PUT", "/v1/characters/ref:q", "rightsholder", json=body, headers={"if-match": "*"})
    assert answer.status_code == 200, answer.text
    for retention in ("decision", None):
        keep(retention)
        outcomes = []
        for use in ({"purpose": "personal"}, {"purpose": "commercial"}, None):
            decision = http.check(PROMPT, **({} if use is None else {"use": use}))
            outcomes.append(decision["outcome"])
            replayed = of(http, "POST", decision, "replay").json()
            assert replayed["result"] == ("same" if retention else "same_without_prompt"), replayed
        assert len(set(outcomes)) > 1, outcomes


def test_a_replay_of_all_finds_the_decision_that_was_made_another_way(registry, http, keep):
    decisions = [http.check(PROMPT) for _ in range(5)]
    indices = choose_decisions(registry.database)
    assert [r.result for r in replay_many(registry.database, indices)] == ["same_without_prompt"] * 5
    assert len(choose_decisions(registry.database, sample=2)) == 2
    assert choose_decisions(registry.database, first=decisions[3]["receipt"]["index"]) == indices[3:]
    with registry.database.engine.begin() as connection:
        for index, outcome in ((indices[2], "allowed"),):
            data = connection.execute(text("SELECT data FROM leaf WHERE log_index = :i"), {"i": index}).scalar_one()
            changed = bytes(data).replace(b'"outcome":"prohibited"', f'"outcome":"{outcome}"'.encode())
            statement = "UPDATE leaf SET data = :d, hash = :h WHERE log_index = :i"
            connection.execute(text(statement), {"i": index, "d": changed, "h": leaf_hash(changed)})
    found = [r for r in replay_many(registry.database, indices) if r.result == "different"]
    assert [(r.index, "`outcome`" in r.words[-1]) for r in found] == [(indices[2], True)]


def test_processes_share_the_work(registry, http, monkeypatch):
    monkeypatch.setattr("registry.usecases.replay.CHUNK", 2)
    for _ in range(5):
        http.check("a chair")
    told = []
    indices = choose_decisions(registry.database)
    found = list(replay_many(registry.database, indices, processes=2, progress=lambda done, total: told.append((done, total))))
    assert [r.index for r in found] == list(indices)
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_decision_that_leaves_much_out_replays_too(registry, http, keep):
    keep(None)
    for number in range(30):
        body = {"name": "Quixotania Vale", "ref": f"q{number}", "policy": {"usage": "allowed"}}
        assert http("POST", "/v1/characters", "rightsholder", json=body).status_code == 201
    decision = http.check("Quixotania Vale. " * 300)
    assert decision["omitted"]
    assert of(http, "POST", decision, "replay").json()["result"] == "same_without_prompt"
    assert_whole(registry)
