"""The stories of policies/examples hold over HTTP too: registered and checked through the API alone, the clock moved as they say."""

import pytest

from registry.store.policy_files import list_examples
from registry.usecases.policy_stories import Then, load_story, run_story

pytestmark = pytest.mark.usefixtures("by_the_clock")


class Registered:
    """A story as the registry holds it; calling it asks one of its questions."""

    def __init__(self, http, clock, story):
        self.http, self.clock, self.keys, self.begin = http, clock, {}, clock.at
        for owner in story.given:
            key = self.organisation("rightsholder", owner.ref)
            for work in owner.works:
                self.http("PUT", f"/v1/works/ref:{work.ref}", key=key, json={"title": work.ref})
                for character in work.characters:
                    path = f"/v1/characters/ref:{character.ref}"
                    made = self.http("PUT", path, key=key, json={"name": character.name, "work": work.ref})
                    assert made.status_code == 201, made.text
                    self.approve(made.json()["claim"])
                    self.put(key, path, character.policy)
                self.put(key, f"/v1/works/ref:{work.ref}", work.policy)  # after those whom it excepts
            self.put(key, "/v1/organisations/me", owner.policy)

    def approve(self, claim):
        if claim is not None:
            approved = self.http("POST", f"/v1/claims/{claim['id']}/approve", "operator", json={"reason": "as the story says"})
            assert approved.status_code == 200, approved.text

    def organisation(self, role, ref):
        made = self.http("POST", "/v1/organisations", "operator", json={"role": role, "ref": ref, "name": ref}).json()
        return self.http("POST", f"/v1/organisations/{made['id']}/keys", "operator", json={}).json()["secret"]

    def put(self, key, path, versions):
        for policy in sorted(versions, key=lambda version: version.valid_from is not None):
            response = self.http("PUT", f"{path}/policy", key=key, json=policy.model_dump(mode="json", exclude_defaults=True))
            assert response.status_code == 200, response.text

    def __call__(self, when):
        if when.service not in self.keys:
            self.keys[when.service] = self.organisation("service", when.service)
        self.clock.at = when.at or self.begin
        body = {"prompt": when.prompt, "use": when.use.model_dump(mode="json", exclude_none=True), "remedy": True}
        response = self.http("POST", "/v1/check", key=self.keys[when.service], json=body)
        assert response.status_code == 200, response.text
        return then(response.json())


def then(answer):
    return Then.model_validate(
        {
            "outcome": answer["outcome"],
            "duties": {duty["action"] for verdict in answer["verdicts"] for duty in verdict["duties"]},
            "missing": {fact for verdict in answer["verdicts"] for fact in verdict["missing"]},
            "because": {reason["code"] for reason in answer["reasons"]},
            "rewritten": answer["remedy"]["prompt"],
        }
    )


@pytest.mark.parametrize("path", list_examples(), ids=lambda path: path.stem)
def test_the_story_holds_over_http(http, clock, path):
    story = load_story(path)
    found = run_story(story, Registered(http, clock, story))
    assert len(found) == len(story.cases)
    assert {case.case.case: case.differences for case in found if case.differences} == {}
