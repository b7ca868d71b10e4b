"""A policy goes live only when it is ready: nothing of a template's examples is left in it, and its exceptions name somebody."""

import json

import pytest

from registry.store.policy_files import list_templates, load_template, template_examples

CREDIT = "(c) Sakura Pictures"
LEFT = {"usage": "restricted", "permissions": [{"duties": [{"action": "attribute", "text": "2026 (c) Your Name"}]}]}
WHERE = "/permissions/0/duties/0/text"


@pytest.fixture
def cats(http):
    """A work and three characters."""
    http("PUT", "/v1/works/ref:moon-cats", "rightsholder", json={"title": "Moon Cats"})
    for ref, name in (("luna", "Luna Prowl"), ("lunar", "Lunar Purrington"), ("nyx", "Nyx Whiskerford")):
        made = http("PUT", f"/v1/characters/ref:{ref}", "rightsholder", json={"name": name, "work": "moon-cats"})
        assert made.status_code == 201
    return http


def refused(response) -> dict[str, str]:
    """What is wrong, by field."""
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json"), response.text
    assert "the policy is not ready" in response.json()["detail"]
    return {e["field"]: e["message"] for e in response.json()["errors"]}


class TestExamples:
    def test_a_template_does_not_go_live_with_its_example(self, cats):
        for name in list_templates():
            response = cats("PUT", "/v1/works/ref:moon-cats/policy", "rightsholder", json={"template": name})
            assert (response.status_code == 422) == bool(load_template(name).examples), name
        found = refused(cats("PUT", "/v1/works/ref:moon-cats/policy", "rightsholder", json={"template": "fan-works"}))
        assert found == {WHERE: "`(c) Your Name` is the template's example: put your own in its place"}

    def test_whatever_the_way_it_takes(self, cats):
        later = {**LEFT, "valid_from": "2999-01-01T00:00:00Z"}
        ways = [
            ("PUT", "/v1/characters/ref:luna/policy", LEFT, ""),
            ("PUT", "/v1/characters/ref:luna/policy", later, ""),
            ("PUT", "/v1/organisations/me/policy", LEFT, ""),
            ("PATCH", "/v1/organisations/me", {"policy": LEFT}, "/policy"),
            ("PATCH", "/v1/characters/ref:luna", {"policy": LEFT}, "/policy"),
            ("PATCH", "/v1/works/ref:moon-cats", {"scheduled": [later]}, "/scheduled/0"),
            ("POST", "/v1/works", {"title": "Sun Dogs", "policy": LEFT}, "/policy"),
            ("POST", "/v1/characters?status=draft", {"name": "Sol Barkington", "policy": LEFT}, "/policy"),
            ("PUT", "/v1/characters/ref:sol", {"name": "Sol Barkington", "policy": LEFT}, "/policy"),
        ]
        before = cats("GET", "/v1/changes", "rightsholder").json()["revision"]
        for method, path, body, at in ways:
            assert list(refused(cats(method, path, "rightsholder", json=body))) == [at + WHERE], (method, path)
        body = {"role": "rightsholder", "ref": "o", "name": "O", "policy": LEFT}
        assert list(refused(cats("POST", "/v1/organisations", "operator", json=body))) == ["/policy" + WHERE]
        assert cats("GET", "/v1/changes", "rightsholder").json()["revision"] == before

    def test_ones_own_words_are_filled_in(self, cats):
        said = cats("PUT", "/v1/works/ref:moon-cats/policy", "rightsholder", json={"template": "fan-works", "credit": CREDIT}).json()
        assert said["standing"]["permissions"][0]["duties"] == [{"action": "attribute", "text": CREDIT, "address": None}]
        body = {"template": "editorial-and-parody", "address": "https://sakura.example/ask"}
        said = cats("PUT", "/v1/works/ref:moon-cats/policy", "rightsholder", json=body).json()
        assert said["standing"]["permissions"][1]["duties"][0]["address"] == "https://sakura.example/ask"
        answer = cats.check("Luna Prowl", use={"purpose": "advertising"})
        assert answer["verdicts"][0]["duties"][0]["address"] == "https://sakura.example/ask"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"template": "not-at-all", "credit": CREDIT}, "/credit"),
            ({"template": "fan-works", "address": "https://sakura.example"}, "/address"),
            ({"usage": "prohibited", "credit": CREDIT}, "/credit"),
            ({"template": "fan-works", "credit": ""}, "/credit"),
            ({"template": "fan-works", "credit": ["x"]}, "/credit"),
            ({"template": "fan-works", "credit": "x" * 2001}, "/credit"),
        ],
    )
    def test_what_cannot_be_filled_in_is_refused(self, cats, body, field):
        response = cats("PUT", "/v1/works/ref:moon-cats/policy", "rightsholder", json=body)
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)

    def test_a_draft_may_be_tried_before_it_is_ready(self, cats):
        body = {"level": "works", "id": "ref:moon-cats", "policy": {"template": "fan-works"}}
        assert cats("POST", "/v1/policies/preview", "rightsholder", json=body).status_code == 200

    def test_every_example_stands_in_a_duty_of_its_template(self):
        for name in list_templates():
            template = load_template(name)
            duties = [d for p in template.policy.permissions for d in p.duties]
            assert all(any(example in (d.text, d.address) for d in duties) for example in template.examples)
        assert "(c) Your Name" in template_examples()


class TestExceptions:
    PATH = "/v1/works/ref:moon-cats/policy"

    def test_a_mistyped_one_is_refused_with_those_that_are_like_it(self, cats):
        found = refused(cats("PUT", self.PATH, "rightsholder", json={"usage": "prohibited", "exceptions": ["nyx", "Lunna", "zzzzz"]}))
        assert found == {
            "/exceptions/1": "`Lunna` is none of your characters or works: did you mean `luna` or `lunar`?",
            "/exceptions/2": "`zzzzz` is none of your characters or works: register it first",
        }
        assert cats.check("Luna Prowl")["outcome"] != "prohibited"

    def test_refs_and_ids_of_characters_and_works_are_taken(self, cats):
        luna = cats("GET", "/v1/characters/ref:luna", "rightsholder").json()["id"]
        said = {"usage": "prohibited", "exceptions": ["nyx", luna]}
        assert cats("PUT", self.PATH, "rightsholder", json=said).status_code == 200
        assert cats("PUT", "/v1/organisations/me/policy", "rightsholder", json={**said, "exceptions": ["moon-cats"]}).status_code == 200
        assert cats.check("Lunar Purrington")["outcome"] == "prohibited"
        assert cats.check("Luna Prowl")["outcome"] != "prohibited"

    def test_what_stands_already_is_not_judged_again(self, cats):
        cats("PUT", self.PATH, "rightsholder", json={"usage": "prohibited", "exceptions": ["nyx"]})
        assert cats("PATCH", "/v1/characters/ref:nyx", "rightsholder", json={"ref": "night"}).status_code == 200
        assert cats("PATCH", "/v1/works/ref:moon-cats", "rightsholder", json={"title": "Moon Cats Again"}).status_code == 200

    def test_nothing_is_told_of_other_peoples_refs(self, cats):
        other = cats("POST", "/v1/organisations", "operator", json={"role": "rightsholder", "ref": "o", "name": "O"}).json()["id"]
        key = cats("POST", f"/v1/organisations/{other}/keys", "operator", json={}).json()["secret"]
        luna = cats("GET", "/v1/characters/ref:luna", "rightsholder").json()["id"]
        body = {"usage": "prohibited", "exceptions": ["luna", luna]}
        found = refused(cats("PUT", "/v1/organisations/me/policy", key=key, json=body))
        assert found["/exceptions/0"] == "`luna` is none of your characters or works: register it first"
        assert "/exceptions/1" in found
        stranger = cats("PUT", f"/v1/characters/{luna}/policy", key=key, json={"usage": "prohibited", "exceptions": ["lun"]})
        assert stranger.status_code == 403
        assert "luna" not in stranger.text

    def test_an_import_may_except_whom_it_brings_and_names_the_line_of_one_it_does_not(self, cats):
        def imported(exceptions):
            work = {"type": "work", "ref": "sun-dogs", "title": "Sun Dogs", "policy": {"usage": "prohibited", "exceptions": exceptions}}
            dog = {"type": "character", "ref": "sol", "work": "sun-dogs", "name": "Sol Barkington"}
            lines = "\n".join(json.dumps(line) for line in (work, dog))
            headers = {"content-type": "application/x-ndjson"}
            job = cats("POST", "/v1/imports", "rightsholder", content=lines, headers=headers).json()
            while job["state"] == "running":
                job = cats("GET", f"/v1/imports/{job['id']}", "rightsholder").json()
            return job

        bad = imported(["sol", "nix"])
        assert (bad["state"], [e["line"] for e in bad["errors"]]) == ("failed", [1])
        assert "`nix` is none of your characters or works" in bad["errors"][0]["message"]
        assert imported(["sol", "nyx"])["state"] == "done"
