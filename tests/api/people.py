"""Members for tests: invited, joined and logged in over HTTP."""

PASSWORD = "correct horse battery staple"


def invite(http, organisation, email, rights="owner", by="operator", **kwargs):
    """Invite somebody; return the link's body."""
    body = {"email": email, "name": email.partition("@")[0], "rights": rights}
    made = http("POST", f"/v1/organisations/{organisation}/members", None if kwargs else by, json=body, **kwargs)
    assert made.status_code == 201, made.text
    return made.json()


def join(http, link, password=PASSWORD):
    """Set a password with a link."""
    joined = http("POST", "/v1/invitations/accept", json={"token": link["token"], "password": password})
    assert joined.status_code == 200, joined.text
    return joined.json()


def log_in(http, organisation, email, password=PASSWORD, **more):
    """Log in; return the response."""
    said = {"organisation": organisation, "email": email, "password": password}
    return http("POST", "/v1/sessions", json={**said, **more})


def member(http, role, email, rights="owner"):
    """Return the token of a new member, logged in; `role` is also the organisation's ref."""
    mine = http("GET", "/v1/organisations/me", role).json()["id"]
    join(http, invite(http, mine, email, rights))
    made = log_in(http, role, email)
    assert made.status_code == 201, made.text
    return made.json()["token"]
