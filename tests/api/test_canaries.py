"""Canaries: secrets that are easy to recognise go through the whole API, well and badly asked, and are then looked for everywhere."""

import io
import json
import logging
from base64 import b32decode

import pytest
from sqlalchemy import text

from registry.api.logs import JsonLines
from registry.core.totp import STEP_SECONDS, code_at
from tests.api.access_samples import SAMPLES, World
from tests.api.people import PASSWORD, invite, join, log_in

KEPT, UNKEPT = "kestrel-prompt-kept-7153", "kestrel-prompt-unkept-7153"
WRONG = "kestrel-wrong-password-7153"
FORGED = ["crk_0123456789abcdef_" + "kestrel7153" * 3 + "kestrel715", "crs_kestrel7153", "kestrel7153"]
BODIES = [
    {"prompt": [UNKEPT], "password": {"x": WRONG}, "token": [WRONG], "current": 7, "code": [WRONG], "seed": WRONG},
    {"prompt": UNKEPT, "password": WRONG, "token": WRONG, "email": WRONG, "code": WRONG, "level": WRONG, "use": {"purpose": UNKEPT}},
    {"checks": [{"correlation_id": [WRONG], "prompt": UNKEPT, "level": UNKEPT}], "draft": {"name": [UNKEPT]}, "password": [WRONG]},
]


@pytest.fixture
def logged():
    """Everything logged, as lines and with every exception in full."""
    lines = io.StringIO()
    root = logging.getLogger()
    before, handlers = root.level, [logging.StreamHandler(lines), logging.StreamHandler(lines)]
    handlers[0].setFormatter(JsonLines())
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(before)
    for handler in handlers:
        root.removeHandler(handler)


class Planted:
    """The secrets by name, and every answer that was no success."""

    def __init__(self, http, registry):
        self.http, self.registry, self.errors = http, registry, []
        self.world = World(http, registry).build()
        self.secrets = {f"{role}'s key": key for role, key in http.keys.items()}
        self.secrets |= {"password": PASSWORD, "wrong password": WRONG, **{f"forged {i}": key for i, key in enumerate(FORGED)}}

    def ask(self, method, path, **request):
        answer = self.http(method, path, **request)
        if not answer.is_success:
            self.errors.append(answer.text + str(dict(answer.headers)))
        return answer

    def member(self):
        """Invite, join, log in, enrol: every secret of a person."""
        link = invite(self.http, self.world.own, "ann@kestrel.example")
        self.secrets["link's token"] = link["token"]
        self.ask("POST", "/v1/invitations/accept", json={"token": link["token"], "password": "short7153"})
        join(self.http, link)
        self.ask("POST", "/v1/invitations/accept", json={"token": link["token"], "password": PASSWORD})
        self.ask("POST", "/v1/sessions", json={"organisation": "rightsholder", "email": "ann@kestrel.example", "password": WRONG})
        token = log_in(self.http, "rightsholder", "ann@kestrel.example").json()["token"]
        self.secrets["session's token"] = token
        made = self.ask("POST", "/v1/members/me/totp", key=token, json={"password": PASSWORD}).json()
        seed = b32decode(made["seed"])
        code = code_at(seed, int(self.registry.now().timestamp()) // STEP_SECONDS)
        codes = self.ask("POST", "/v1/members/me/totp/confirm", key=token, json={"code": code}).json()["recovery_codes"]
        self.secrets |= {"seed": made["seed"], "seed in hex": seed.hex(), "recovery code": codes[0]}
        self.seed = seed
        self.ask("POST", "/v1/members/me/totp/remove", key=token, json={"password": WRONG})

    def prompts(self):
        """One prompt kept, and one by who keeps none."""
        kept = self.ask("POST", "/v1/check", role="service", json={"prompt": f"{KEPT} in the rain"})
        assert kept.status_code == 200
        assert self.ask("POST", "/v1/check", role="operator", json={"prompt": f"{UNKEPT} in the rain"}).status_code == 200

    def every_route_badly(self):
        """Send each route what it cannot take, from good keys and forged ones."""
        for (method, _), sample in SAMPLES.items():
            path, _ = sample(self.world)
            for key in (*FORGED, *self.http.keys.values()):
                self.ask(method, path, key=key, json=BODIES[len(self.errors) % len(BODIES)])
            broken = f'{{"prompt": "{UNKEPT}", "password": "{WRONG}" '
            self.ask(method, path, role="operator", content=broken, headers={"content-type": "application/json"})
            self.ask(method, path, role="rightsholder", headers={"on-behalf-of": FORGED[0]})

    def mistakes_of_ours(self, monkeypatch):
        """Fail where the secrets are in hand, with them in the message."""

        def broken(*args, **_kwargs):
            raise RuntimeError(repr(args))

        for place in ("usecases.check.find_mentions", "usecases.sessions.verify_password", "usecases.members.hash_password"):
            monkeypatch.setattr(f"registry.{place}", broken)
        said = {"organisation": "rightsholder", "email": "ann@kestrel.example", "password": PASSWORD}
        link = invite(self.http, self.world.own, "bob@kestrel.example")
        self.secrets["second link's token"] = link["token"]
        answers = [
            self.ask("POST", "/v1/check", role="service", json={"prompt": UNKEPT}),
            self.ask("POST", "/v1/check/batch", role="service", json={"checks": [{"correlation_id": "a", "prompt": UNKEPT}]}),
            self.ask("POST", "/v1/sessions", json=said),
            self.ask("POST", "/v1/invitations/accept", json={"token": link["token"], "password": PASSWORD}),
        ]
        assert [answer.status_code for answer in answers] == [500] * 4
        monkeypatch.undo()


def tables(registry):
    """Return every row of every table as text, by table."""
    rows = {}
    with registry.database.read() as session:
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if not registry.database.is_sqlite:
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for name in session.scalars(text(names)).all():
            rows[name] = "\n".join(_plain(value) for row in session.execute(text(f'SELECT * FROM "{name}"')) for value in row)
    return rows


def _plain(value):
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def test_no_secret_is_found_in_logs_errors_metrics_or_the_database(http, registry, logged, monkeypatch, tmp_path):
    planted = Planted(http, registry)
    planted.member()
    planted.prompts()
    planted.every_route_badly()
    planted.mistakes_of_ours(monkeypatch)
    stored = tables(registry)
    places = {"logs": logged.getvalue(), "errors": "\n".join(planted.errors), "metrics": http("GET", "/metrics").text}
    assert len(planted.errors) > len(SAMPLES)
    assert '"event": "request"' in places["logs"]
    found = [
        f"{name} in {place}" for place, shown in {**places, **stored}.items() for name, secret in planted.secrets.items() if secret in shown
    ]
    found += [f"the seed in {table}" for table, shown in stored.items() if planted.seed.decode("latin-1") in shown]
    found += [f"a prompt in {place}" for place, shown in places.items() if KEPT in shown or UNKEPT in shown]
    assert {table for table, shown in stored.items() if KEPT in shown} == {"prompt"}
    found += [f"an unkept prompt in {table}" for table, shown in stored.items() if UNKEPT in shown]
    found += [
        f"an e-mail in {place}" for place in ("logs", "errors", "metrics", "leaf") if "kestrel.example" in {**places, **stored}[place]
    ]
    assert not found
    for file in tmp_path.glob("registry.db*"):
        raw = file.read_bytes()
        assert not [name for name, secret in planted.secrets.items() if secret.encode() in raw]
        assert UNKEPT.encode() not in raw


def test_the_log_says_who_was_let_in_by_ids_alone(http, registry):
    planted = Planted(http, registry)
    planted.member()
    with registry.database.read() as session:
        leaves = [json.loads(bytes(data)) for data in session.scalars(text("SELECT data FROM leaf WHERE kind LIKE 'access.%'"))]
    said = [(leaf["type"], leaf["action"]) for leaf in leaves]
    assert ("access.member", "invited") in said
    assert ("access.member", "authenticator added") in said
    assert ("access.key", "made") in said
    assert all(leaf["at"].endswith("Z") and "actor" in leaf for leaf in leaves)
