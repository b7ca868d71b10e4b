"""Works and characters over HTTP: only the owner writes, nothing is deleted, every name finds."""

import pytest

LUFFY = {
    "ref": "luffy",
    "work": "one-piece",
    "name": "Monkey D. Luffy",
    "aliases": [{"text": "ルフィ", "lang": "ja"}, {"text": "路飞", "lang": "zh-Hans", "kind": "name"}],
    "policy": {"usage": "restricted"},
}


@pytest.fixture
def luffy(http):
    assert http("PUT", "/v1/works/ref:one-piece", "rightsholder", json={"title": "One Piece"}).status_code == 201
    made = http("POST", "/v1/characters", "rightsholder", json=LUFFY).json()
    return {name: value for name, value in made.items() if name not in {"report", "claim"}}


@pytest.fixture
def other(http):
    """The key of another rightsholder."""
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "other", "name": "Other"}).json()
    return http("POST", f"/v1/organisations/{made['id']}/keys", "operator", json={}).json()["secret"]


def test_an_entry_is_read_by_id_and_by_ref(http, luffy):
    by_id = http("GET", f"/v1/characters/{luffy['id']}", "service")
    by_ref = http("GET", "/v1/characters/ref:luffy", "rightsholder")
    elsewhere = http("GET", "/v1/characters/ref:luffy", "service", params={"rightsholder": luffy["rightsholder"]})
    assert by_id.json() == by_ref.json() == elsewhere.json() == luffy


def test_a_ref_is_taken_once(http, luffy):
    again = http("POST", "/v1/characters", "rightsholder", json=LUFFY)
    assert (again.status_code, again.json()["errors"]) == (409, [{"field": "/ref", "message": "taken"}])


def test_two_rightsholders_may_use_the_same_ref(http, luffy, other):
    made = http("POST", "/v1/characters", key=other, json={"ref": "luffy", "name": "Luffy the Cat"})
    assert made.status_code == 201
    assert http("GET", "/v1/characters/ref:luffy", "rightsholder").json()["name"] == "Monkey D. Luffy"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_only_the_owner_writes(http, luffy, other, method):
    body = {} if method == "DELETE" else {"json": {"name": "Mine now"}}
    response = http(method, f"/v1/characters/{luffy['id']}", key=other, **body)
    assert response.status_code == 403, response.text
    assert http("GET", f"/v1/characters/{luffy['id']}", "service").json() == luffy


@pytest.mark.parametrize("role", ["service", "auditor", "operator"])
def test_only_rightsholders_register(http, role):
    assert http("POST", "/v1/characters", role, json={"name": "X"}).status_code == 403


def test_put_replaces_whole_and_patch_changes_some(http, luffy):
    patched = http("PATCH", "/v1/characters/ref:luffy", "rightsholder", json={"name": "Luffy"}).json()
    assert (patched["name"], len(patched["aliases"]), patched["revision"]) == ("Luffy", 2, luffy["revision"] + 1)
    replaced = http("PUT", "/v1/characters/ref:luffy", "rightsholder", json={"name": "Luffy"}, headers={"if-match": "*"}).json()
    assert (replaced["aliases"], replaced["policy"], replaced["work"], replaced["id"]) == ([], None, None, luffy["id"])


def test_a_withdrawn_entry_is_gone_for_others_but_not_for_its_owner(http, luffy):
    withdrawn = http("DELETE", "/v1/characters/ref:luffy", "rightsholder")
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    assert http("GET", f"/v1/characters/{luffy['id']}", "service").status_code == 404
    assert http("GET", f"/v1/characters/{luffy['id']}", "rightsholder").json()["status"] == "withdrawn"
    assert http("GET", f"/v1/characters/{luffy['id']}", "auditor").status_code == 200
    back = http("PATCH", "/v1/characters/ref:luffy", "rightsholder", json={"status": "active"})
    assert back.json()["status"] == "active"
    assert http.check("Monkey D. Luffy")["outcome"] == "restricted"


def test_a_work_with_active_characters_is_not_withdrawn(http, luffy):
    refused = http("DELETE", "/v1/works/ref:one-piece", "rightsholder")
    assert refused.status_code == 409
    assert "1 active character" in refused.json()["detail"]
    http("DELETE", "/v1/characters/ref:luffy", "rightsholder")
    assert http("DELETE", "/v1/works/ref:one-piece", "rightsholder").json()["status"] == "withdrawn"


def test_a_work_of_someone_else_cannot_be_joined(http, luffy, other):
    response = http("POST", "/v1/characters", key=other, json={"name": "X", "work": luffy["work"]})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "/work")


@pytest.mark.parametrize("query", ["Monkey", "monkey d", "ﾙﾌｨ", "路飞", "ルフィ"])
def test_search_finds_by_the_beginning_of_any_name(http, luffy, query):
    found = http("GET", "/v1/characters", "service", params={"q": query}).json()["items"]
    assert [c["ref"] for c in found] == ["luffy"]


def test_search_finds_nothing_by_the_middle_of_a_name(http, luffy):
    assert http("GET", "/v1/characters", "service", params={"q": "Luffy"}).json()["items"] == []


def test_lists_filter_and_page_without_gaps(http, luffy):
    for number in range(7):
        http("POST", "/v1/characters", "rightsholder", json={"ref": f"c{number}", "name": f"Zed{number}", "policy": {"usage": "allowed"}})
    seen, cursor = [], ""
    while cursor is not None:
        page = http("GET", "/v1/characters", "service", params={"usage": "allowed", "limit": 3, "cursor": cursor}).json()
        seen += [c["ref"] for c in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == [f"c{number}" for number in range(7)]
    in_work = http("GET", "/v1/characters", "service", params={"work": luffy["work"]}).json()["items"]
    assert [c["ref"] for c in in_work] == ["luffy"]


def test_a_works_policy_covers_characters_added_later_and_changes_at_once(http, luffy):
    http("PATCH", "/v1/works/ref:one-piece", "rightsholder", json={"policy": {"usage": "prohibited"}})
    http("POST", "/v1/characters", "rightsholder", json={"name": "Roronoa Zoro", "work": "one-piece"})
    assert http.check("Roronoa Zoro")["outcome"] == "prohibited"
    http("PATCH", "/v1/works/ref:one-piece", "rightsholder", json={"policy": {"usage": "allowed"}})
    assert http.check("Roronoa Zoro")["outcome"] == "allowed"


def test_a_rightsholders_policy_holds_where_nothing_nearer_does(http, luffy):
    http("POST", "/v1/characters", "rightsholder", json={"name": "Roronoa Zoro", "work": "one-piece"})
    unruled = http.check("Roronoa Zoro")
    assert (unruled["outcome"], unruled["reasons"][0]["code"]) == ("restricted", "NO_POLICY")
    changed = http("PATCH", "/v1/organisations/me", "rightsholder", json={"policy": {"usage": "prohibited"}})
    assert changed.status_code == 200, changed.text
    assert http.check("Roronoa Zoro")["outcome"] == "prohibited"


def test_the_change_feed_tells_what_changed_after_a_revision(http, luffy):
    http("DELETE", "/v1/characters/ref:luffy", "rightsholder")
    feed = http("GET", "/v1/changes", "service", params={"after": luffy["revision"]}).json()
    assert [(e["ref"], e["status"]) for e in feed["entries"]] == [("luffy", "withdrawn")]
    assert http("GET", "/v1/changes", "service", params={"after": feed["revision"]}).json()["entries"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x", "policy": {"usage": "maybe"}}, "/policy/usage"),
        ({"name": "x", "polcy": {}}, "/polcy"),
        ({"name": "x", "aliases": [{"text": "a\u0000b"}]}, "/aliases/0/text"),
        ({"name": "x", "ref": "a b"}, "/ref"),
        ({"name": "x", "aliases": [{"text": "a", "lang": "??"}]}, "/aliases/0/lang"),
    ],
)
def test_a_bad_entry_names_the_field(http, body, field):
    response = http("POST", "/v1/characters", "rightsholder", json=body)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


def test_an_entry_too_large_for_the_log_is_refused(http):
    body = {"name": "x", "aliases": [{"text": "龍" * 490 + str(i)} for i in range(100)]}
    response = http("POST", "/v1/characters", "rightsholder", json=body)
    assert response.status_code == 422
    assert "in the log" in response.json()["detail"]
