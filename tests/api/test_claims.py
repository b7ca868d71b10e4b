"""Who may say that a name is theirs: ordinary names go live at once, risky ones wait, every step is in the log."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from registry.core.claims import RiskCode

DOG = {"ref": "dog", "name": "Dog", "policy": {"usage": "prohibited"}}
ZORB = {"ref": "zorb", "name": "Zorblaxian", "policy": {"usage": "prohibited"}}


def post(http, body, **who):
    response = http("POST", "/v1/characters", **(who or {"role": "rightsholder"}), json=body)
    assert response.status_code == 201, response.text
    return response.json()


def codes(answer):
    return [risk["code"] for risk in answer["claim"]["risks"]] if answer["claim"] else None


def decide(http, claim_id, verb, reason="looked at"):
    response = http("POST", f"/v1/claims/{claim_id}/{verb}", "operator", json={"reason": reason})
    assert response.status_code == 200, response.text
    return response.json()


def other_rightsholder(http, ref="other", **body):
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": ref, "name": ref, **body}).json()
    return http("POST", f"/v1/organisations/{made['id']}/keys", "operator", json={}).json()["secret"]


def leaves(registry, prefix):
    with registry.database.read() as session:
        rows = session.execute(text("SELECT data FROM leaf WHERE kind LIKE :kind ORDER BY log_index"), {"kind": f"{prefix}%"}).all()
    return [json.loads(bytes(row.data)) for row in rows]


def test_an_ordinary_name_goes_live_at_once_with_its_report(http):
    answer = post(http, ZORB)
    assert (answer["status"], answer["claim"]) == ("active", None)
    [report] = answer["report"]
    assert (report["text"], report["match"]) == ("Zorblaxian", "auto")
    assert report["ordinary"] < 50
    assert http.check("a Zorblaxian")["outcome"] == "prohibited"


def test_an_everyday_word_waits_and_says_what_to_do(http):
    answer = post(http, DOG)
    assert (answer["status"], codes(answer)) == ("pending", ["EVERYDAY_WORD"])
    assert "needs_context" in answer["claim"]["risks"][0]["action"]
    assert http.check("Dog, portrait of Dog")["verdicts"] == []
    decide(http, answer["claim"]["id"], "approve")
    found = http.check("Dog, portrait of Dog", explain=True)
    assert found["mentions"]
    assert http("GET", "/v1/characters/ref:dog", "rightsholder").json()["status"] == "active"


def test_an_everyday_word_that_needs_context_need_not_wait(http):
    http("PUT", "/v1/works/ref:saga", "rightsholder", json={"title": "Zorblaxian Saga"})
    answer = post(http, {"name": "Zorblax the Third", "work": "saga", "aliases": [{"text": "dog", "match": "needs_context"}]})
    assert (answer["status"], answer["claim"]) == ("active", None)


def test_it_waits_where_the_title_beside_it_is_an_everyday_word_too(http):
    http("PUT", "/v1/works/ref:photo", "rightsholder", json={"title": "Photo"})
    answer = post(http, {"name": "Zorblax the Third", "work": "photo", "aliases": [{"text": "dog", "match": "needs_context"}]})
    assert codes(answer) == ["EVERYDAY_WORD"]


def test_a_title_that_is_an_everyday_word_waits_once_there_are_characters_beside_it(http):
    http("PUT", "/v1/works/ref:saga", "rightsholder", json={"title": "Zorblaxian Saga"})
    post(http, {"name": "Zorblax the Third", "work": "saga", "aliases": [{"text": "dog", "match": "needs_context"}]})
    patched = http("PATCH", "/v1/works/ref:saga", "rightsholder", json={"title": "Photo", "policy": {"usage": "prohibited"}}).json()
    assert (patched["title"], patched["policy"]["usage"], patched["status"]) == ("Zorblaxian Saga", "prohibited", "active")
    [claim] = http("GET", "/v1/claims", "rightsholder").json()["items"]
    assert (claim["kind"], [r["code"] for r in claim["risks"]], claim["proposed"]) == ("work", ["EVERYDAY_TITLE"], {"title": "Photo"})
    decide(http, claim["id"], "approve")
    assert http("GET", "/v1/works/ref:saga", "rightsholder").json()["title"] == "Photo"


def test_a_name_that_another_holds_waits_and_says_who(http):
    mine = post(http, ZORB)
    theirs = post(http, {"name": "zorblaxian"}, key=other_rightsholder(http))
    assert (theirs["status"], codes(theirs)) == ("pending", ["HELD_BY_OTHERS"])
    assert theirs["claim"]["risks"][0]["held_by"] == [mine["id"]]
    assert [v["character"]["id"] for v in http.check("Zorblaxian")["verdicts"]] == [mine["id"]]


def test_a_rightsholder_that_has_not_proved_who_it_is_waits(http):
    key = other_rightsholder(http, verified=False)
    answer = post(http, ZORB, key=key)
    assert (answer["status"], codes(answer)) == ("pending", ["UNVERIFIED"])
    assert http("GET", "/v1/organisations/me", key=key).json()["verified"] == "no"


def test_a_draft_is_not_judged_until_it_is_submitted(http):
    answer = post(http, {**DOG, "status": "draft"})
    assert (answer["status"], answer["claim"]) == ("draft", None)
    submitted = http("PATCH", "/v1/characters/ref:dog", "rightsholder", json={"status": "active"}).json()
    assert (submitted["status"], codes(submitted)) == ("pending", ["EVERYDAY_WORD"])


@pytest.mark.parametrize("body", [DOG, {**DOG, "status": "draft"}])
def test_what_is_not_in_force_is_shown_to_nobody_else(http, body):
    made = post(http, body)
    stranger = other_rightsholder(http)
    assert http("GET", f"/v1/characters/{made['id']}", key=stranger).status_code == 404
    assert http("GET", "/v1/characters", "service", params={"status": made["status"]}).status_code == 403
    for who in ({"role": "service"}, {"key": stranger}):
        feed = http("GET", "/v1/changes", **who).json()
        assert made["id"] not in [e["id"] for e in feed["entries"]]
        assert feed["revision"] >= made["revision"]
    for role in ("rightsholder", "operator", "auditor"):
        assert made["id"] in [e["id"] for e in http("GET", "/v1/changes", role).json()["entries"]]
        assert http("GET", f"/v1/characters/{made['id']}", role).status_code == 200


def test_a_risky_alias_waits_while_the_entry_stays_in_force_and_the_rest_counts(http):
    made = post(http, {**ZORB, "policy": {"usage": "allowed"}})
    body = {"aliases": [{"text": "dog"}], "policy": {"usage": "prohibited"}}
    patched = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json=body).json()
    assert (patched["status"], patched["aliases"], patched["policy"]["usage"]) == ("active", [], "prohibited")
    assert (codes(patched), [r["text"] for r in patched["report"]]) == (["EVERYDAY_WORD"], ["Zorblaxian", "dog"])
    assert http.check("a Zorblaxian")["outcome"] == "prohibited"
    decide(http, patched["claim"]["id"], "approve")
    now = http("GET", f"/v1/characters/{made['id']}", "service").json()
    assert ([a["text"] for a in now["aliases"]], now["policy"]["usage"]) == (["dog"], "prohibited")


def test_a_later_policy_leaves_the_claim_and_other_names_replace_it(http):
    post(http, ZORB)
    waiting = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"aliases": [{"text": "dog"}]}).json()
    kept = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"policy": {"usage": "allowed"}}).json()
    assert kept["claim"]["id"] == waiting["claim"]["id"]
    replaced = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"aliases": [{"text": "Zorblax Major"}]}).json()
    assert replaced["claim"] is None
    claim = http("GET", f"/v1/claims/{waiting['claim']['id']}", "rightsholder").json()
    assert (claim["state"], [s["type"] for s in claim["steps"]]) == ("withdrawn", ["claim.opened", "claim.withdrawn"])


def test_finding_less_never_waits(http):
    approved = post(http, {**DOG, "aliases": [{"text": "Hound", "benign": ["basset hound"]}]})
    decide(http, approved["claim"]["id"], "approve")
    less = {"aliases": [{"text": "Hound", "benign": ["basset hound", "fox hound"]}]}
    assert http("PATCH", "/v1/characters/ref:dog", "rightsholder", json=less).json()["claim"] is None
    assert http("PATCH", "/v1/characters/ref:dog", "rightsholder", json={"aliases": []}).json()["claim"] is None


def test_finding_more_waits_again(http):
    approved = post(http, {**DOG, "aliases": [{"text": "Hound", "match": "never"}, {"text": "Cat", "benign": ["cat food"]}]})
    decide(http, approved["claim"]["id"], "approve")
    more = {"aliases": [{"text": "Hound"}, {"text": "Cat"}]}
    patched = http("PATCH", "/v1/characters/ref:dog", "rightsholder", json=more).json()
    assert [r["name"] for r in patched["claim"]["risks"]] == ["Hound", "Cat"]


def test_a_rejected_claim_is_a_draft_again_and_may_be_mended(http):
    claim = post(http, DOG)["claim"]
    assert decide(http, claim["id"], "reject", "an everyday word")["state"] == "rejected"
    assert http("GET", "/v1/characters/ref:dog", "rightsholder").json()["status"] == "draft"
    mended = http("PUT", "/v1/characters/ref:dog", "rightsholder", json={"name": "Dogzorbla"}, headers={"if-match": "*"}).json()
    assert (mended["status"], mended["claim"]) == ("active", None)


def test_a_decided_claim_is_not_decided_again(http):
    claim = post(http, DOG)["claim"]
    decide(http, claim["id"], "reject")
    again = http("POST", f"/v1/claims/{claim['id']}/approve", "operator", json={"reason": "x"})
    assert (again.status_code, again.json()["detail"]) == (409, "the claim is rejected already")


def test_a_question_is_answered_and_the_steps_say_who_when_and_why(http, registry, callers):
    claim = post(http, DOG)["claim"]
    assert decide(http, claim["id"], "ask", "which book?")["state"] == "asked"
    answered = http("POST", f"/v1/claims/{claim['id']}/answer", "rightsholder", json={"text": "Dog Man"})
    assert (answered.status_code, answered.json()["state"]) == (200, "waiting")
    decide(http, claim["id"], "approve", "shown to be theirs")
    steps = http("GET", f"/v1/claims/{claim['id']}", "auditor").json()["steps"]
    assert [(s["type"], s["reason"]) for s in steps] == [
        ("claim.opened", None),
        ("claim.asked", "which book?"),
        ("claim.answered", "Dog Man"),
        ("claim.approved", "shown to be theirs"),
    ]
    operator, holder = callers["operator"].organisation.id, callers["rightsholder"].organisation.id
    assert [s["actor"]["organisation"] for s in steps] == [holder, operator, holder, operator]
    assert [leaf["reason"] for leaf in leaves(registry, "claim.")] == [s["reason"] for s in steps]


def test_a_claim_is_taken_back(http):
    claim = post(http, DOG)["claim"]
    assert http("DELETE", f"/v1/claims/{claim['id']}", "rightsholder").json()["state"] == "withdrawn"
    assert http("GET", "/v1/characters/ref:dog", "rightsholder").json()["status"] == "draft"


def test_claims_are_their_owners_and_the_operators(http):
    claim = post(http, DOG)["claim"]
    stranger = other_rightsholder(http)
    assert http("GET", f"/v1/claims/{claim['id']}", key=stranger).status_code == 404
    assert http("GET", "/v1/claims", key=stranger).json()["items"] == []
    assert http("GET", "/v1/claims", "service").status_code == 403
    assert http("POST", f"/v1/claims/{claim['id']}/approve", "rightsholder", json={"reason": "mine"}).status_code == 403
    by_risk = {code: http("GET", "/v1/claims", "operator", params={"risk": code}).json()["items"] for code in RiskCode}
    assert [code for code, items in by_risk.items() if items] == ["EVERYDAY_WORD"]
    assert http("GET", "/v1/claims", "operator", params={"state": "approved"}).json()["items"] == []


def test_what_was_withdrawn_comes_back_only_as_a_claim(http):
    post(http, ZORB)
    http("DELETE", "/v1/characters/ref:zorb", "rightsholder")
    other = other_rightsholder(http)
    assert post(http, {"name": "Zorblaxian"}, key=other)["status"] == "active"
    back = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"status": "active"}).json()
    assert (back["status"], codes(back)) == ("withdrawn", ["HELD_BY_OTHERS"])
    decide(http, back["claim"]["id"], "approve")
    assert len(http.check("Zorblaxian")["verdicts"]) == 2


@pytest.mark.parametrize("status", ["pending", "disputed", "gone", None])
def test_a_status_that_cannot_be_asked_for_is_refused(http, status):
    post(http, ZORB)
    refused = http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"status": status})
    assert refused.status_code == 422
    assert http("PATCH", "/v1/characters/ref:zorb", "rightsholder", json={"status": "draft"}).status_code == 409


class TestBulk:
    """More new entries in 24 hours than the quota: the rest waits, and is decided in one call."""

    @pytest.fixture
    def registry(self, registry):
        return replace(registry, claim_rules=replace(registry.claim_rules, bulk_quota=3))

    def test_the_entry_over_the_quota_waits_and_editing_it_does_not_help(self, http):
        answers = [post(http, {"ref": f"z{n}", "name": f"Zorblax{n}ian"}) for n in range(4)]
        assert [a["status"] for a in answers] == ["active", "active", "active", "pending"]
        assert codes(answers[-1]) == ["SUDDEN_BULK"]
        edited = http("PUT", "/v1/characters/ref:z3", "rightsholder", json={"name": "Zorblaxianissimo"}, headers={"if-match": "*"}).json()
        assert (edited["status"], codes(edited)) == ("pending", ["SUDDEN_BULK"])

    def test_an_import_over_the_quota_waits_whole_and_is_approved_in_one_call(self, http):
        from tests.api.test_imports import finished, jsonl

        rows = [{"type": "character", "ref": f"z{n}", "name": f"Zorblax{n}ian"} for n in range(4)]
        job = finished(http, jsonl(*rows, {"type": "character", "ref": "dog", "name": "dog"}))
        assert job["claims"] == {"waiting": 5, "risks": {"EVERYDAY_WORD": 1, "SUDDEN_BULK": 5}}
        assert finished(http, jsonl(*rows))["counts"]["unchanged"] == 4
        assert http.check("Zorblax1ian")["verdicts"] == []
        body = {"batch": job["id"], "decision": "approve", "reason": "a known publisher"}
        assert http("POST", "/v1/claims/decisions", "operator", json=body).json() == {"decided": 5}
        assert len(http.check("Zorblax1ian and Zorblax2ian")["verdicts"]) == 2
        assert http("POST", "/v1/claims/decisions", "operator", json=body).status_code == 404


def test_an_imports_risky_lines_wait_and_the_same_file_again_changes_nothing(http):
    from tests.api.test_imports import finished, jsonl

    post(http, ZORB)
    rows = jsonl(
        {"type": "character", "ref": "zorb", "name": "Zorblaxian", "aliases": [{"text": "dog"}]},
        {"type": "character", "ref": "cat", "name": "cat"},
        {"type": "character", "ref": "quix", "name": "Quixotania Vale"},
    )
    first = finished(http, rows)
    assert first["claims"] == {"waiting": 2, "risks": {"EVERYDAY_WORD": 2}}
    size = len(http("GET", "/v1/changes", "operator").json()["entries"])
    assert finished(http, rows)["counts"] == {"created": 0, "updated": 0, "unchanged": 3, "works": 0, "characters": 3}
    assert len(http("GET", "/v1/changes", "operator").json()["entries"]) == size


def test_the_operators_command_line_is_its_review(http, registry):
    from registry.usecases.imports import import_file
    from registry.usecases.init import local_caller

    pending = post(http, DOG)
    row = json.dumps({"type": "character", "ref": "dog", "name": "Dog"}).encode()
    report = import_file(registry, local_caller(registry, "rightsholder"), row, "jsonl")
    assert (report.updated, report.waiting) == (1, 0)
    assert http("GET", "/v1/characters/ref:dog", "service", params={"rightsholder": pending["rightsholder"]}).status_code == 200
    assert http("GET", f"/v1/claims/{pending['claim']['id']}", "operator").json()["state"] == "approved"
