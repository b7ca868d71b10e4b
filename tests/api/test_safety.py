"""What browsers and clients are told: headers of safety, CORS, request ids, bounds, deprecation."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from registry.api import deprecation
from registry.api.deprecation import Deprecated
from registry.api.openapi import describe
from registry.api.routes import mannered_router
from registry.api.safety import policy_of_docs
from registry.app import create_app
from registry.config import Settings
from tests.conftest import Http

PATHS = ["/v1/vocabulary", "/healthz", "/nowhere", "/openapi.json", "/static/swagger-ui.css", "/log/checkpoint"]


@pytest.fixture
def database_url(tmp_path):
    """Nothing here depends on the database."""
    return f"sqlite:///{tmp_path / 'registry.db'}"


@pytest.fixture
def serve(registry, keys):
    opened = []

    def started(**settings):
        client = TestClient(create_app(Settings(**settings), registry), raise_server_exceptions=False)
        opened.append(client.__enter__())
        return Http(client, keys)

    yield started
    for client in opened:
        client.__exit__(None, None, None)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_safe_in_a_browser(http, path):
    headers = http("GET", path, "auditor").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/v1/vocabulary", "/v1/characters/none", "/log/checkpoint", "/v1/organisations/me/keys"])
def test_answers_are_not_kept_by_anyone_in_between(http, path):
    assert http("GET", path, "auditor").headers["cache-control"] == "no-store"


def test_checks_are_not_kept_either(either_http):
    answer = either_http("POST", "/v1/check", "service", json={"prompt": "x"})
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_the_documentation_runs_only_its_own_script(http):
    policy = http("GET", "/docs").headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert policy_of_docs(b"<script>a</script>") != policy_of_docs(b"<script>b</script>")


def test_https_only_is_said_where_it_is_set(serve):
    assert serve(hsts_seconds=600)("GET", "/healthz").headers["strict-transport-security"] == "max-age=600; includeSubDomains"


def test_no_other_page_may_read_an_answer_unless_it_is_named(serve):
    asked = {"origin": "https://console.example", "access-control-request-method": "PUT", "access-control-request-headers": "if-match"}
    closed = serve()
    assert "access-control-allow-origin" not in closed("GET", "/healthz", headers=asked).headers
    opened = serve(cors_origins="https://console.example")
    preflight = opened("OPTIONS", "/v1/works/ref:x", headers=asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "https://console.example")
    assert "access-control-allow-credentials" not in preflight.headers
    stranger = {**asked, "origin": "https://evil.example"}
    assert "access-control-allow-origin" not in opened("OPTIONS", "/v1/works/ref:x", headers=stranger).headers
    answer = opened("GET", "/healthz", headers=asked)
    assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("said", ["abc-1_X", "a" * 64])
@pytest.mark.parametrize("path", ["/v1/characters/none", "/nowhere"])
def test_a_sane_request_id_is_kept_and_told_in_problems(http, path, said):
    answer = http("GET", path, "service", headers={"x-request-id": said})
    assert (answer.headers["x-request-id"], answer.json()["request_id"]) == (said, said)


@pytest.mark.parametrize("said", ["", "a b", "a" * 65, "a\u00e9".encode(), 'x"y', "{}"])
def test_another_is_replaced(either_http, said):
    for path, method in (("/nowhere", "GET"), ("/v1/check", "POST")):
        answer = either_http(method, path, "auditor", headers={"x-request-id": said}, json={"prompt": "x"} if method == "POST" else None)
        assert answer.headers["x-request-id"] == answer.json()["request_id"] != said
        assert len(answer.headers["x-request-id"]) == 16


def test_a_head_that_is_too_large_is_refused(http):
    for refused in (http("GET", "/healthz", headers={"x": "a" * 17_000}), http("GET", "/healthz?" + "a" * 17_000)):
        assert (refused.status_code, refused.json()["type"]) == (431, "urn:character-registry:problem:headers-too-large")


@pytest.mark.parametrize("path", ["/v1/check", "/v1/characters", "/v1/preview"])
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b'{"prompt": ' + b"[" * 5000 + b"]" * 5000 + b"}", b"1" * 5000])
def test_json_that_is_nested_or_long_without_end_is_refused_not_a_crash(http, path, body):
    role = "service" if path == "/v1/check" else "rightsholder"
    refused = http("POST", path, role, content=body, headers={"content-type": "application/json"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_a_body_that_is_too_long_is_refused(http):
    refused = http("POST", "/v1/characters", "rightsholder", content=b" " * 1_000_001, headers={"content-type": "application/json"})
    assert (refused.status_code, refused.json()["type"]) == (413, "urn:character-registry:problem:too-large")


def test_405_names_every_method_that_the_address_takes(http):
    assert http("POST", "/v1/characters/ref:x", "rightsholder").headers["allow"] == "DELETE, GET, PATCH, PUT"


def test_pages_are_linked(http):
    for number in range(3):
        http("POST", "/v1/works", "rightsholder", json={"title": f"Work {number}", "ref": f"w{number}"})
    first = http("GET", "/v1/works?limit=2&q=work", "service")
    following = first.headers["link"].partition("<")[2].partition(">")[0]
    assert f"cursor={first.json()['next']}" in following
    second = http("GET", following, "service")
    assert [w["ref"] for w in (*first.json()["items"], *second.json()["items"])] == ["w0", "w1", "w2"]
    assert "link" not in second.headers


class TestDeprecation:
    """No route is deprecated yet: the mechanism is tried on one of its own."""

    SINCE, GONE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

    @pytest.fixture
    def app(self, monkeypatch):
        router = mannered_router()

        @router.get("/old/{id}")
        def read_old(id: str) -> str:  # noqa: A002
            return id

        app = FastAPI()
        app.include_router(router)
        describe(app)
        monkeypatch.setitem(deprecation.DEPRECATED, ("GET", "/old/{id}"), Deprecated(self.SINCE, self.GONE, "/v2/new"))
        return app

    def test_its_answers_say_since_when_until_when_and_what_instead(self, app):
        headers = TestClient(app).get("/old/1").headers
        assert headers["deprecation"] == "@1767225600"
        assert headers["sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
        assert headers["link"] == '</v2/new>; rel="successor-version"'

    def test_the_document_says_so_too(self, app):
        from registry.api.problems import answer_problems

        answer_problems(app)
        operation = app.openapi()["paths"]["/old/{id}"]["get"]
        assert operation["deprecated"] is True
        assert {"Deprecation", "Sunset"} <= operation["responses"]["200"]["headers"].keys()

    def test_nothing_goes_without_notice(self):
        with pytest.raises(ValueError, match="180 days"):
            Deprecated(self.SINCE, self.SINCE + timedelta(days=179), "/v2/new")

    def test_every_route_that_is_named_there_exists(self, http):
        document = http("GET", "/openapi.json").json()["paths"]
        assert all(method.lower() in document[path] for method, path in deprecation.DEPRECATED)
