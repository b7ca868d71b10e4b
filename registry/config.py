"""Settings, from `REGISTRY_*` variables. `REGISTRY_HOME` holds all state."""

import os
from collections.abc import Mapping
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from registry.core.errors import FieldError, InvalidInput
from registry.usecases.registry import ClaimRules

PREFIX = "REGISTRY_"


class Settings(BaseModel):
    """What can be set, and what holds otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path("data"), description="folder that holds all state")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the home folder")
    log_key_file: Path | str = Field("", description="the log's private key; empty: `log.key` in the home folder")
    log_origin: str = Field("", description="the log's name, such as `registry.example/log`; empty: a random one, made with the key")
    seal_key_file: Path | str = Field("", description="what authenticators are sealed with; empty: `seal.key` in the home folder")
    trusted_proxies: str = Field("", description="addresses or networks, with commas: their `X-Forwarded-For` is believed")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error")
    rate_limit: int = Field(0, ge=0, description="requests a second for each key in each process; 0: no limit")
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

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, said: str) -> str:
        return ",".join(str(ip_network(part.strip())) for part in said.split(",") if part.strip())

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
    """Read the settings. Raises InvalidInput for an unknown or bad `REGISTRY_*` variable, naming it."""
    given = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        wrong = tuple(FieldError(PREFIX + str(e["loc"][0]).upper(), e["msg"]) for e in error.errors(include_input=False))
        raise InvalidInput(f"bad setting `{wrong[0].field}`: {wrong[0].message}", fields=wrong) from None
