"""Settings that the registry refuses to serve on: each says what is wrong and what to do."""

import os
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from registry.config import PREFIX, Settings
from registry.core.errors import InvalidInput
from registry.usecases.init import has_example
from registry.usecases.registry import Registry

OTHERS, GROUP_AND_OTHERS = 0o007, 0o077
ANYBODY = 2  # a network with fewer bits than this many before its slash is nearly everyone
HINT_PROXY = f"set `{PREFIX}TRUSTED_PROXIES` to the address of the proxy in front that ends TLS, or listen on 127.0.0.1"


def require_safe(settings: Settings, host: str, environment: Mapping[str, str] = os.environ) -> None:
    """Raise InvalidInput naming the first unsafe setting. `host` is the address to listen on."""
    for refuse in CHECKS:
        if (reason := refuse(settings, host, environment)) is not None:
            raise InvalidInput(f"refusing to start: {reason}")


def require_own_catalog(registry: Registry, host: str) -> None:
    """Raise InvalidInput when others could reach a registry that enforces the example catalog as if it were real."""
    if not is_local(host) and has_example(registry):
        raise InvalidInput(f"refusing to start: the example catalog is loaded and `{host}` can be reached by others: use another home")


def is_local(host: str) -> bool:
    """True when only this machine can reach the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _no_proxy(settings: Settings, host: str, _: Mapping[str, str]) -> str | None:
    if is_local(host) or settings.trusted_proxies:
        return None
    return f"keys would cross the network in clear: `{host}` can be reached by others; {HINT_PROXY}"


def _anyone_is_a_proxy(settings: Settings, _host: str, _: Mapping[str, str]) -> str | None:
    wide = [text for text in settings.trusted_proxies if ip_network(text).prefixlen < ANYBODY]
    return f"`{PREFIX}TRUSTED_PROXIES` trusts nearly everyone (`{wide[0]}`): anyone could claim any address" if wide else None


def _debug_in_public(settings: Settings, host: str, _: Mapping[str, str]) -> str | None:
    is_talkative = settings.log_level == "debug" and not is_local(host)
    return f"`{PREFIX}LOG_LEVEL=debug` makes libraries log what they are given: not where others connect" if is_talkative else None


def _cors_for_all(settings: Settings, _host: str, _: Mapping[str, str]) -> str | None:
    if "*" in settings.cors_origins and settings.cors_credentials:
        return f"`{PREFIX}CORS_ORIGINS=*` with `{PREFIX}CORS_CREDENTIALS` lets every page act as its reader: name the origins"
    return None


def _open_key_files(settings: Settings, _host: str, _: Mapping[str, str]) -> str | None:
    for path in (settings.log_key, settings.seal_key):
        if path.exists() and path.stat().st_mode & GROUP_AND_OTHERS:
            return f"others on this machine may use the private key `{path}`: `chmod 600 {path}`"
    return None


def _home(settings: Settings, _host: str, _: Mapping[str, str]) -> str | None:
    home = settings.home
    if not home.exists():
        parent = next(folder for folder in (home, *home.resolve().parents) if folder.exists())
        return None if os.access(parent, os.W_OK) else f"`{home}` does not exist and cannot be made: `{PREFIX}HOME`"
    if not home.is_dir() or not os.access(home, os.W_OK | os.X_OK):
        return f"`{home}` is no folder that can be written: `{PREFIX}HOME`"
    return f"everyone on this machine may write in `{home}`: `chmod o-w {home}`" if home.stat().st_mode & 0o002 else None


def _open_database(settings: Settings, _host: str, _: Mapping[str, str]) -> str | None:
    url = urlsplit(settings.database)
    if url.scheme.startswith("sqlite"):
        path = Path(url.path[1:])
        is_open = path.exists() and path.stat().st_mode & 0o002
        return f"everyone on this machine may write the database `{path}`: `chmod o-w {path}`" if is_open else None
    if url.hostname and not is_local(url.hostname) and "sslmode" not in parse_qs(url.query):
        return (
            f"the password and every prompt kept would cross the network to `{url.hostname}`: say `?sslmode=verify-full`, or what you mean"
        )
    return None


def _several_workers(_settings: Settings, _host: str, environment: Mapping[str, str]) -> str | None:
    if environment.get("WEB_CONCURRENCY", "1").strip() not in {"", "1"}:
        return "`WEB_CONCURRENCY` does nothing here: start one `registry serve` for each process, on its own port"
    return None


CHECKS: tuple[Callable[[Settings, str, Mapping[str, str]], str | None], ...] = (
    _no_proxy,
    _anyone_is_a_proxy,
    _debug_in_public,
    _cors_for_all,
    _open_key_files,
    _home,
    _open_database,
    _several_workers,
)
