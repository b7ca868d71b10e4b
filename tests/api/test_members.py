"""Members over HTTP: invited, joined, logged in, changed, disabled; their rights, links, passwords and sessions."""

import pytest

from tests.api.people import PASSWORD, invite, join, log_in, member


@pytest.fixture
def holder(http):
    """The id of the first rightsholder."""
    return http("GET", "/v1/organisations/me", "rightsholder").json()["id"]


def test_an_invited_member_joins_logs_in_and_acts_for_the_organisation(http, holder):
    link = invite(http, holder, "Ann@Example.org")
    assert link["member"]["joined"] is False
    assert log_in(http, "rightsholder", "ann@example.org").status_code == 401
    assert join(http, link)["joined"] is True
    made = log_in(http, "rightsholder", "ANN@example.org")
    assert made.status_code == 201
    token = made.json()["token"]
    assert token.startswith("crs_")
    me = http("GET", "/v1/sessions/me", key=token).json()
    assert (me["member"]["email"], me["session"]["id"]) == ("ann@example.org", made.json()["session"]["id"])
    created = http("POST", "/v1/characters", key=token, json={"name": "Captain Example"})
    assert created.status_code == 201
    assert created.json()["rightsholder"] == holder


def test_a_link_is_good_once(http, holder):
    link = invite(http, holder, "ann@example.org")
    join(http, link)
    again = http("POST", "/v1/invitations/accept", json={"token": link["token"], "password": PASSWORD})
    assert again.status_code == 401


def test_a_password_has_twelve_characters_and_is_not_repeated(http, holder):
    link = invite(http, holder, "ann@example.org")
    refused = http("POST", "/v1/invitations/accept", json={"token": link["token"], "password": "hunter2"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/password")
    assert "hunter2" not in refused.text
    join(http, link)


def test_rights_within_the_organisation(http, holder):
    owner, editor, reader = (member(http, "rightsholder", f"{name}@example.org", name) for name in ("owner", "editor", "reader"))
    for token, may_write, may_invite in ((owner, 201, 201), (editor, 201, 403), (reader, 403, 403)):
        assert http("GET", "/v1/characters", key=token).status_code == 200
        assert http("POST", "/v1/characters", key=token, json={"name": "X-Captain"}).status_code == may_write
        body = {"email": f"{token[:12]}@example.org", "name": "N"}
        assert http("POST", f"/v1/organisations/{holder}/members", key=token, json=body).status_code == may_invite
        assert http("POST", "/v1/organisations/me/keys", key=token, json={}).status_code == may_invite


def test_a_disabled_member_is_out_at_once(http, holder):
    token = member(http, "rightsholder", "ann@example.org", "editor")
    mine = http("GET", "/v1/sessions/me", key=token).json()["member"]["id"]
    assert http("PATCH", f"/v1/members/{mine}", "operator", json={"disabled": True}).json()["disabled_at"]
    assert http("GET", "/v1/characters", key=token).status_code == 401
    assert log_in(http, "rightsholder", "ann@example.org").status_code == 401
    assert http("PATCH", f"/v1/members/{mine}", "operator", json={"disabled": False}).json()["disabled_at"] is None
    assert http("GET", "/v1/characters", key=token).status_code == 401
    assert log_in(http, "rightsholder", "ann@example.org").status_code == 201


def test_narrowed_rights_are_in_force_at_once(http, holder):
    token = member(http, "rightsholder", "ann@example.org", "editor")
    mine = http("GET", "/v1/sessions/me", key=token).json()["member"]["id"]
    assert http("PATCH", f"/v1/members/{mine}", "operator", json={"rights": "reader"}).status_code == 200
    assert http("POST", "/v1/characters", key=token, json={"name": "X-Captain"}).status_code == 403


def test_the_last_owner_stays(http, holder):
    owner = member(http, "rightsholder", "ann@example.org", "owner")
    mine = http("GET", "/v1/sessions/me", key=owner).json()["member"]["id"]
    assert http("PATCH", f"/v1/members/{mine}", key=owner, json={"rights": "reader"}).status_code == 409
    member(http, "rightsholder", "bob@example.org", "owner")
    assert http("PATCH", f"/v1/members/{mine}", key=owner, json={"rights": "reader"}).status_code == 200


def test_members_of_others_are_nobodys_business(http, holder):
    link = invite(http, holder, "ann@example.org")
    owner = member(http, "service", "eve@example.org", "owner")
    assert http("PATCH", f"/v1/members/{link['member']['id']}", key=owner, json={"name": "Eve"}).status_code == 404
    assert http("POST", f"/v1/members/{link['member']['id']}/reset-link", key=owner, json={}).status_code == 404
    assert http("GET", f"/v1/organisations/{holder}/members", key=owner).status_code == 403


def test_who_manages_members_cannot_make_itself_an_owner(http, holder):
    scopes = ["members:manage", "catalog:read", "decisions:read", "organisation:read"]
    key = http("POST", f"/v1/organisations/{holder}/keys", "operator", json={"scopes": scopes}).json()["secret"]
    owner, reader = (
        invite(http, holder, "ann@example.org")["member"]["id"],
        invite(http, holder, "bob@example.org", "reader")["member"]["id"],
    )
    for method, path, body in (
        ("POST", f"/v1/organisations/{holder}/members", {"email": "eve@example.org", "name": "Eve", "rights": "owner"}),
        ("PATCH", f"/v1/members/{reader}", {"rights": "editor"}),
        ("PATCH", f"/v1/members/{owner}", {"disabled": True}),
        ("POST", f"/v1/members/{owner}/reset-link", {}),
    ):
        assert http(method, path, key=key, json=body).status_code == 403, path
    assert http("POST", f"/v1/members/{reader}/reset-link", key=key, json={}).status_code == 201


def test_a_reset_link_sets_a_new_password_and_ends_every_session(http, holder):
    token = member(http, "rightsholder", "ann@example.org")
    mine = http("GET", "/v1/sessions/me", key=token).json()["member"]["id"]
    link = http("POST", f"/v1/members/{mine}/reset-link", "operator", json={}).json()
    join(http, link, "another long password")
    assert http("GET", "/v1/sessions/me", key=token).status_code == 401
    assert log_in(http, "rightsholder", "ann@example.org").status_code == 401
    assert log_in(http, "rightsholder", "ann@example.org", "another long password").status_code == 201


def test_changing_ones_password_takes_the_old_one_and_ends_other_sessions(http, holder):
    token = member(http, "rightsholder", "ann@example.org")
    other = log_in(http, "rightsholder", "ann@example.org").json()["token"]
    new = {"password": "another long password"}
    assert http("PUT", "/v1/members/me/password", key=token, json={"current": "wrong wrong wrong", **new}).status_code == 401
    assert http("PUT", "/v1/members/me/password", key=token, json={"current": PASSWORD, **new}).status_code == 204
    assert http("GET", "/v1/sessions/me", key=token).status_code == 200
    assert http("GET", "/v1/sessions/me", key=other).status_code == 401


def test_sessions_are_listed_and_ended_at_once(http, holder):
    token = member(http, "rightsholder", "ann@example.org")
    second = log_in(http, "rightsholder", "ann@example.org").json()
    listed = http("GET", "/v1/sessions", key=token).json()["items"]
    assert listed[0]["id"] == second["session"]["id"]
    assert len(listed) == 2
    assert http("DELETE", f"/v1/sessions/{second['session']['id']}", key=token).status_code == 204
    assert http("GET", "/v1/sessions/me", key=second["token"]).status_code == 401
    assert http("DELETE", "/v1/sessions/me", key=token).status_code == 204
    assert http("GET", "/v1/sessions/me", key=token).status_code == 401


def test_all_sessions_end_together_and_nobody_elses(http, holder):
    token, other = member(http, "rightsholder", "ann@example.org"), member(http, "rightsholder", "bob@example.org")
    theirs = http("GET", "/v1/sessions/me", key=other).json()["session"]["id"]
    assert http("DELETE", f"/v1/sessions/{theirs}", key=token).status_code == 404
    assert http("DELETE", "/v1/sessions", key=token).status_code == 204
    assert http("GET", "/v1/sessions/me", key=token).status_code == 401
    assert http("GET", "/v1/sessions/me", key=other).status_code == 200


def test_a_key_has_no_session(http):
    assert http("GET", "/v1/sessions/me", "service").status_code == 404
    assert http("DELETE", "/v1/sessions", "service").status_code == 404


def test_an_e_mail_is_a_member_once_of_each_organisation(http, holder):
    invite(http, holder, "ann@example.org")
    again = {"email": "ANN@example.org", "name": "A"}
    assert http("POST", f"/v1/organisations/{holder}/members", "operator", json=again).status_code == 409
    service = http("GET", "/v1/organisations/me", "service").json()["id"]
    invite(http, service, "ann@example.org")
