"""POST /v1/check, on both databases and both ways: the short one and the ordinary route."""

import json
import pathlib
import threading

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="session")
def check_answer_schema():
    document = json.loads((ROOT / "openapi/openapi.json").read_text(encoding="utf-8"))
    return {"$ref": "#/components/schemas/CheckAnswer", "components": document["components"]}


@pytest.fixture
def pikachu(either_http):
    work = either_http("POST", "/v1/works", "rightsholder", json={"ref": "pokemon", "title": "Pokémon", "policy": {"usage": "prohibited"}})
    assert work.status_code == 201
    body = {"ref": "pikachu", "work": "pokemon", "name": "Pikachu", "aliases": [{"text": "ピカチュウ", "lang": "ja"}]}
    made = either_http("POST", "/v1/characters", "rightsholder", json=body)
    assert made.status_code == 201, made.text
    return made.json()


def test_a_named_character_is_judged_by_its_works_policy(either_http, pikachu, check_answer_schema):
    answer = either_http.check("a Pikachu on the beach")
    jsonschema.validate(answer, check_answer_schema)
    assert answer["outcome"] == "prohibited"
    (verdict,) = answer["verdicts"]
    assert verdict["character"]["id"] == pikachu["id"]
    assert verdict["character"]["work"]["ref"] == "pokemon"
    assert verdict["reasons"][0]["code"] == "USAGE_PROHIBITED"
    assert verdict["reasons"][0]["rule"] == f"work:{pikachu['work']}"


def test_offsets_point_into_the_prompt_as_sent(either_http, pikachu):
    prompt = "🎨 ﾋﾟｶﾁｭｳ and PIKACHU!"
    answer = either_http.check(prompt)
    surfaces = [(m["surface"], prompt[m["start"] : m["end"]]) for m in answer["mentions"]]
    assert surfaces == [("ﾋﾟｶﾁｭｳ", "ﾋﾟｶﾁｭｳ"), ("PIKACHU", "PIKACHU")]


def test_a_prompt_that_names_nobody_is_allowed_and_says_why(either_http, pikachu):
    answer = either_http.check("a chair on a hill")
    assert (answer["outcome"], answer["verdicts"], answer["mentions"]) == ("allowed", [], [])
    assert answer["reasons"][0]["code"] == "NO_CHARACTER_NAMED"


def test_the_nearest_usage_wins(either_http, pikachu):
    either_http("PATCH", "/v1/characters/ref:pikachu", "rightsholder", json={"policy": {"usage": "allowed"}})
    assert either_http.check("Pikachu")["outcome"] == "allowed"


def test_the_strictest_of_several_verdicts_counts(either_http, pikachu):
    either_http("POST", "/v1/characters", "rightsholder", json={"name": "Eevee", "policy": {"usage": "allowed"}})
    answer = either_http.check("Pikachu and Eevee")
    assert answer["outcome"] == "prohibited"
    assert sorted(v["outcome"] for v in answer["verdicts"]) == ["allowed", "prohibited"]


def test_a_write_is_in_force_for_the_next_check(either_http, pikachu):
    assert either_http.check("Gengar")["outcome"] == "allowed"
    made = either_http("PUT", "/v1/characters/ref:gengar", "rightsholder", json={"name": "Gengar", "policy": {"usage": "prohibited"}})
    assert made.status_code == 201
    answer = either_http.check("Gengar", at_least_as_fresh=made.json()["revision"])
    assert (answer["outcome"], answer["revision"]) == ("prohibited", made.json()["revision"])
    either_http("DELETE", "/v1/characters/ref:gengar", "rightsholder")
    assert either_http.check("Gengar")["outcome"] == "allowed"


def test_a_revision_that_does_not_come_is_a_conflict(either_http, pikachu):
    response = either_http("POST", "/v1/check", "service", json={"prompt": "x", "at_least_as_fresh": 999})
    assert (response.status_code, response.json()["type"]) == (409, "urn:character-registry:problem:not-fresh-enough")


def test_the_decision_can_be_read_back_and_holds_no_prompt(either_http, pikachu):
    answer = either_http.check("my secret plan with Pikachu")
    read = either_http("GET", f"/v1/decisions/{answer['decision_id']}", "auditor")
    assert read.status_code == 200
    body = read.json()
    assert body["index"] == answer["receipt"]["index"]
    assert body["leaf_hash"] == answer["receipt"]["leaf_hash"]
    assert "secret" not in read.text
    assert "Pikachu" not in read.text


@pytest.mark.parametrize(
    ("sent", "status", "name", "field"),
    [
        ({"json": {"prompt": 7}}, 422, "invalid", "/prompt"),
        ({"json": {}}, 422, "invalid", "/prompt"),
        ({"json": {"prompt": "x", "promt": "y"}}, 422, "invalid", "/promt"),
        ({"json": {"prompt": "x", "level": "mild"}}, 422, "invalid", "/level"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "invalid", "/"),
        ({"content": b'{"prompt": "\xff"}', "headers": {"content-type": "application/json"}}, 422, "invalid", "/"),
        ({"content": b'{"prompt": "\\ud800"}', "headers": {"content-type": "application/json"}}, 422, "invalid", "/prompt"),
        ({"content": b"prompt=x", "headers": {"content-type": "text/plain"}}, 415, "unsupported-media-type", None),
        ({"json": {"prompt": "x" * 32_001}}, 413, "too-large", None),
        ({"json": {"prompt": "x" * 1_000_001}}, 413, "too-large", None),
    ],
)
def test_what_cannot_be_checked_is_a_clear_problem(either_http, sent, status, name, field):
    response = either_http("POST", "/v1/check", "service", **sent)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"].endswith(":" + name)
    assert field is None or problem["errors"][0]["field"] == field


def test_the_longest_prompt_is_checked(either_http, pikachu):
    answer = either_http.check("Pikachu " + "ん" * 31_992)
    assert answer["outcome"] == "prohibited"


@pytest.mark.parametrize("header", [{}, {"authorization": "Basic abc"}, {"authorization": "Bearer nonsense"}, {"authorization": "Bearer "}])
def test_without_a_good_key_nothing_is_decided(either_http, header):
    response = either_http("POST", "/v1/check", headers=header, json={"prompt": "x"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", ["rightsholder", "auditor"])
def test_only_services_and_the_operator_check(either_http, role):
    assert either_http("POST", "/v1/check", role, json={"prompt": "x"}).status_code == 403


def test_a_batch_answers_each_item_on_its_own(either_http, pikachu):
    checks = [{"correlation_id": "a", "prompt": "Pikachu"}, {"correlation_id": "b", "prompt": "x" * 32_001}]
    answers = either_http("POST", "/v1/check/batch", "service", json={"checks": checks}).json()["answers"]
    assert [a["correlation_id"] for a in answers] == ["a", "b"]
    assert answers[0]["answer"]["outcome"] == "prohibited"
    assert answers[1]["problem"]["status"] == 413


def test_concurrent_checks_all_stand_densely_in_the_log(http):
    http("POST", "/v1/characters", "rightsholder", json={"name": "Pikachu", "policy": {"usage": "prohibited"}})
    answers = []
    threads = [threading.Thread(target=lambda: answers.extend(http.check("Pikachu") for _ in range(10))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    indices = sorted(a["receipt"]["index"] for a in answers)
    assert indices == list(range(indices[0], indices[0] + 80))


def test_both_ways_answer_alike(registry, http, slow_http):
    http("POST", "/v1/characters", "rightsholder", json={"name": "Pikachu", "policy": {"usage": "prohibited"}})
    fast, slow = http.check("Pikachu!"), slow_http.check("Pikachu!")
    for answer in (fast, slow):
        for name in ("decision_id", "decided_at", "receipt"):
            del answer[name]
    assert fast == slow
