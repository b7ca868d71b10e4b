"""Settings, from `REGISTRY_*` variables. `REGISTRY_HOME` holds all state."""

import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from registry.core.errors import FieldError, InvalidInput

PREFIX = "REGISTRY_"


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
    rate_limit: int = Field(0, ge=0, description="requests a second for each key in each process; 0: no limit")
    fast_check: bool = Field(True, description="answer well-formed checks before the routing machinery")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, said: object) -> object:
        return tuple(str(ip_network(part.strip())) for part in said.split(",") if part.strip()) if isinstance(said, str) else said

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.home / 'registry.db').resolve()}"

    @property
    def log_key(self) -> Path:
        """Where the log's private key is."""
        return Path(self.log_key_file) if self.log_key_file else self.home / "log.key"

    @property
    def seal_key(self) -> Path:
        """Where the key is that authenticators are sealed with."""
        return Path(self.seal_key_file) if self.seal_key_file else self.home / "seal.key"


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises InvalidInput for an unknown or bad `REGISTRY_*` variable, naming it."""
    given = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        fields = tuple(FieldError(PREFIX + str(e["loc"][0]).upper(), e["msg"]) for e in error.errors(include_input=False))
        raise InvalidInput(f"bad setting `{fields[0].field}`: {fields[0].message}", fields=fields) from None
