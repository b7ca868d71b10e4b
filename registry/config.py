"""Settings, from `REGISTRY_*` variables. `REGISTRY_HOME` holds all state."""

import os
from collections.abc import Mapping
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from registry.core.errors import FieldError, InvalidInput
from registry.usecases.registry import ClaimRules

PREFIX, FROM_FILE = "REGISTRY_", "_file"


class Settings(BaseModel):
    """What can be set, and what holds otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path("data"), description="folder that holds all state")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the home folder")
    log_key_file: Path | str = Field("", description="the log's private key; empty: `log.key` in the home folder")
    log_origin: str = Field("", description="the log's name, such as `registry.example/log`; empty: a random one, made with the key")
    seal_key_file: Path | str = Field("", description="what authenticators are sealed with; empty: `seal.key` in the home folder")
    trusted_proxies: tuple[str, ...] = Field((), description="addresses or networks, with commas: their `X-Forwarded-For` is believed")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error")
    quota: int = Field(1_200_000, ge=0, description="requests a minute for each key, in all processes together; 0: no limit")
    address_limit: int = Field(6_000, ge=0, description="requests a minute without a key from each address, in each process; 0: no limit")
    cors_origins: tuple[str, ...] = Field((), description="origins whose pages may read answers (CORS), with commas; `*`: all")
    cors_credentials: bool = Field(False, description="let those pages send what the browser has for the registry")
    hsts_seconds: int = Field(0, ge=0, description="browsers use only HTTPS for so long (Strict-Transport-Security); 0: unsaid")
    request_seconds: int = Field(120, ge=1, description="for a request to come whole, and for its answer to be taken")
    fast_check: bool = Field(True, description="answer well-formed checks before the routing machinery")

    bulk_quota: int = Field(500, ge=1, description="new entries of a rightsholder in 24 hours; more wait for review")
    answer_days: int = Field(7, ge=1, le=365, description="days in which a rightsholder answers a dispute")
    decide_days: int = Field(14, ge=1, le=365, description="days in which the operator decides a dispute that was answered")
    appeal_days: int = Field(14, ge=1, le=365, description="days in which a decision about a dispute can be appealed")
    erase_days: int = Field(180, ge=1, le=3650, description="days after which contacts and texts of closed disputes are erased")
    disputes_a_day: int = Field(3, ge=0, description="disputes that one address may open in 24 hours without a key")
    dns_resolver: str = Field("", description="`address:port` asked for DNS proofs of domains; empty: the system's resolver")

    @property
    def claim_rules(self) -> ClaimRules:
        """What is set about claims and disputes."""
        return ClaimRules(**{field.name: getattr(self, field.name) for field in fields(ClaimRules)})

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _listed(cls, said: object) -> object:
        return tuple(part.strip() for part in said.split(",") if part.strip()) if isinstance(said, str) else said

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, said: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(part)) for part in said)

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.home / 'registry.db').resolve()}"

    @property
    def compiled_names(self) -> Path:
        """Where compiled names are kept: made anew when it is gone or does not fit."""
        return self.home / "names.bin"

    @property
    def log_key(self) -> Path:
        """Where the log's private key is."""
        return Path(self.log_key_file) if self.log_key_file else self.home / "log.key"

    @property
    def seal_key(self) -> Path:
        """Where the key is that authenticators are sealed with."""
        return Path(self.seal_key_file) if self.seal_key_file else self.home / "seal.key"


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises InvalidInput for an unknown or bad `REGISTRY_*` variable, naming it.

    `REGISTRY_X_FILE` is a file that holds what `REGISTRY_X` would, as secrets are mounted.
    """
    said = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    given = {name: value for name, value in said.items() if not _is_file_of(name)}
    for name in said.keys() - given.keys():
        setting = name.removesuffix(FROM_FILE)
        if setting in given:
            raise _bad(setting, f"set twice: also by `{PREFIX}{name.upper()}`")
        given[setting] = _read(name, Path(said[name]))
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        fields = tuple(FieldError(PREFIX + str(e["loc"][0]).upper(), e["msg"]) for e in error.errors(include_input=False))
        raise InvalidInput(f"bad setting `{fields[0].field}`: {fields[0].message}", fields=fields) from None


def _is_file_of(name: str) -> bool:
    return name.endswith(FROM_FILE) and name not in Settings.model_fields and name.removesuffix(FROM_FILE) in Settings.model_fields


def _read(name: str, path: Path) -> str:
    """Return a secret from its file, without the newline at its end. Nobody else on the machine may be able to read it."""
    try:
        is_open = path.stat().st_mode & 0o007
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(name, f"`{path}` cannot be read ({type(error).__name__})") from None
    if is_open:
        raise _bad(name, f"everyone on this machine may use `{path}`: `chmod o= {path}`")
    return text.rstrip("\r\n")


def _bad(name: str, message: str) -> InvalidInput:
    field = FieldError(PREFIX + name.upper(), message)
    return InvalidInput(f"bad setting `{field.field}`: {message}", fields=(field,))
