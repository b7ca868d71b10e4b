"""A rightsholder proves who it is once: by DNS or by the operator's review; then what only waited for that goes live."""

from dataclasses import replace

import pytest

from tests.api.dns_server import SILENCE, dns_server
from tests.api.test_claims import DOG, ZORB, codes, leaves, other_rightsholder, post


@pytest.fixture
def records():
    """What DNS says: fill it as the test goes."""
    return {}


@pytest.fixture
def registry(registry, records):
    with dns_server(records) as address:
        yield replace(registry, claim_rules=replace(registry.claim_rules, dns_resolver=address))


@pytest.fixture
def newcomer(http):
    """The key of a rightsholder that nobody knows."""
    return other_rightsholder(http, verified=False)


def ask(http, key, **body):
    response = http("POST", "/v1/organisations/me/verification", key=key, json=body)
    assert response.status_code == 201, response.text
    return response.json()


def test_a_domain_proves_it_and_what_only_waited_for_that_goes_live(http, newcomer, records, registry):
    ordinary, risky = post(http, ZORB, key=newcomer), post(http, DOG, key=newcomer)
    asked = ask(http, newcomer, domain="Zorblax.Example.")
    assert (asked["state"], asked["record_name"]) == ("open", "_character-registry.zorblax.example")
    assert asked["record_text"].startswith("character-registry-verification=")
    early = http("POST", f"/v1/verifications/{asked['id']}/check", key=newcomer)
    assert (early.status_code, "no TXT record" in early.json()["detail"]) == (409, True)
    records[asked["record_name"]] = ["v=spf1 -all", asked["record_text"]]
    checked = http("POST", f"/v1/verifications/{asked['id']}/check", key=newcomer)
    assert (checked.status_code, checked.json()["state"]) == (200, "approved")
    me = http("GET", "/v1/organisations/me", key=newcomer).json()
    assert (me["verified"], me["domain"]) == ("domain", "zorblax.example")
    assert [v["character"]["id"] for v in http.check("Zorblaxian, Dog")["verdicts"]] == [ordinary["id"]]
    claim = http("GET", f"/v1/claims/{risky['claim']['id']}", key=newcomer).json()
    assert (claim["state"], [r["code"] for r in claim["risks"]]) == ("waiting", ["EVERYDAY_WORD"])
    assert post(http, {"name": "Quixotania Vale"}, key=newcomer)["status"] == "active"
    assert [leaf["type"] for leaf in leaves(registry, "verification.")] == ["verification.requested", "verification.approved"]


def test_another_text_or_somebody_elses_token_proves_nothing(http, newcomer, records):
    asked = ask(http, newcomer, domain="zorblax.example")
    records[asked["record_name"]] = [asked["record_text"][:-1], "character-registry-verification=x"]
    refused = http("POST", f"/v1/verifications/{asked['id']}/check", key=newcomer)
    assert refused.status_code == 409
    other = other_rightsholder(http, "third", verified=False)
    assert http("POST", f"/v1/verifications/{asked['id']}/check", key=other).status_code == 404
    assert http("GET", "/v1/organisations/me", key=newcomer).json()["verified"] == "no"


def test_a_resolver_that_does_not_answer_is_a_503_and_nothing_is_decided(http, newcomer, records, monkeypatch):
    monkeypatch.setattr("registry.usecases.domain_proof.SECONDS", 0.2)
    asked = ask(http, newcomer, domain="zorblax.example")
    records[asked["record_name"]] = SILENCE
    response = http("POST", f"/v1/verifications/{asked['id']}/check", key=newcomer)
    assert (response.status_code, response.json()["type"]) == (503, "urn:character-registry:problem:unavailable")
    assert http("GET", f"/v1/verifications/{asked['id']}", key=newcomer).json()["state"] == "open"


@pytest.mark.parametrize(
    "domain", ["localhost", "10.0.0.1", "a..b", "http://x.example", "-x.example", "x" * 250 + ".example", "a b.example", ""]
)
def test_what_is_no_domain_is_refused(http, newcomer, domain):
    response = http("POST", "/v1/organisations/me/verification", key=newcomer, json={"domain": domain})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "/domain")


def test_the_operator_reviews_evidence_which_the_log_only_commits_to(http, newcomer, registry):
    secret = "passport of Jane Doe, https://evidence.example/canary"
    asked = ask(http, newcomer, evidence=secret)
    assert asked["method"] == "review"
    assert http("POST", f"/v1/verifications/{asked['id']}/check", key=newcomer).status_code == 409
    [queued] = http("GET", "/v1/verifications", "operator", params={"state": "open"}).json()["items"]
    assert queued["evidence"] == secret
    body = {"decision": "approve", "reason": "seen the contract"}
    assert http("POST", f"/v1/verifications/{asked['id']}/decision", key=newcomer, json=body).status_code == 403
    decided = http("POST", f"/v1/verifications/{asked['id']}/decision", "operator", json=body).json()
    assert (decided["state"], decided["steps"][-1]["reason"]) == ("approved", "seen the contract")
    assert http("GET", "/v1/organisations/me", key=newcomer).json()["verified"] == "operator"
    assert http("POST", f"/v1/verifications/{asked['id']}/decision", "operator", json=body).status_code == 409
    assert "canary" not in str(leaves(registry, ""))
    assert post(http, ZORB, key=newcomer)["status"] == "active"


def test_a_rejected_or_replaced_verification_leaves_everything_waiting(http, newcomer):
    post(http, ZORB, key=newcomer)
    first = ask(http, newcomer, evidence="trust me")
    second = ask(http, newcomer, evidence="really")
    assert http("GET", f"/v1/verifications/{first['id']}", key=newcomer).json()["state"] == "replaced"
    body = {"decision": "reject", "reason": "no evidence"}
    assert http("POST", f"/v1/verifications/{second['id']}/decision", "operator", json=body).json()["state"] == "rejected"
    assert http.check("Zorblaxian")["verdicts"] == []


def test_who_is_believed_no_longer_waits_again_and_what_is_in_force_stays(http, newcomer):
    asked = ask(http, newcomer, evidence="contract")
    http("POST", f"/v1/verifications/{asked['id']}/decision", "operator", json={"decision": "approve", "reason": "seen"})
    post(http, ZORB, key=newcomer)
    owner = asked["rightsholder"]
    assert http("DELETE", f"/v1/organisations/{owner}/verification", key=newcomer, params={"reason": "x"}).status_code == 403
    revoked = http("DELETE", f"/v1/organisations/{owner}/verification", "operator", params={"reason": "forged"})
    assert (revoked.status_code, revoked.json()["verified"]) == (200, "no")
    assert codes(post(http, {"name": "Quixotania Vale"}, key=newcomer)) == ["UNVERIFIED"]
    assert len(http.check("Zorblaxian")["verdicts"]) == 1


def test_a_reserved_name_waits_in_every_spelling_but_for_whom_it_is_kept(http):
    owner = http("GET", "/v1/organisations/me", "rightsholder").json()["id"]
    body = {"name": "Zörblaxian", "reason": "famous, not registered yet", "holder": owner}
    assert http("POST", "/v1/reserved-names", "rightsholder", json=body).status_code == 403
    reserved = http("POST", "/v1/reserved-names", "operator", json=body)
    assert reserved.status_code == 201
    assert http("POST", "/v1/reserved-names", "operator", json=body).status_code == 409
    assert codes(post(http, {"name": "ZORBLAXIAN"}, key=other_rightsholder(http))) == ["RESERVED_NAME"]
    assert post(http, ZORB)["status"] == "active"
    [listed] = http("GET", "/v1/reserved-names", "auditor").json()["items"]
    assert listed == reserved.json()
    gone = http("DELETE", f"/v1/reserved-names/{listed['id']}", "operator", params={"reason": "registered now"})
    assert gone.status_code == 204
    assert http("GET", "/v1/reserved-names", "operator").json()["items"] == []
    assert http("DELETE", f"/v1/reserved-names/{listed['id']}", "operator", params={"reason": "again"}).status_code == 404
