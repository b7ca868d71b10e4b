"""The registry does not serve on an unsafe setting, and says which one it is and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry.config import Settings, settings_from
from registry.core.errors import InvalidInput
from registry.unsafe import CHECKS, is_local, require_own_catalog, require_safe
from registry.usecases.init import load_example
from registry.usecases.registry import open_registry
from tests.conftest import initialise

ROOT = Path(__file__).parents[1]
PROXY = ("10.0.0.1/32",)


def safe(settings, host="127.0.0.1", **environment):
    require_safe(settings, host, environment)


def refused(settings, host="127.0.0.1", **environment):
    with pytest.raises(InvalidInput, match="refusing to start") as error:
        require_safe(settings, host, environment)
    return error.value.message


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir(0o700)
    return folder


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "registry.example"])
def test_others_may_connect_only_through_a_proxy_that_ends_tls(home, host):
    assert "REGISTRY_TRUSTED_PROXIES" in refused(Settings(home=home), host)
    safe(Settings(home=home, trusted_proxies=PROXY), host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_alone_on_the_machine_no_proxy_is_needed(home, host):
    assert is_local(host)
    safe(Settings(home=home), host)


@pytest.mark.parametrize("proxies", ["0.0.0.0/0", "::/0", "128.0.0.0/1"])
def test_not_everyone_is_a_proxy(home, proxies):
    assert "TRUSTED_PROXIES" in refused(Settings(home=home, trusted_proxies=proxies))


def test_no_debugging_where_others_connect(home):
    settings = Settings(home=home, log_level="debug", trusted_proxies=PROXY)
    assert "LOG_LEVEL" in refused(settings, "0.0.0.0")
    safe(settings)


def test_not_every_page_with_its_readers_credentials(home):
    assert "CORS" in refused(Settings(home=home, cors_origins="*", cors_credentials=True))
    safe(Settings(home=home, cors_origins="*"))
    safe(Settings(home=home, cors_origins="https://console.example", cors_credentials=True))


@pytest.mark.parametrize("name", ["log.key", "seal.key"])
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_nobody_else_may_use_a_private_key(home, name, mode):
    (home / name).touch()
    (home / name).chmod(mode)
    assert f"chmod 600 {home / name}" in refused(Settings(home=home))
    (home / name).chmod(0o600)
    safe(Settings(home=home))


def test_the_home_is_ours(home, monkeypatch):
    home.chmod(0o777)
    assert "REGISTRY_HOME" in refused(Settings(home=home)) or "chmod o-w" in refused(Settings(home=home))
    home.chmod(0o700)
    (home / "file").touch()
    assert "REGISTRY_HOME" in refused(Settings(home=home / "file"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "REGISTRY_HOME" in refused(Settings(home=home))
    assert "REGISTRY_HOME" in refused(Settings(home=home / "new" / "one"))


def test_the_database_is_ours(home):
    (home / "registry.db").touch(0o666)
    (home / "registry.db").chmod(0o666)
    assert "chmod o-w" in refused(Settings(home=home))


def test_a_database_on_another_machine_is_not_asked_in_clear(home):
    url = "postgresql://registry:secret@db.example/registry"
    message = refused(Settings(home=home, database_url=url))
    assert "sslmode" in message
    assert "secret" not in message
    safe(Settings(home=home, database_url=f"{url}?sslmode=verify-full"))
    safe(Settings(home=home, database_url="postgresql://registry@127.0.0.1/registry"))
    safe(Settings(home=home, database_url="postgresql:///registry?host=/run/postgresql"))


def test_workers_are_started_one_by_one(home):
    assert "WEB_CONCURRENCY" in refused(Settings(home=home), WEB_CONCURRENCY="4")
    safe(Settings(home=home), WEB_CONCURRENCY="1")


def test_the_example_catalog_is_not_enforced_on_others(tmp_path):
    from registry.example import example_catalog

    registry = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    initialise(registry)
    require_own_catalog(registry, "0.0.0.0")
    load_example(registry, example_catalog())
    require_own_catalog(registry, "127.0.0.1")
    with pytest.raises(InvalidInput, match="example catalog"):
        require_own_catalog(registry, "0.0.0.0")
    registry.database.close()


def test_the_command_refuses_in_one_line(home):
    environment = {**os.environ, "REGISTRY_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "registry", "serve", "--host", "0.0.0.0", "--port", "0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "refusing to start" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(home.iterdir()) == []


def test_each_check_is_tried_above():
    assert len(CHECKS) == 8


class TestFromFiles:
    """REGISTRY_X_FILE holds what REGISTRY_X would."""

    def test_a_secret_is_read_without_its_newline(self, home):
        (home / "url").write_text("postgresql:///x\n")
        (home / "url").chmod(0o400)
        assert settings_from({"REGISTRY_DATABASE_URL_FILE": str(home / "url")}).database_url == "postgresql:///x"

    @pytest.mark.parametrize("mode", [0o604, 0o606, 0o644])
    def test_a_file_that_everyone_may_read_is_refused(self, home, mode):
        (home / "url").write_text("postgresql://u:secret@h/x")
        (home / "url").chmod(mode)
        with pytest.raises(InvalidInput, match="REGISTRY_DATABASE_URL_FILE") as error:
            settings_from({"REGISTRY_DATABASE_URL_FILE": str(home / "url")})
        assert "secret" not in str(error.value)

    def test_twice_or_missing_is_an_error_that_names_it(self, home):
        with pytest.raises(InvalidInput, match="cannot be read"):
            settings_from({"REGISTRY_DATABASE_URL_FILE": str(home / "nowhere")})
        (home / "url").touch(0o600)
        with pytest.raises(InvalidInput, match="set twice"):
            settings_from({"REGISTRY_DATABASE_URL_FILE": str(home / "url"), "REGISTRY_DATABASE_URL": "sqlite:///x"})

    def test_a_file_of_no_setting_is_unknown(self):
        with pytest.raises(InvalidInput, match="REGISTRY_NOTHING_FILE"):
            settings_from({"REGISTRY_NOTHING_FILE": "/x"})
        assert settings_from({"REGISTRY_LOG_KEY_FILE": "/x"}).log_key == Path("/x")
