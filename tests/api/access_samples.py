"""A request for every route, on things that are there, so that what it answers depends on who asks. A new route needs one here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from registry.core.scopes import ROLE_SCOPES, Rights, Scope
from registry.store import members, sessions
from registry.usecases.ids import new_id
from registry.usecases.passwords import _NOBODY
from registry.usecases.secret_tokens import new_token

Request = tuple[str, dict[str, Any]]
NUMBERS = count(1)


@dataclass
class World:
    """A registry with something of everything; `own` is the first rightsholder, whose things are asked for."""

    http: Any
    registry: Any
    ids: dict[str, str] = field(default_factory=dict)
    stranger: str = ""
    people: dict[str, str] = field(default_factory=dict)

    def build(self) -> "World":
        self.ids = {role: self.made("GET", "/v1/organisations/me", role)["id"] for role in self.http.keys}
        self.made("PATCH", "/v1/organisations/me", "service", {"retention": "P30D"})
        other = self.made("POST", "/v1/organisations", "operator", {"role": "rightsholder", "ref": "stranger", "name": "Stranger"})
        self.ids["stranger"] = other["id"]
        self.stranger = self.new_key("stranger")["secret"]
        self.people = {rights.value: self.new_member("rightsholder", rights) for rights in Rights}
        return self

    @property
    def own(self) -> str:
        return self.ids["rightsholder"]

    def made(self, method: str, path: str, by: str, body: Any = None) -> Any:
        answer = self.http(method, path, by, json=body)
        assert answer.is_success, (method, path, answer.text)
        return answer.json()

    def new_key(self, who: str, **body: Any) -> Any:
        return self.made("POST", f"/v1/organisations/{self.ids[who]}/keys", "operator", body)

    def narrowed(self, role: str, lacking: Scope | None) -> str:
        """Return a key of a role that has every scope but one; with None, no scope at all."""
        scopes = [] if lacking is None else sorted(ROLE_SCOPES[role] - {lacking})
        return self.new_key(role, scopes=scopes)["secret"]

    def revoked(self, role: str) -> str:
        key = self.new_key(role)
        self.made("POST", f"/v1/keys/{key['id']}/revoke", "operator")
        return key["secret"]

    def new_member(self, who: str, rights: Rights = Rights.reader) -> str:
        """Return the id of somebody who has joined; nobody knows the password."""
        body = {"email": f"m{next(NUMBERS)}@example.org", "name": "M", "rights": rights.value}
        link = self.made("POST", f"/v1/organisations/{self.ids[who]}/members", "operator", body)
        with self.registry.database.write() as session:
            members.set_password(session, link["member"]["id"], _NOBODY)
            session.commit()
        return link["member"]["id"]

    def session_of(self, member: str) -> str:
        """Return the token of a new session, without the cost of a log-in."""
        token, now = new_token("crs"), self.registry.now()
        made = sessions.LoggedIn(new_id("ses", now), member, None, "", now, now + timedelta(hours=1), now)
        with self.registry.database.write_aside() as session:
            sessions.add_session(session, made, prefix=token.prefix, secret_hash=token.digest)
            session.commit()
        return token.secret

    def character(self) -> str:
        body = {"name": f"Captain Example {next(NUMBERS)}", "policy": {"usage": "prohibited"}}
        return self.made("POST", "/v1/characters", "rightsholder", body)["id"]

    def work(self) -> str:
        return self.made("POST", "/v1/works", "rightsholder", {"title": f"Example Saga {next(NUMBERS)}"})["id"]

    def decision(self) -> str:
        """Return a decision about a character of the rightsholder, its prompt kept."""
        if not hasattr(self, "_name"):
            self._name = f"Gruzelda Xanthopp{next(NUMBERS)}"
            self.made("POST", "/v1/characters", "rightsholder", {"name": self._name, "policy": {"usage": "prohibited"}})
        return self.made("POST", "/v1/check", "service", {"prompt": f"{self._name} in the rain"})["decision_id"]

    def reported(self) -> str:
        decision = self.decision()
        self.made("POST", f"/v1/decisions/{decision}/outcome", "service", {"action": "blocked"})
        return decision

    def mandate(self) -> str:
        agency = self.made("POST", "/v1/organisations", "operator", self.organisation()[1]["json"])
        token = self.session_of(self.people["owner"])
        body = {"representative": agency["id"]}
        return self.http("POST", "/v1/organisations/me/representatives", key=token, json=body).json()["id"]

    def organisation(self) -> Request:
        return "", {"json": {"role": "rightsholder", "ref": f"org-{next(NUMBERS)}", "name": "Example"}}

    def claim(self, *steps: str) -> str:
        body = {"name": "Dog", "policy": {"usage": "prohibited"}}
        claim = self.made("POST", "/v1/characters", "rightsholder", body)["claim"]["id"]
        for step in steps:
            self.made("POST", f"/v1/claims/{claim}/{step}", "operator", {"reason": "x"})
        return str(claim)

    def batch(self) -> str:
        line = f'{{"type": "character", "ref": "cat-{next(NUMBERS)}", "name": "Cat"}}'
        headers = {"content-type": "application/x-ndjson"}
        job = self.http("POST", "/v1/imports", "rightsholder", content=line, headers=headers).json()
        while job["state"] == "running":
            job = self.made("GET", f"/v1/imports/{job['id']}", "rightsholder")
        return str(job["id"])

    def verification(self) -> str:
        return str(self.made("POST", "/v1/organisations/me/verification", "rightsholder", {"evidence": "a contract"})["id"])

    def reserved(self) -> str:
        body = {"name": f"Quixotania {next(NUMBERS)}", "reason": "x"}
        return str(self.made("POST", "/v1/reserved-names", "operator", body)["id"])

    def dispute(self, ruling: str | None = None) -> str:
        body = {"about": self.character(), "grounds": "other", "statement": "x"}
        dispute = self.made("POST", "/v1/disputes", "service", body)["id"]
        if ruling:
            self.made("POST", f"/v1/disputes/{dispute}/decision", "operator", {"outcome": ruling, "reason": "x"})
        return str(dispute)

    def import_job(self) -> str:
        line = '{"type": "work", "ref": "imported", "title": "Imported Saga"}'
        headers = {"content-type": "application/x-ndjson"}
        return self.http("POST", "/v1/imports", "rightsholder", content=line, headers=headers).json()["id"]


def at(path: str, json: Any = None, **more: Any) -> Request:
    """Return a request."""
    return path, {**({} if json is None else {"json": json}), **more}


IMPORT = {"content": '{"type": "work", "ref": "imported", "title": "Imported Saga"}', "headers": {"content-type": "application/x-ndjson"}}
PERSON: Callable[[], dict[str, str]] = lambda: {"email": f"p{next(NUMBERS)}@example.org", "name": "P"}  # noqa: E731
WHY = {"reason": "x"}
WRONG = {"organisation": "rightsholder", "password": "wrong wrong wrong"}

SAMPLES: dict[tuple[str, str], Callable[[World], Request]] = {
    ("GET", "/healthz"): lambda _: at("/healthz"),
    ("GET", "/readyz"): lambda _: at("/readyz"),
    ("GET", "/metrics"): lambda _: at("/metrics"),
    ("GET", "/log/checkpoint"): lambda _: at("/log/checkpoint"),
    ("GET", "/log/checkpoint/cosigned"): lambda _: at("/log/checkpoint/cosigned"),
    ("GET", "/log/keys"): lambda _: at("/log/keys"),
    ("GET", "/log/tile/{path}"): lambda _: at("/log/tile/entries/000.p/1"),
    ("GET", "/log/proof/inclusion"): lambda _: at("/log/proof/inclusion?index=0"),
    ("GET", "/log/proof/consistency"): lambda _: at("/log/proof/consistency?old=1"),
    ("POST", "/v1/check"): lambda _: at("/v1/check", {"prompt": "x"}),
    ("POST", "/v1/check/batch"): lambda _: at("/v1/check/batch", {"checks": [{"correlation_id": "a", "prompt": "x"}]}),
    ("GET", "/v1/works"): lambda _: at("/v1/works"),
    ("POST", "/v1/works"): lambda _: at("/v1/works", {"title": "Saga"}),
    ("GET", "/v1/works/{id}"): lambda w: at(f"/v1/works/{w.work()}"),
    ("PUT", "/v1/works/{id}"): lambda w: at(f"/v1/works/{w.work()}", {"title": "Saga"}, headers={"if-match": "*"}),
    ("PATCH", "/v1/works/{id}"): lambda w: at(f"/v1/works/{w.work()}", {"title": "Saga"}),
    ("DELETE", "/v1/works/{id}"): lambda w: at(f"/v1/works/{w.work()}"),
    ("GET", "/v1/characters"): lambda _: at("/v1/characters"),
    ("POST", "/v1/characters"): lambda _: at("/v1/characters", {"name": "Captain Example"}),
    ("GET", "/v1/characters/{id}"): lambda w: at(f"/v1/characters/{w.character()}"),
    ("PUT", "/v1/characters/{id}"): lambda w: at(f"/v1/characters/{w.character()}", {"name": "Captain Example"}, headers={"if-match": "*"}),
    ("PATCH", "/v1/characters/{id}"): lambda w: at(f"/v1/characters/{w.character()}", {"name": "Captain Example"}),
    ("DELETE", "/v1/characters/{id}"): lambda w: at(f"/v1/characters/{w.character()}"),
    ("POST", "/v1/preview"): lambda _: at("/v1/preview", {"draft": {"name": "Captain Example"}}),
    ("POST", "/v1/imports"): lambda _: at("/v1/imports", **IMPORT),
    ("GET", "/v1/imports/{import_id}"): lambda w: at(f"/v1/imports/{w.import_job()}"),
    ("GET", "/v1/export"): lambda w: at(f"/v1/export?rightsholder={w.own}"),
    ("GET", "/v1/claims"): lambda _: at("/v1/claims"),
    ("GET", "/v1/claims/{claim_id}"): lambda w: at(f"/v1/claims/{w.claim()}"),
    ("POST", "/v1/claims/decisions"): lambda w: at("/v1/claims/decisions", {"batch": w.batch(), "decision": "reject", **WHY}),
    ("POST", "/v1/claims/{claim_id}/approve"): lambda w: at(f"/v1/claims/{w.claim()}/approve", WHY),
    ("POST", "/v1/claims/{claim_id}/reject"): lambda w: at(f"/v1/claims/{w.claim()}/reject", WHY),
    ("POST", "/v1/claims/{claim_id}/ask"): lambda w: at(f"/v1/claims/{w.claim()}/ask", WHY),
    ("POST", "/v1/claims/{claim_id}/answer"): lambda w: at(f"/v1/claims/{w.claim('ask')}/answer", {"text": "x"}),
    ("DELETE", "/v1/claims/{claim_id}"): lambda w: at(f"/v1/claims/{w.claim()}"),
    ("GET", "/v1/verifications"): lambda _: at("/v1/verifications"),
    ("GET", "/v1/verifications/{verification_id}"): lambda w: at(f"/v1/verifications/{w.verification()}"),
    ("POST", "/v1/verifications/{verification_id}/check"): lambda w: at(f"/v1/verifications/{w.verification()}/check"),
    ("POST", "/v1/verifications/{verification_id}/decision"): lambda w: at(
        f"/v1/verifications/{w.verification()}/decision", {"decision": "reject", **WHY}
    ),
    ("POST", "/v1/organisations/{organisation_id}/verification"): lambda w: at(
        f"/v1/organisations/{w.own}/verification", {"evidence": "a contract"}
    ),
    ("DELETE", "/v1/organisations/{organisation_id}/verification"): lambda w: at(
        f"/v1/organisations/{w.made('POST', '/v1/organisations', 'operator', w.organisation()[1]['json'])['id']}/verification?reason=x"
    ),
    ("GET", "/v1/reserved-names"): lambda _: at("/v1/reserved-names"),
    ("POST", "/v1/reserved-names"): lambda _: at("/v1/reserved-names", {"name": f"Quixotania {next(NUMBERS)}", **WHY}),
    ("DELETE", "/v1/reserved-names/{reserved_id}"): lambda w: at(f"/v1/reserved-names/{w.reserved()}?reason=x"),
    ("POST", "/v1/disputes"): lambda w: at(
        "/v1/disputes", {"about": w.character(), "grounds": "other", "statement": "x", "contact": "me@example.org"}
    ),
    ("GET", "/v1/disputes"): lambda _: at("/v1/disputes"),
    ("GET", "/v1/disputes/{dispute_id}"): lambda w: at(f"/v1/disputes/{w.dispute()}"),
    ("POST", "/v1/disputes/{dispute_id}/admit"): lambda w: at(f"/v1/disputes/{w.dispute()}/admit", WHY),
    ("POST", "/v1/disputes/{dispute_id}/interim"): lambda w: at(f"/v1/disputes/{w.dispute()}/interim", {"enforce": "active", **WHY}),
    ("POST", "/v1/disputes/{dispute_id}/answer"): lambda w: at(f"/v1/disputes/{w.dispute()}/answer", {"text": "x"}),
    ("POST", "/v1/disputes/{dispute_id}/evidence"): lambda w: at(f"/v1/disputes/{w.dispute()}/evidence", {"text": "x"}),
    ("POST", "/v1/disputes/{dispute_id}/decision"): lambda w: at(f"/v1/disputes/{w.dispute()}/decision", {"outcome": "rejected", **WHY}),
    ("POST", "/v1/disputes/{dispute_id}/appeal"): lambda w: at(f"/v1/disputes/{w.dispute('upheld')}/appeal", {"text": "x"}),
    ("DELETE", "/v1/disputes/{dispute_id}/texts"): lambda w: at(f"/v1/disputes/{w.dispute()}/texts"),
    ("GET", "/v1/rightsholders/{rightsholder_id}/record"): lambda w: at(f"/v1/rightsholders/{w.own}/record"),
    ("GET", "/v1/changes"): lambda _: at("/v1/changes"),
    ("GET", "/v1/registered"): lambda _: at("/v1/registered?name=Captain"),
    ("GET", "/v1/decisions"): lambda _: at("/v1/decisions"),
    ("GET", "/v1/decisions/counts"): lambda _: at("/v1/decisions/counts"),
    ("GET", "/v1/decisions/export"): lambda _: at("/v1/decisions/export"),
    ("GET", "/v1/decisions/export/manifest"): lambda _: at("/v1/decisions/export/manifest"),
    ("GET", "/v1/decisions/{decision_id}"): lambda w: at(f"/v1/decisions/{w.decision()}"),
    ("GET", "/v1/decisions/{decision_id}/receipt"): lambda w: at(f"/v1/decisions/{w.decision()}/receipt"),
    ("GET", "/v1/decisions/{decision_id}/outcome"): lambda w: at(f"/v1/decisions/{w.reported()}/outcome"),
    ("POST", "/v1/decisions/{decision_id}/outcome"): lambda w: at(f"/v1/decisions/{w.decision()}/outcome", {"action": "blocked"}),
    ("POST", "/v1/decisions/{decision_id}/replay"): lambda w: at(f"/v1/decisions/{w.decision()}/replay"),
    ("GET", "/v1/decisions/{decision_id}/prompt"): lambda w: at(f"/v1/decisions/{w.decision()}/prompt"),
    ("DELETE", "/v1/decisions/{decision_id}/prompt"): lambda w: at(f"/v1/decisions/{w.decision()}/prompt"),
    ("GET", "/v1/{level}/{id}/policy"): lambda w: at(f"/v1/characters/{w.character()}/policy"),
    ("PUT", "/v1/{level}/{id}/policy"): lambda w: at(f"/v1/characters/{w.character()}/policy", {"usage": "allowed"}),
    ("DELETE", "/v1/{level}/{id}/policy"): lambda w: at(f"/v1/characters/{w.character()}/policy"),
    ("GET", "/v1/{level}/{id}/policy/versions"): lambda w: at(f"/v1/characters/{w.character()}/policy/versions"),
    ("GET", "/v1/{level}/{id}/policy/diff"): lambda w: at(f"/v1/characters/{w.character()}/policy/diff?from=0&to=1"),
    ("POST", "/v1/policies/preview"): lambda w: at(
        "/v1/policies/preview", {"level": "characters", "id": w.character(), "policy": {"usage": "allowed"}}
    ),
    ("GET", "/v1/policy-templates"): lambda _: at("/v1/policy-templates"),
    ("GET", "/v1/policy-templates/{name}"): lambda _: at("/v1/policy-templates/fan-works"),
    ("GET", "/v1/vocabulary"): lambda _: at("/v1/vocabulary"),
    ("GET", "/v1/organisations"): lambda _: at("/v1/organisations"),
    ("POST", "/v1/organisations"): lambda w: at("/v1/organisations", w.organisation()[1]["json"]),
    ("GET", "/v1/organisations/{organisation_id}"): lambda w: at(f"/v1/organisations/{w.ids['service']}"),
    ("GET", "/v1/organisations/{organisation_id}/quota"): lambda w: at(f"/v1/organisations/{w.own}/quota"),
    ("PUT", "/v1/organisations/{organisation_id}/quota"): lambda w: at(f"/v1/organisations/{w.own}/quota", {"per_minute": None}),
    ("PATCH", "/v1/organisations/{organisation_id}"): lambda w: at(f"/v1/organisations/{w.own}", {"name": "Example"}),
    ("GET", "/v1/organisations/{organisation_id}/suspension"): lambda w: at(f"/v1/organisations/{w.own}/suspension"),
    ("PUT", "/v1/organisations/{organisation_id}/suspension"): lambda w: at(
        f"/v1/organisations/{w.made('POST', '/v1/organisations', 'operator', w.organisation()[1]['json'])['id']}/suspension",
        {"reason": "x"},
    ),
    ("DELETE", "/v1/organisations/{organisation_id}/suspension"): lambda w: at(f"/v1/organisations/{w.own}/suspension"),
    ("POST", "/v1/organisations/{organisation_id}/keys"): lambda w: at(f"/v1/organisations/{w.own}/keys", {}),
    ("GET", "/v1/organisations/{organisation_id}/keys"): lambda w: at(f"/v1/organisations/{w.own}/keys"),
    ("PATCH", "/v1/keys/{key_id}"): lambda w: at(f"/v1/keys/{w.new_key('rightsholder')['id']}", {"label": "x"}),
    ("POST", "/v1/keys/{key_id}/rotate"): lambda w: at(f"/v1/keys/{w.new_key('rightsholder')['id']}/rotate", {}),
    ("POST", "/v1/keys/{key_id}/revoke"): lambda w: at(f"/v1/keys/{w.new_key('rightsholder')['id']}/revoke"),
    ("POST", "/v1/organisations/{organisation_id}/members"): lambda w: at(f"/v1/organisations/{w.own}/members", PERSON()),
    ("GET", "/v1/organisations/{organisation_id}/members"): lambda w: at(f"/v1/organisations/{w.own}/members"),
    ("PATCH", "/v1/members/{member_id}"): lambda w: at(f"/v1/members/{w.new_member('rightsholder')}", {"name": "M"}),
    ("POST", "/v1/members/{member_id}/reset-link"): lambda w: at(f"/v1/members/{w.new_member('rightsholder')}/reset-link", {}),
    ("POST", "/v1/invitations/accept"): lambda _: at("/v1/invitations/accept", {"token": "crl_unknown", "password": "x" * 12}),
    ("PUT", "/v1/members/me/password"): lambda _: at("/v1/members/me/password", {"current": "wrong", "password": "x" * 12}),
    ("POST", "/v1/members/me/totp"): lambda _: at("/v1/members/me/totp", {"password": "wrong"}),
    ("POST", "/v1/members/me/totp/confirm"): lambda _: at("/v1/members/me/totp/confirm", {"code": "000000"}),
    ("POST", "/v1/members/me/totp/remove"): lambda _: at("/v1/members/me/totp/remove", {"password": "wrong"}),
    ("POST", "/v1/organisations/{organisation_id}/representatives"): lambda w: at(
        f"/v1/organisations/{w.own}/representatives",
        {"representative": w.made("POST", "/v1/organisations", "operator", w.organisation()[1]["json"])["id"]},
    ),
    ("GET", "/v1/organisations/{organisation_id}/representatives"): lambda w: at(f"/v1/organisations/{w.own}/representatives"),
    ("POST", "/v1/mandates/{mandate_id}/revoke"): lambda w: at(f"/v1/mandates/{w.mandate()}/revoke"),
    ("POST", "/v1/sessions"): lambda _: at("/v1/sessions", {**WRONG, "email": f"nobody{next(NUMBERS)}@example.org"}),
    ("GET", "/"): lambda _: at("/"),
    ("GET", "/v1/me"): lambda _: at("/v1/me"),
    ("GET", "/v1/sessions"): lambda _: at("/v1/sessions"),
    ("DELETE", "/v1/sessions"): lambda _: at("/v1/sessions"),
    ("GET", "/v1/sessions/me"): lambda _: at("/v1/sessions/me"),
    ("DELETE", "/v1/sessions/{session_id}"): lambda _: at("/v1/sessions/me"),
}
