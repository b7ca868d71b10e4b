"""POST /v1/preview: whoever registers "Link" learns at once what happens; nothing is stored."""


def previewed(http, draft, *prompts):
    response = http("POST", "/v1/preview", "rightsholder", json={"draft": draft, "prompts": list(prompts)})
    assert response.status_code == 200, response.text
    return response.json()


def test_an_everyday_word_is_told_from_a_coined_name(http):
    report = previewed(http, {"name": "Zorblaxian", "aliases": [{"text": "link"}]})
    coined, word = report["aliases"]
    assert coined["ordinary"] < 50 < word["ordinary"]
    assert (coined["match"], word["match"]) == ("auto", "needs_context")
    assert "English word" in word["known_as"]


def test_a_draft_is_tried_on_prompts_and_not_stored(http):
    report = previewed(http, {"name": "Zorblaxian"}, "a Zorblaxian in the rain", "a chair")
    assert [[m["surface"] for m in p["mentions"]] for p in report["prompts"]] == [["Zorblaxian"], []]
    assert http.check("a Zorblaxian in the rain")["outcome"] == "allowed"
    assert http("GET", "/v1/characters", "service").json()["items"] == []


def test_who_shares_a_name_is_told(http):
    made = http("POST", "/v1/characters", "rightsholder", json={"name": "Zorblaxian"}).json()
    assert previewed(http, {"name": "zorblaxian"})["aliases"][0]["shared_with"] == [made["id"]]


def test_only_rightsholders_preview(http):
    assert http("POST", "/v1/preview", "service", json={"draft": {"name": "x"}}).status_code == 403


def test_explain_shows_names_too_ordinary_to_be_meant(http):
    made = http("POST", "/v1/characters", "rightsholder", json={"name": "Link", "policy": {"usage": "prohibited"}}).json()
    http("POST", f"/v1/claims/{made['claim']['id']}/approve", "operator", json={"reason": "known"})
    plain, explained = http.check("a chain link fence"), http.check("a chain link fence", explain=True)
    assert plain["outcome"] == explained["outcome"] == "allowed"
    assert [(m["surface"], m["status"]) for m in explained["mentions"]] == [("link", "dismissed")]
    assert explained["mentions"][0]["evidence"]
