"""As a new rightsholder would, over HTTP only: register, pick a template, except, preview, schedule, see the checks change."""

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("by_the_clock")
PAGE = (Path(__file__).parents[2] / "docs/policies.md").read_text("utf-8")
WORK = "/v1/works/ref:moon-cats/policy"


@pytest.fixture
def mine(http):
    """What a new rightsholder sends, with a key of its own."""
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "sakura", "name": "Sakura"}).json()
    key = http("POST", f"/v1/organisations/{made['id']}/keys", "operator", json={}).json()["secret"]

    def send(method, path, body=None, **params):
        response = http(method, path, key=key, json=body, params=params)
        assert response.status_code < 300, response.text
        return response.json()

    return send


def test_from_the_first_registration_to_a_changed_check(http, mine, clock):
    mine("PUT", "/v1/works/ref:moon-cats", {"title": "Moon Cats", "titles": [{"text": "ムーンキャッツ", "lang": "ja"}]})
    for ref, name in (("luna", "Luna Prowl"), ("sol", "Sol Whisker")):
        mine("PUT", f"/v1/characters/ref:{ref}", {"name": name, "work": "moon-cats"})

    # Pick a template for the franchise; it counts at once, also for characters that come later.
    template = next(t for t in mine("GET", "/v1/policy-templates")["items"] if t["name"] == "not-at-all")
    assert template["prose"]
    mine("PUT", WORK, {"template": "not-at-all"})
    mine("PUT", "/v1/characters/ref:nyx", {"name": "Nyx Purrington", "work": "moon-cats"})
    assert http.check("Nyx Purrington")["outcome"] == "prohibited"

    # An exception: this one says for itself.
    mine("PUT", "/v1/characters/ref:sol/policy", {"usage": "allowed"})
    assert http.check("Sol Whisker")["outcome"] == "allowed"

    # Fans may play from spring to autumn. Try it on what services asked so far, then schedule it.
    fans = {"purpose": "fan_work", "theme": []}
    asked = [http.check("Luna Prowl", use=use)["decision_id"] for use in (fans, {"purpose": "advertising"})]
    spring = {"template": "fan-works", "exceptions": ["nyx"], "note": "open season"}
    spring |= {"valid_from": "2026-04-01T00:00:00+09:00", "valid_until": "2026-10-01T00:00:00+09:00"}
    tried = mine("POST", "/v1/policies/preview", {"level": "works", "id": "ref:moon-cats", "policy": spring})
    (loosened,) = (flip for flip in tried["flips"] if flip["before"] == "prohibited")
    assert (loosened["after"], loosened["examples"]) == ("restricted", [asked[0]])

    # The preview shows what was overlooked: the template's prohibitions would hold for Sol too. Except him, and try again.
    assert tried["stricter"] == 1
    spring["exceptions"].append("sol")
    assert mine("POST", "/v1/policies/preview", {"level": "works", "id": "ref:moon-cats", "policy": spring})["stricter"] == 0
    assert http.check("Luna Prowl", use=fans)["outcome"] == "prohibited"
    assert mine("PUT", WORK, {**spring, "credit": "(c) Sakura Pictures"})["in_force"]["usage"] == "prohibited"

    # The history says what will change.
    changes = mine("GET", f"{WORK}/diff", **{"from": 1, "to": 2})["changes"]
    assert "The version from 2026-04-01T00:00:00+09:00: `nyx` is excepted: the policy no longer covers it." in changes
    assert [v["note"] for v in mine("GET", f"{WORK}/versions")["items"]][1] == "open season"

    # It takes effect by itself, and ends by itself.
    seen = []
    for moment in ("2026-03-31T23:59:59+09:00", "2026-04-01T00:00:00+09:00", "2026-10-01T00:00:00+09:00"):
        clock.move_to(moment)
        answer = http.check("Luna Prowl", use=fans)
        seen.append((answer["outcome"], [duty["action"] for duty in answer["verdicts"][0]["duties"]]))
    assert seen == [("prohibited", []), ("restricted", ["attribute"]), ("prohibited", [])]

    # Who was excepted from the open season stayed as the standing policy of the franchise says.
    clock.move_to("2026-05-01T00:00:00+09:00")
    assert http.check("Nyx Purrington", use=fans)["outcome"] == "prohibited"
    assert http.check("Sol Whisker")["outcome"] == "allowed"


def test_the_bodies_that_the_page_shows_are_taken_as_they_stand(mine):
    shown = dict(re.findall(r"<!-- example: ([\w ]+) -->\n```json\n(.*?)```", PAGE, re.DOTALL))
    mine("PUT", "/v1/works/ref:moon-cats", {"title": "Moon Cats"})
    mine("PUT", "/v1/characters/ref:nyx", {"name": "Nyx Purrington", "work": "moon-cats"})
    said = mine("PUT", WORK, json.loads(shown["scheduled template"]))
    assert [version["exceptions"] for version in said["scheduled"]] == [["nyx"]]
    assert mine("POST", "/v1/policies/preview", json.loads(shown["preview"]))["judged"] == 0
