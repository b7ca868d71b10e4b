"""An entry or a decision is contested: both sides are heard, terms run, and what is enforced meanwhile follows stated rules."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from registry.core.disputes import EXPEDITED_DAYS
from registry.usecases.dispute_decisions import pass_terms
from registry.usecases.replay import Replay, Replayer
from tests.api.test_claims import DOG, ZORB, decide, leaves, other_rightsholder, post

STATEMENT = "canary-statement: everybody says so"
CONTACT = "canary-contact@example.com"


class Clock:
    """A clock that a test moves."""

    def __init__(self, begin):
        self.time, self.shift = begin, timedelta()

    def __call__(self):
        return self.time() + self.shift

    def move(self, **by):
        self.shift += timedelta(**by)


@pytest.fixture
def clock(registry):
    return registry.now


@pytest.fixture
def registry(registry):
    return replace(registry, now=Clock(registry.now))


@pytest.fixture
def zorb(http):
    return post(http, ZORB)


def contest(http, about, grounds="not_the_owner", role=None, key=None, status=201, **more):
    body = {"about": about, "grounds": grounds, "statement": STATEMENT, **({} if role or key else {"contact": CONTACT}), **more}
    response = http("POST", "/v1/disputes", role, key=key, json=body)
    assert response.status_code == status, response.text
    return response.json()


def move(http, dispute, step, role="operator", key=None, token=None, status=200, **body):
    headers = {"dispute-token": token} if token else {}
    who = {} if token else {"role": role, "key": key}
    response = http("POST", f"/v1/disputes/{dispute['id']}/{step}", headers=headers, json=body, **who)
    assert response.status_code == status, response.text
    return response.json()


def rule(http, dispute, outcome, **more):
    return move(http, dispute, "decision", outcome=outcome, reason="weighed", **more)


def outcome(http, prompt="a Zorblaxian"):
    return http.check(prompt)["outcome"]


def state(http, zorb):
    return http("GET", f"/v1/characters/{zorb['id']}", "operator").json()["status"]


def test_a_complaint_of_the_public_changes_nothing_by_itself(http, zorb, clock, registry):
    dispute = contest(http, zorb["id"])
    assert (dispute["state"], dispute["by"], dispute["admitted"], dispute["answer_by"]) == ("open", "public", False, None)
    clock.move(days=400)
    assert pass_terms(registry) == 0
    assert (state(http, zorb), outcome(http)) == ("active", "prohibited")
    move(http, dispute, "answer", "rightsholder", text="ours", status=409)
    admitted = move(http, dispute, "admit", reason="plausible")
    assert admitted["answer_by"] is not None


def test_the_public_follows_its_complaint_by_a_token_and_nobody_else_does(http, zorb):
    dispute = contest(http, zorb["id"])
    path = f"/v1/disputes/{dispute['id']}"
    read = http("GET", path, headers={"dispute-token": dispute["token"]})
    assert (read.status_code, read.json()["statement"], read.json()["contact"]) == (200, STATEMENT, CONTACT)
    assert http("GET", path).status_code == 401
    assert http("GET", path, headers={"dispute-token": "wrong"}).status_code == 404
    assert http("GET", path, "service").status_code == 404
    assert http("GET", path, key=other_rightsholder(http)).status_code == 404
    assert http("GET", path, "operator").json()["contact"] == CONTACT
    owner, auditor = http("GET", path, "rightsholder").json(), http("GET", path, "auditor").json()
    assert (owner["statement"], owner["contact"]) == (STATEMENT, None)
    assert (auditor["statement"], auditor["contact"]) == (None, None)
    assert "token" not in owner


def test_without_a_key_a_contact_is_needed_and_a_few_a_day_are_taken(http, zorb, clock, registry):
    body = {"about": zorb["id"], "grounds": "other", "statement": "x"}
    assert http("POST", "/v1/disputes", json=body).status_code == 422
    for _ in range(registry.claim_rules.disputes_a_day):
        contest(http, zorb["id"])
    refused = http("POST", "/v1/disputes", json={**body, "contact": CONTACT})
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
    contest(http, zorb["id"], role="service")
    clock.move(hours=25)
    contest(http, zorb["id"])


def test_addresses_are_counted_under_a_keyed_hash_and_forgotten_after_two_days(http, zorb, clock, registry):
    from sqlalchemy import text

    contest(http, zorb["id"])

    def counted():
        with registry.database.read() as session:
            return [row[0] for row in session.execute(text("SELECT what FROM hourly"))]

    assert counted()
    assert not any("testclient" in what for what in counted())
    clock.move(hours=50)
    pass_terms(registry)
    assert counted() == []


def test_an_admitted_complaint_that_nobody_answers_has_the_entry_count_as_disputed(http, zorb, clock, registry):
    dispute = contest(http, zorb["id"], role="service")
    assert outcome(http) == "prohibited"
    clock.move(days=registry.claim_rules.answer_days, seconds=1)
    assert pass_terms(registry) == 1
    late = http("GET", f"/v1/disputes/{dispute['id']}", "service").json()
    assert (late["state"], late["interim"], late["missed"]) == ("open", True, ["rightsholder"])
    found = http.check("a Zorblaxian")
    assert (found["outcome"], [r["code"] for r in found["reasons"]]) == ("restricted", ["DISPUTED", "USAGE_PROHIBITED"])
    assert move(http, dispute, "answer", "rightsholder", text="late, but ours")["state"] == "answered"
    assert outcome(http) == "restricted"
    rule(http, dispute, "rejected")
    assert (state(http, zorb), outcome(http)) == ("active", "prohibited")


def test_an_operator_that_does_not_decide_in_time_has_it_count_as_disputed_too(http, zorb, clock, registry):
    dispute = contest(http, zorb["id"], role="service")
    move(http, dispute, "answer", "rightsholder", text="ours")
    clock.move(days=registry.claim_rules.decide_days - 1)
    assert (pass_terms(registry), outcome(http)) == (0, "prohibited")
    clock.move(days=1, seconds=1)
    assert (pass_terms(registry), pass_terms(registry), outcome(http)) == (1, 0, "restricted")
    assert http("GET", f"/v1/disputes/{dispute['id']}", "service").json()["missed"] == ["operator"]


def test_a_bogus_claim_on_an_everyday_word_blocks_nobody_for_weeks(http, clock, registry):
    sonic = post(http, {"ref": "sonic", "name": "Sonic", "policy": {"usage": "prohibited"}})
    decide(http, sonic["claim"]["id"], "approve", "a mistake")
    prompt = "Sonic cosplay, anime character Sonic from the anime"
    assert http.check(prompt, level="strict")["outcome"] == "prohibited"
    contest(http, sonic["id"], "everyday_word", "service")
    clock.move(days=EXPEDITED_DAYS, seconds=1)
    pass_terms(registry)
    assert state(http, sonic) == "disputed"
    assert http.check(prompt, level="strict")["verdicts"] == []


def test_a_rightsholder_that_holds_the_name_in_force_too_has_it_disputed_at_once(http, zorb):
    stranger = other_rightsholder(http)
    theirs = post(http, {"name": "Zorblaxian"}, key=stranger)
    first = contest(http, zorb["id"], key=stranger)
    assert (first["interim"], outcome(http)) == (False, "prohibited")
    rule(http, first, "rejected")
    decide(http, theirs["claim"]["id"], "approve")
    loser = contest(http, zorb["id"], key=stranger)
    assert (loser["interim"], outcome(http)) == (False, "prohibited")


def test_the_operators_review_is_what_gives_a_rivals_word_its_weight(http, zorb):
    stranger = other_rightsholder(http)
    theirs = post(http, {"name": "Zorblaxian", "policy": {"usage": "allowed"}}, key=stranger)
    decide(http, theirs["claim"]["id"], "approve")
    dispute = contest(http, zorb["id"], key=stranger)
    assert (dispute["interim"], state(http, zorb), outcome(http)) == (True, "disputed", "restricted")
    unverified = other_rightsholder(http, "third", verified=False)
    assert contest(http, theirs["id"], key=unverified)["interim"] is False


@pytest.mark.parametrize(("policy", "expected"), [
    ({"usage": "prohibited"}, "restricted"),
    ({"usage": "restricted"}, "restricted"),
    ({"usage": "allowed"}, "allowed"),
    ({"usage": "allowed", "prohibitions": [{"constraints": []}]}, "restricted"),
    ({"usage": "restricted", "permissions": [{"constraints": []}]}, "allowed"),
    (None, "restricted"),
])  # fmt: skip
def test_a_disputed_entry_counts_at_most_as_restricted_and_always_says_so(http, policy, expected):
    made = post(http, {**ZORB, "policy": policy})
    dispute = contest(http, made["id"])
    move(http, dispute, "interim", enforce="disputed", reason="until we know")
    found = http.check("a Zorblaxian")
    assert (found["outcome"], found["verdicts"][0]["reasons"][0]["code"]) == (expected, "DISPUTED")
    move(http, dispute, "interim", enforce="active", reason="nothing in it")
    assert "DISPUTED" not in str(http.check("a Zorblaxian"))


def test_a_service_that_prohibits_what_nobody_has_ruled_on_is_capped_alike(http):
    made = post(http, {"name": "Zorblaxian"})
    http("PATCH", "/v1/organisations/me", "service", json={"unruled": "prohibited"})
    assert outcome(http) == "prohibited"
    move(http, contest(http, made["id"]), "interim", enforce="disputed", reason="x")
    assert outcome(http) == "restricted"


def test_every_decision_replays_byte_for_byte_through_claims_and_disputes(http, zorb, registry):
    http("PATCH", "/v1/organisations/me", "service", json={"retention": "P30D"})
    dog = post(http, DOG)
    asked = [http.check("a Zorblaxian with a Dog")]
    decide(http, dog["claim"]["id"], "approve")
    dispute = contest(http, zorb["id"])
    asked.append(http.check("a Zorblaxian with a Dog"))
    move(http, dispute, "interim", enforce="disputed", reason="x")
    asked.append(http.check("a Zorblaxian with a Dog"))
    rule(http, dispute, "upheld")
    asked.append(http.check("a Zorblaxian with a Dog"))
    assert [a["outcome"] for a in asked] == ["prohibited", "prohibited", "restricted", asked[3]["outcome"]]
    replayer = Replayer(registry.database)
    assert {replayer.replay(a["receipt"]["index"]).result for a in asked} == {Replay.same}


def test_a_disputed_entry_is_public_and_its_owner_cannot_make_it_active(http, zorb):
    move(http, contest(http, zorb["id"]), "interim", enforce="disputed", reason="x")
    shown = http("GET", "/v1/characters", "service").json()["items"]
    assert [(c["id"], c["status"]) for c in shown] == [(zorb["id"], "disputed")]
    patched = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"status": "active"}).json()
    replaced = http("PUT", "/v1/characters/ref:zorb", "rightsholder", json={"name": "Zorblaxian"}, headers={"if-match": "*"}).json()
    assert (patched["status"], replaced["status"]) == ("disputed", "disputed")


def test_upheld_withdraws_it_and_the_name_waits_when_it_is_claimed_again(http, zorb):
    rule(http, contest(http, zorb["id"], role="service"), "upheld")
    assert (state(http, zorb), outcome(http)) == ("withdrawn", "allowed")
    again = post(http, {"name": "zorblaxian"})
    assert [r["code"] for r in again["claim"]["risks"]] == ["CONTESTED_NAME"]
    back = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"status": "active"}).json()
    assert (back["status"], [r["code"] for r in back["claim"]["risks"]]) == ("withdrawn", ["CONTESTED_NAME"])


def test_partly_takes_aliases_away(http):
    made = post(http, {**ZORB, "aliases": [{"text": "Quixotania"}, {"text": "Blorptang"}]})
    dispute = contest(http, made["id"], role="service", names=["Quixotania"])
    move(http, dispute, "decision", outcome="partly", reason="x", status=422)
    move(http, dispute, "decision", outcome="partly", reason="x", remove=["Zorblaxian"], status=422)
    rule(http, dispute, "partly", remove=["Quixotania"])
    assert [outcome(http, f"a {name}") for name in ("Zorblaxian", "Quixotania", "Blorptang")] == ["prohibited", "allowed", "prohibited"]


def test_who_lost_appeals_once_and_another_key_decides(http, zorb, keys, registry, callers):
    from registry.usecases.keys import create_key

    dispute = contest(http, zorb["id"], role="service")
    move(http, dispute, "appeal", "rightsholder", text="too early", status=409)
    decided = rule(http, dispute, "upheld")
    assert (decided["state"], decided["appeal_by"] is not None) == ("decided", True)
    move(http, dispute, "appeal", "service", text="I won", status=409)
    move(http, dispute, "appeal", "operator", text="not a side", status=403)
    assert move(http, dispute, "appeal", "rightsholder", text="look again")["state"] == "appealed"
    assert outcome(http) == "allowed"
    other = create_key(registry, None, callers["operator"].organisation.id).secret
    move(http, dispute, "decision", outcome="rejected", reason="x", status=403)
    closed = move(http, dispute, "decision", key=other, role=None, outcome="rejected", reason="it is theirs")
    assert (closed["state"], closed["outcome"]) == ("closed", "rejected")
    assert (state(http, zorb), outcome(http)) == ("active", "prohibited")
    move(http, dispute, "appeal", "service", text="again", status=409)


def test_an_appeal_gives_back_what_was_taken_away(http):
    made = post(http, {**ZORB, "aliases": [{"text": "Quixotania"}]})
    dispute = contest(http, made["id"], role="service")
    rule(http, dispute, "partly", remove=["Quixotania"])
    move(http, dispute, "appeal", "rightsholder", text="look again")
    assert rule(http, dispute, "rejected")["state"] == "closed"
    assert outcome(http, "a Quixotania") == "prohibited"


def test_what_nobody_appeals_is_closed_and_its_texts_are_erased_in_time(http, zorb, clock, registry):
    dispute = contest(http, zorb["id"], role="service", contact=CONTACT)
    rule(http, dispute, "rejected")
    clock.move(days=registry.claim_rules.appeal_days, seconds=1)
    pass_terms(registry)
    closed = http("GET", f"/v1/disputes/{dispute['id']}", "service").json()
    assert (closed["state"], closed["statement"]) == ("closed", STATEMENT)
    move(http, dispute, "appeal", "service", text="too late", status=409)
    clock.move(days=registry.claim_rules.erase_days, seconds=1)
    assert (pass_terms(registry), pass_terms(registry)) == (1, 0)
    erased = http("GET", f"/v1/disputes/{dispute['id']}", "operator").json()
    assert (erased["statement"], erased["contact"]) == (None, None)


def test_an_appeal_in_the_last_moment_counts_before_the_term_is_swept_and_not_after(http, zorb, clock, registry):
    dispute = contest(http, zorb["id"], role="service")
    rule(http, dispute, "rejected")
    clock.move(days=registry.claim_rules.appeal_days, seconds=1)
    move(http, dispute, "appeal", "service", text="too late", status=409)


def test_both_sides_add_evidence_and_strangers_do_not(http, zorb):
    dispute = contest(http, zorb["id"], evidence="first")
    move(http, dispute, "evidence", token=dispute["token"], text="second")
    shown = move(http, dispute, "evidence", "rightsholder", text="third")
    assert [(e["by"], e["text"]) for e in shown["evidence"]] == [
        ("complainant", "first"),
        ("complainant", "second"),
        ("rightsholder", "third"),
    ]
    move(http, dispute, "evidence", "service", text="x", status=404)
    move(http, dispute, "evidence", "auditor", text="x", status=403)


def test_contacts_and_texts_are_never_in_the_log_and_are_erased_on_request(http, zorb, registry):
    dispute = contest(http, zorb["id"], evidence="canary-evidence")
    move(http, dispute, "admit", reason="looked at")
    move(http, dispute, "answer", "rightsholder", text="canary-answer")
    assert "canary" not in json.dumps(leaves(registry, ""))
    path = f"/v1/disputes/{dispute['id']}"
    assert http("DELETE", f"{path}/texts", "rightsholder").status_code == 403
    erased = http("DELETE", f"{path}/texts", headers={"dispute-token": dispute["token"]})
    assert (erased.status_code, erased.json()["statement"], erased.json()["contact"]) == (200, None, None)
    owner = http("GET", path, "rightsholder").json()
    assert (owner["statement"], owner["answer"], owner["evidence"]) == (None, "canary-answer", [{"by": "complainant", "text": None}])
    with registry.database.read() as session:
        from sqlalchemy import text

        kept = str(session.execute(text("SELECT * FROM case_file")).all())
    assert "canary-contact" not in kept
    assert "canary-answer" in kept


def test_a_decision_is_contested_and_overturned_which_is_counted(http, zorb):
    made = http.check("a Zorblaxian")
    dispute = contest(http, made["decision_id"], "wrong_decision", "service")
    assert (dispute["kind"], dispute["character"], dispute["rightsholder"]) == ("decision", zorb["id"], zorb["rightsholder"])
    rule(http, dispute, "upheld")
    assert (state(http, zorb), outcome(http)) == ("active", "prohibited")
    record = http("GET", f"/v1/rightsholders/{zorb['rightsholder']}/record").json()
    assert (record["decisions_overturned"], record["disputes_lost"], record["disputes"]) == (1, 0, 1)


def test_the_record_shows_what_was_claimed_refused_and_lost(http, zorb):
    decide(http, post(http, DOG)["claim"]["id"], "reject")
    rule(http, contest(http, zorb["id"], role="service"), "upheld")
    record = http("GET", f"/v1/rightsholders/{zorb['rightsholder']}/record").json()
    expected = {
        "characters": 2,
        "characters_in_force": 0,
        "claims_refused": 1,
        "disputes_lost": 1,
        "disputes_won": 0,
        "verified": "operator",
    }
    assert {name: record[name] for name in expected} == expected
    service = http("GET", "/v1/organisations/me", "service").json()["id"]
    assert http("GET", f"/v1/rightsholders/{service}/record").status_code == 404
    assert http("GET", "/v1/rightsholders/org_none/record").status_code == 404


def test_lists_show_each_their_own(http, zorb):
    by_public, by_service = contest(http, zorb["id"]), contest(http, zorb["id"], role="service")

    def listed(role):
        return [d["id"] for d in http("GET", "/v1/disputes", role).json()["items"]]

    assert sorted(listed("operator")) == sorted(listed("rightsholder")) == sorted([by_public["id"], by_service["id"]])
    assert listed("service") == [by_service["id"]]
    assert http("GET", "/v1/disputes", key=other_rightsholder(http)).json()["items"] == []
    assert http("GET", "/v1/disputes").status_code == 401


@pytest.mark.parametrize("about", ["chr_none", "dec_none", "Zorblaxian"])
def test_what_is_not_there_cannot_be_contested(http, about):
    contest(http, about, role="service", status=404)


def test_what_is_not_in_force_cannot_be_contested_and_a_name_must_be_its_own(http, zorb):
    pending = post(http, DOG)
    contest(http, pending["id"], role="service", status=404)
    contest(http, zorb["id"], role="service", names=["Pikachu"], status=422)


@pytest.mark.parametrize("role", ["rightsholder", "service", "auditor"])
def test_only_the_operator_decides(http, zorb, role):
    dispute = contest(http, zorb["id"], role="service")
    for step, body in (("admit", {}), ("interim", {"enforce": "disputed"}), ("decision", {"outcome": "upheld"})):
        move(http, dispute, step, role, reason="x", status=403, **body)
    assert state(http, zorb) == "active"


def test_a_name_that_is_listed_twice_stands_in_the_dispute_once(http):
    aliases = [{"text": "Quixotania", "match": "exact"}, {"text": "Quixie"}]
    made = post(http, {"name": "Quixotania", "aliases": aliases})
    assert contest(http, made["id"], role="service")["names"] == ["Quixotania", "Quixie"]
