"""Policies over HTTP: put, schedule, withdraw, history in words, ODRL, preview, remedies, a service's default."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("by_the_clock")
PATH = "/v1/characters/ref:luna/policy"
REMEDY = {"substitutes": [{"text": "a silver cartoon cat", "lang": "en"}], "negative_terms": ["luna prowl"]}


@pytest.fixture
def luna(http):
    http("PUT", "/v1/works/ref:moon-cats", "rightsholder", json={"title": "Moon Cats"})
    return http("PUT", "/v1/characters/ref:luna", "rightsholder", json={"name": "Luna Prowl", "work": "moon-cats"}).json()


@pytest.fixture
def other(http):
    """The key of another rightsholder."""
    made = http("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "other", "name": "Other"}).json()
    return http("POST", f"/v1/organisations/{made['id']}/keys", "operator", json={}).json()["secret"]


def put(http, body, path=PATH):
    response = http("PUT", path, "rightsholder", json=body)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("path", [PATH, "/v1/works/ref:moon-cats/policy", "/v1/organisations/me/policy"])
def test_a_policy_is_put_read_and_withdrawn_on_every_level(http, luna, path):
    said = put(http, {"usage": "prohibited", "note": "first"}, path)
    assert (said["in_force"]["usage"], said["standing"]["note"], said["scheduled"]) == ("prohibited", "first", [])
    assert http("GET", path, "rightsholder").json() == said
    assert http.check("Luna Prowl")["outcome"] == "prohibited"
    gone = http("DELETE", path, "rightsholder").json()
    assert (gone["in_force"], gone["standing"]) == (None, None)
    assert http.check("Luna Prowl")["reasons"][0]["code"] == "NO_POLICY"


def test_a_scheduled_version_takes_effect_and_ends_by_itself(http, luna, clock):
    put(http, {"usage": "allowed"})
    put(http, {"usage": "prohibited", "valid_from": "2026-07-01T00:00:00+09:00", "valid_until": "2026-10-01T00:00:00+09:00"})
    outcomes = []
    for moment in ("2026-06-30T23:59:59+09:00", "2026-07-01T00:00:00+09:00", "2026-10-01T00:00:00+09:00"):
        clock.move_to(moment)
        outcomes.append((http.check("Luna Prowl")["outcome"], http("GET", PATH, "rightsholder").json()["in_force"]["usage"]))
    assert outcomes == [("allowed", "allowed"), ("prohibited", "prohibited"), ("allowed", "allowed")]


def test_two_versions_of_a_work_and_of_a_rightsholder_are_scheduled_at_once(http, luna, clock):
    put(http, {"usage": "restricted", "valid_from": "2026-02-01T00:00:00Z"}, "/v1/organisations/me/policy")
    put(http, {"usage": "prohibited", "valid_from": "2026-04-01T00:00:00Z"}, "/v1/works/ref:moon-cats/policy")
    said = put(http, {"usage": "allowed", "valid_from": "2026-03-01T00:00:00Z"}, "/v1/works/ref:moon-cats/policy")
    assert [v["usage"] for v in said["scheduled"]] == ["allowed", "prohibited"]
    found = []
    for month in (1, 2, 3, 4):
        clock.move_to(f"2026-0{month}-01T00:00:00+00:00")
        found.append(http.check("Luna Prowl")["reasons"][0]["code"])
    assert found == ["NO_POLICY", "USAGE_RESTRICTED", "USAGE_ALLOWED", "USAGE_PROHIBITED"]


def test_a_policy_without_a_date_counts_at_once_and_leaves_what_begins_later(http, luna, clock):
    for begin, usage in (("2026-02-01", "prohibited"), ("2026-09-01", "restricted")):
        put(http, {"usage": usage, "valid_from": f"{begin}T00:00:00Z"})
    clock.move_to("2026-03-01T00:00:00+00:00")
    assert http.check("Luna Prowl")["outcome"] == "prohibited"
    said = put(http, {"usage": "allowed"})
    assert http.check("Luna Prowl")["outcome"] == "allowed"
    assert [v["usage"] for v in said["scheduled"]] == ["restricted"]


def test_changing_the_policy_with_the_entry_counts_at_once_too(http, luna, clock):
    put(http, {"usage": "prohibited", "valid_from": "2026-02-01T00:00:00Z"})
    put(http, {"usage": "prohibited", "valid_from": "2026-02-01T00:00:00Z"}, "/v1/organisations/me/policy")
    clock.move_to("2026-03-01T00:00:00+00:00")
    http("PATCH", "/v1/organisations/me", "rightsholder", json={"policy": {"usage": "restricted"}})
    renamed = http("PATCH", "/v1/characters/ref:luna", "rightsholder", json={"aliases": []})
    assert (renamed.json()["scheduled"][0]["usage"], http.check("Luna Prowl")["outcome"]) == ("prohibited", "prohibited")
    http("PATCH", "/v1/characters/ref:luna", "rightsholder", json={"policy": None})
    assert http.check("Luna Prowl")["outcome"] == "restricted"


def test_one_scheduled_version_is_replaced_or_withdrawn_by_its_date(http, luna):
    put(http, {"usage": "allowed"})
    put(http, {"usage": "prohibited", "valid_from": "2026-07-01T00:00:00Z"})
    said = put(http, {"usage": "restricted", "valid_from": "2026-07-01T09:00:00+09:00"})
    assert [v["usage"] for v in said["scheduled"]] == ["restricted"]
    missing = http("DELETE", PATH, "rightsholder", params={"valid_from": "2027-01-01T00:00:00Z"})
    assert missing.status_code == 404
    left = http("DELETE", PATH, "rightsholder", params={"valid_from": "2026-07-01T00:00:00Z"}).json()
    assert (left["standing"]["usage"], left["scheduled"]) == ("allowed", [])


def test_the_history_says_who_when_and_why_and_two_versions_differ_in_words(http, luna, clock):
    put(http, {"usage": "prohibited", "note": "until we have talked"})
    http("PATCH", "/v1/characters/ref:luna", "rightsholder", json={"name": "Luna Prowl"})
    clock.move_to("2026-02-01T00:00:00+00:00")
    said = put(http, {"usage": "allowed", "note": "the film", "valid_from": "2026-07-01T00:00:00Z"})
    http("DELETE", PATH, "rightsholder")
    versions = http("GET", f"{PATH}/versions", "rightsholder").json()["items"]
    assert [(v["version"], v["note"], v["at"][:10]) for v in versions] == [
        (1, "until we have talked", "2026-01-01"),
        (2, "the film", "2026-02-01"),
        (3, None, "2026-02-01"),
    ]
    assert versions[1]["revision"] == said["revision"]
    assert versions[1]["author"]["organisation"] == luna["rightsholder"]
    assert versions[1]["author"]["key"].startswith("key_")
    words = http("GET", f"{PATH}/diff", "rightsholder", params={"from": 0, "to": 2}).json()["changes"]
    assert "The usage changes from that of the level above to `prohibited`." in words
    assert "The version from 2026-07-01T00:00:00+00:00: There was no policy before." in words
    assert http("GET", f"{PATH}/diff", "rightsholder", params={"from": 2, "to": 2}).json()["changes"] == ["Nothing changes."]
    assert http("GET", f"{PATH}/diff", "rightsholder", params={"from": 1, "to": 9}).status_code == 404


def test_a_policy_said_at_registration_is_the_first_version(http):
    body = {"role": "rightsholder", "ref": "o", "name": "O", "policy": {"usage": "allowed", "note": "open"}}
    made = http("POST", "/v1/organisations", "operator", json=body).json()
    http("PUT", "/v1/works/ref:w", "rightsholder", json={"title": "W", "policy": {"usage": "restricted"}})
    of_holder = http("GET", f"/v1/organisations/{made['id']}/policy/versions", "auditor").json()["items"]
    of_work = http("GET", "/v1/works/ref:w/policy/versions", "rightsholder").json()["items"]
    assert [v["note"] for v in of_holder] == ["open"]
    assert [v["standing"]["usage"] for v in of_work] == ["restricted"]


def test_only_the_owner_puts_and_reads_the_history(http, luna, other):
    by_id = f"/v1/characters/{luna['id']}/policy"
    put(http, {"usage": "prohibited"})
    assert http("PUT", by_id, key=other, json={"usage": "allowed"}).status_code == 403
    assert http("DELETE", by_id, key=other).status_code == 403
    assert http("PUT", f"/v1/organisations/{luna['rightsholder']}/policy", key=other, json={"usage": "allowed"}).status_code == 403
    assert http("GET", f"{by_id}/versions", key=other).status_code == 403
    assert http("GET", by_id, key=other).json()["in_force"]["usage"] == "prohibited"
    assert http("PUT", "/v1/organisations/me/policy", "service", json={"usage": "allowed"}).status_code == 403
    assert http.check("Luna Prowl")["outcome"] == "prohibited"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/"),
        ({"usage": "sometimes"}, "/usage"),
        ({"usage": "allowed", "permission": []}, "/permission"),
        (
            {"usage": "restricted", "permissions": [{"constraints": [{"left_operand": "mood"}]}]},
            "/permissions/0/constraints/0/left_operand",
        ),
    ],
)
def test_what_is_no_policy_is_refused_with_the_place(http, luna, body, field):
    response = http("PUT", PATH, "rightsholder", json=body)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


def test_a_template_is_a_body_and_other_fields_take_the_place_of_its_own(http, luna):
    names = [t["name"] for t in http("GET", "/v1/policy-templates", "service").json()["items"]]
    assert "fan-works" in names
    template = http("GET", "/v1/policy-templates/fan-works", "service").json()
    said = put(http, {"template": "fan-works", "credit": "(c) Sakura Pictures", "note": "ours"})
    own = json.loads(json.dumps(template["policy"]).replace(template["examples"][0], "(c) Sakura Pictures"))
    assert said["standing"] == {**own, "note": "ours"}
    assert http("GET", "/v1/policy-templates/nothing", "service").status_code == 404
    assert http("PUT", PATH, "rightsholder", json={"template": "nothing"}).status_code == 422


def test_the_vocabulary_has_labels_in_both_languages(http):
    words = http("GET", "/v1/vocabulary", "service").json()
    purposes = {term["key"]: term for term in words["lists"]["purpose"]}
    assert purposes["fan_work"]["ja"] == "二次創作"
    assert len(words["territories"]) == 249
    assert "FR" in words["groups"]["EU"]


@pytest.mark.parametrize("media_type", ["application/ld+json", "application/json"])
def test_odrl_goes_out_and_comes_back(http, luna, media_type):
    said = put(http, {"template": "fan-works", "credit": "(c) Sakura Pictures"})
    out = http("GET", PATH, "rightsholder", params={"format": "odrl"})
    assert out.headers["content-type"] == "application/ld+json"
    assert out.json()["conflict"] == "odrl:prohibit"
    assert out.json()["permission"][0]["target"] == f"urn:character-registry:character:{luna['id']}"
    http("DELETE", PATH, "rightsholder")
    assert http("GET", PATH, "rightsholder", params={"format": "odrl"}).status_code == 404
    back = http("PUT", PATH, "rightsholder", content=out.content, headers={"content-type": media_type})
    assert back.status_code == 200, back.text
    assert back.json()["standing"] == said["standing"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"conflict": "odrl:perm"}, "/conflict"),
        ({"obligation": []}, "/obligation"),
        ({"permission": [{"action": "odrl:sell"}]}, "/permission/0/action"),
    ],
)
def test_odrl_that_cannot_be_judged_is_refused_with_the_place(http, luna, change, field):
    put(http, {"usage": "allowed"})
    out = http("GET", PATH, "rightsholder", params={"format": "odrl"}).json()
    refused = http("PUT", PATH, "rightsholder", json={**out, **change}, headers={"content-type": "application/ld+json"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_a_remedy_is_offered_only_when_asked_for(either_http):
    either_http(
        "PUT", "/v1/characters/ref:luna", "rightsholder", json={"name": "Luna Prowl", "policy": {"usage": "prohibited", "remedy": REMEDY}}
    )
    either_http("PUT", "/v1/characters/ref:sol", "rightsholder", json={"name": "Sol Whisker", "policy": {"usage": "prohibited"}})
    assert "remedy" not in either_http.check("Luna Prowl on a roof")
    answer = either_http.check("Luna Prowl and Sol Whisker on a roof", remedy=True)
    left = next(i for i, m in enumerate(answer["mentions"]) if m["surface"] == "Sol Whisker")
    assert answer["remedy"] == {
        "prompt": "a silver cartoon cat and Sol Whisker on a roof",
        "negative_terms": ["luna prowl"],
        "left": [left],
    }


def test_a_service_chooses_what_counts_where_nobody_has_ruled(either_http):
    either_http("PUT", "/v1/characters/ref:luna", "rightsholder", json={"name": "Luna Prowl"})
    for outcome in ("prohibited", "allowed", "restricted"):
        changed = either_http("PATCH", "/v1/organisations/me", "service", json={"unruled": outcome})
        assert changed.json()["unruled"] == outcome
        answer = either_http.check("Luna Prowl")
        assert (answer["outcome"], answer["reasons"][0]["code"]) == (outcome, "NO_POLICY")
        leaf = either_http("GET", f"/v1/decisions/{answer['decision_id']}", "service").json()["decision"]
        assert leaf["facts"]["derived"].get("unruled", "restricted") == outcome
    assert either_http.check("nobody at all")["reasons"][0]["code"] == "NO_CHARACTER_NAMED"
    refused = either_http("PATCH", "/v1/organisations/me", "rightsholder", json={"unruled": "allowed"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/unruled")


class TestPreview:
    """A draft on the last decisions."""

    @pytest.fixture
    def asked(self, http, luna):
        put(http, {"usage": "allowed"}, "/v1/works/ref:moon-cats/policy")
        http("PUT", "/v1/characters/ref:stranger", "rightsholder", json={"name": "Sol Whisker", "policy": {"usage": "allowed"}})
        uses = [{"purpose": "commercial"}, {"purpose": "personal"}, {"purpose": "personal", "theme": ["gore"]}]
        found = [http.check("Luna Prowl at sea", use=use)["decision_id"] for use in uses]
        http.check("Sol Whisker")
        return found

    @pytest.mark.parametrize(("level", "id"), [("characters", "ref:luna"), ("works", "ref:moon-cats")])
    def test_it_counts_flips_by_direction_and_changes_nothing(self, http, asked, level, id):  # noqa: A002
        draft = {
            "usage": "allowed",
            "prohibitions": [{"constraints": [{"left_operand": "purpose", "operator": "eq", "right_operand": "commercial"}]}],
        }
        response = http("POST", "/v1/policies/preview", "rightsholder", json={"level": level, "id": id, "policy": draft})
        assert response.json() == {
            "judged": 3,
            "stricter": 1,
            "looser": 0,
            "flips": [{"before": "allowed", "after": "prohibited", "count": 1, "examples": [asked[0]]}],
        }
        assert "at sea" not in response.text
        assert http.check("Luna Prowl", use={"purpose": "commercial"})["outcome"] == "allowed"

    def test_a_draft_is_tried_at_the_moment_it_begins(self, http, asked):
        draft = {"usage": "prohibited", "valid_from": "2030-01-01T00:00:00Z"}
        body = {"level": "organisations", "id": "me", "policy": draft}
        assert http("POST", "/v1/policies/preview", "rightsholder", json=body).json()["stricter"] == 0  # the work says more
        body = {"id": "ref:luna", "policy": draft, "last": 2}
        assert http("POST", "/v1/policies/preview", "rightsholder", json=body).json()["stricter"] == 2

    def test_it_tells_when_a_draft_loosens(self, http, asked):
        put(http, {"usage": "prohibited"})
        body = {"id": "ref:luna", "policy": {"template": "fan-works"}}
        found = http("POST", "/v1/policies/preview", "rightsholder", json=body).json()
        assert (found["looser"], found["stricter"]) == (2, 0)

    def test_only_the_owner_may(self, http, asked, luna, other):
        body = {"id": luna["id"], "policy": {"usage": "allowed"}}
        assert http("POST", "/v1/policies/preview", key=other, json=body).status_code == 403
        assert http("POST", "/v1/policies/preview", "service", json=body).status_code == 403

    def test_it_tells_nothing_of_what_others_say(self, http, asked, other):
        http("PUT", "/v1/characters/ref:rival", key=other, json={"name": "Rex Barkington", "policy": {"usage": "prohibited"}})
        both = http.check("Luna Prowl and Rex Barkington")
        assert both["outcome"] == "prohibited"
        body = {"id": "ref:luna", "policy": {"usage": "prohibited"}, "last": 1}
        (flip,) = http("POST", "/v1/policies/preview", "rightsholder", json=body).json()["flips"]
        assert (flip["before"], flip["after"], flip["examples"]) == ("allowed", "prohibited", [both["decision_id"]])


def test_an_exception_written_as_in_an_address_is_refused_and_not_passed_over(http, luna):
    answer = http("PUT", "/v1/works/ref:moon-cats/policy", "rightsholder", json={"template": "not-at-all", "exceptions": ["ref:luna"]})
    assert (answer.status_code, answer.json()["detail"]) == (422, "exceptions name the ref alone: `luna`, not `ref:luna`")
