"""Who sees which decisions: auditors all, services their own, rightsholders those that name their characters."""

import pytest


@pytest.fixture
def world(http):
    """Two rightsholders with a character each, and decisions about one, the other, both and none."""
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "other", "name": "Other"}).json()
    http.keys["other"] = http("POST", f"/v1/organisations/{made['id']}/keys", "operator", json={}).json()["secret"]
    http("POST", "/v1/characters", "rightsholder", json={"ref": "p", "name": "Pikachu", "policy": {"usage": "prohibited"}})
    http("POST", "/v1/characters", "other", json={"ref": "t", "name": "Totoro", "policy": {"usage": "allowed"}})
    prompts = {"mine": "Pikachu", "theirs": "Totoro", "both": "Pikachu and Totoro", "none": "a chair"}
    return {name: http.check(prompt)["decision_id"] for name, prompt in prompts.items()}


def listed(http, role, **params):
    return [d["decision"]["id"] for d in http("GET", "/v1/decisions", role, params=params).json()["items"]]


def test_auditors_see_all_newest_first(http, world):
    assert listed(http, "auditor") == [world["none"], world["both"], world["theirs"], world["mine"]]


def test_services_see_their_own(http, world):
    own = http.check("x", role="operator")["decision_id"]
    assert own not in listed(http, "service")
    assert len(listed(http, "service")) == 4
    assert http("GET", f"/v1/decisions/{own}", "service").status_code == 404


def test_rightsholders_see_those_that_name_their_characters_and_nobody_elses(http, world):
    assert listed(http, "rightsholder") == [world["both"], world["mine"]]
    both = http("GET", f"/v1/decisions/{world['both']}", "rightsholder").json()["decision"]
    assert [len(both["verdicts"]), len(both["mentions"]), both["verdicts"][0]["mentions"]] == [1, 1, [0]]
    assert http("GET", f"/v1/decisions/{world['theirs']}", "rightsholder").status_code == 404


def test_filters_and_pages(http, world):
    assert listed(http, "auditor", outcome="prohibited") == [world["both"], world["mine"]]
    totoro = http("GET", "/v1/characters/ref:t", "other").json()["id"]
    assert listed(http, "auditor", character=totoro) == [world["both"], world["theirs"]]
    first = http("GET", "/v1/decisions", "auditor", params={"limit": 3}).json()
    rest = http("GET", "/v1/decisions", "auditor", params={"limit": 3, "cursor": first["next"]}).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [3, 1, None]
    assert listed(http, "auditor", since="2100-01-01T00:00:00Z") == []
