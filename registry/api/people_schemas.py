"""Bodies of requests and answers about keys, members, sessions and representatives. A secret stands only where it is shown once."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from registry.api.schemas import Body
from registry.core.model import Level, NameText, Role
from registry.core.scopes import Rights, Scope
from registry.core.value import LongText

NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
Label = Annotated[str, Field(max_length=200, pattern=NO_CONTROLS)]
Named = Annotated[str, Field(min_length=1, max_length=300, pattern=NO_CONTROLS)]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=NO_CONTROLS)]
Networks = Annotated[
    list[Annotated[str, Field(max_length=64)]],
    Field(
        default_factory=list,
        max_length=100,
        description="Addresses or networks that it may be used from, such as `192.0.2.0/24`; none: any.",
    ),
]
Scopes = Annotated[list[Scope] | None, Field(description="What it may do; null: everything that its role may by default.")]
OwnLevel = Annotated[Level, Field(description="How its checks treat ambiguous mentions, unless they say.")]
Password = Annotated[SecretStr, Field(max_length=1_000)]
Code = Annotated[SecretStr, Field(max_length=100)]
MAX_OVERLAP_SECONDS = 30 * 24 * 3600


class KeyCreate(Body):
    """A new API key."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"label": "production", "scopes": ["check"], "addresses": ["192.0.2.0/24"], "level": "strict"}]},
    )

    label: Label = ""
    expires_at: AwareDatetime | None = None
    scopes: Scopes = None
    addresses: Networks
    level: OwnLevel = Level.balanced


class KeyUpdate(Body):
    """Fields of a key to change; those left out stay."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"scopes": ["check", "decisions:report"]}]})

    label: Label = ""
    expires_at: AwareDatetime | None = None
    scopes: Scopes = None
    addresses: Networks
    level: OwnLevel = Level.balanced


class KeyRotate(Body):
    """How long the old secret still works beside the new one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_seconds": 86400}]})

    overlap_seconds: int = Field(3600, ge=0, le=MAX_OVERLAP_SECONDS)

    @property
    def overlap(self) -> timedelta:
        """The same as a span of time."""
        return timedelta(seconds=self.overlap_seconds)


class KeyBody(BaseModel):
    """An API key, without its secret. `last_used_at` is right to about a minute."""

    id: str
    organisation: str
    prefix: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    scopes: list[Scope] | None
    addresses: list[str]
    level: Level
    replaces: str | None
    last_used_at: datetime | None


class NewKeyBody(KeyBody):
    """A key just made: `secret` is shown this once."""

    secret: str


class SuspensionCreate(Body):
    """Why an organisation is suspended."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "a key was found in a public repository"}]})

    reason: LongText


class SuspensionBody(BaseModel):
    """Whether the operator has suspended an organisation; `suspended_at` null: it has not."""

    organisation: str
    suspended_at: datetime | None
    reason: str | None


class MandateCreate(Body):
    """Who may act for the rightsholder: the id of an organisation, or `ref:` and its ref."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"representative": "ref:agency"}]})

    representative: Named


class MandateBody(BaseModel):
    """A rightsholder's word that a representative may act for it, until revoked."""

    id: str
    rightsholder: str
    representative: str
    granted_at: datetime
    revoked_at: datetime | None


class MemberCreate(Body):
    """A person to invite."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "ann@rightsholder.example", "name": "Ann Example", "rights": "editor"}]}
    )

    email: Email
    name: NameText
    rights: Rights = Rights.reader


class MemberUpdate(Body):
    """Fields of a member to change; those left out stay."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"rights": "reader"}]})

    name: NameText | None = None
    rights: Rights | None = None
    disabled: bool | None = None


class MemberBody(BaseModel):
    """A person of an organisation. Who has not `joined` was invited and has no password yet."""

    id: str
    organisation: str
    email: str
    name: str
    rights: Rights
    joined: bool
    has_totp: bool
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None


class LinkBody(BaseModel):
    """A link just made: hand `token` to the member in private; it sets a password, once, and is shown this once."""

    member: MemberBody
    token: str
    expires_at: datetime


class ResetCreate(Body):
    """A link to set a new password; with `removes_totp` the authenticator is gone once it is used."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"removes_totp": True}]})

    removes_totp: bool = False


class PasswordSet(Body):
    """A password, set with an invitation or a reset link."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"token": "crl_...", "password": "a long sentence of your own"}]}
    )

    token: Code
    password: Password


class PasswordChange(Body):
    """One's own password, and the new one: 12 to 256 characters."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"current": "a long sentence of your own", "password": "another long sentence"}]}
    )

    current: Password
    password: Password


class PasswordProof(Body):
    """One's own password, to prove that it is still you."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"password": "a long sentence of your own"}]})

    password: Password


class CodeProof(Body):
    """A code that the authenticator shows now."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "492039"}]})

    code: Code


class EnrolmentBody(BaseModel):
    """What an authenticator app needs: the seed in base 32, or the address to show as a QR code. Shown this once."""

    seed: str
    uri: str


class RecoveryBody(BaseModel):
    """Codes to log in without the authenticator, each good once. Shown this once."""

    recovery_codes: list[str]


class LogIn(Body):
    """Who logs in: the organisation's id or ref, e-mail, password and, with an authenticator, its code or a recovery code."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "organisation": "rightsholder",
                    "email": "ann@rightsholder.example",
                    "password": "a long sentence of your own",
                    "code": "492039",
                }
            ]
        },
    )

    organisation: Named
    email: Email
    password: Password
    code: Code | None = None


class SessionBody(BaseModel):
    """A member logged in: from which network, with what, and until when at most; an hour without use ends it as well."""

    id: str
    member: str
    address: str | None
    agent: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime


class OwnSessionBody(BaseModel):
    """The session that is asking, and whose it is."""

    session: SessionBody
    member: MemberBody
    scopes: list[Scope]


class OrganisationName(BaseModel):
    """An organisation, by what it is called."""

    id: str
    role: Role
    ref: str
    name: str


class MeBody(BaseModel):
    """Who is asking: a `key`, or a `member` in a `session`. `scopes` is all that it may do as it asks now.

    `organisation` is whom it asks for: its own, or with `On-Behalf-Of` the rightsholder; then `representative` is its own.
    """

    organisation: OrganisationName
    representative: str | None
    scopes: list[Scope]
    addresses: list[str] = Field(description="Networks that it may be used from; none: any.")
    expires_at: datetime | None = Field(description="When it ends at the latest; a session also ends after an hour without use.")
    level: Level
    key: KeyBody | None
    session: SessionBody | None
    member: MemberBody | None


class NewSessionBody(BaseModel):
    """A session just made: send `token` as you would a key. Shown this once."""

    token: str
    session: SessionBody
    member: MemberBody
