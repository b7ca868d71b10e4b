"""The tables of members, their sessions and log-ins, and mandates, as SQLModel rows. Secrets stand here as hashes, or sealed."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.store.columns import Big, Key, Moment


class MemberRow(SQLModel, table=True):
    """A person of an organisation. Without a `password_hash` it has been invited only."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("organisation_id", "email"),)

    id: str = Field(primary_key=True, sa_type=Key)
    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Key)
    email: str = Field(sa_type=Key)
    name: str
    rights: str
    password_hash: str | None = None
    totp_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    totp_confirmed: bool = False
    totp_step: int = Field(default=-1, sa_type=Big)
    created_at: datetime = Field(sa_type=Moment)
    disabled_at: datetime | None = Field(default=None, sa_type=Moment)
    last_login_at: datetime | None = Field(default=None, sa_type=Moment)


class MemberLinkRow(SQLModel, table=True):
    """A link, good once, by which a member sets a password: an invitation or a reset."""

    __tablename__ = "member_link"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    member_id: str = Field(foreign_key="member.id", index=True, sa_type=Key)
    expires_at: datetime = Field(sa_type=Moment)
    removes_totp: bool = False


class SessionRow(SQLModel, table=True):
    """A member logged in: found by the token's public prefix, proved by the SHA-256 of the whole."""

    __tablename__ = "session"

    id: str = Field(primary_key=True, sa_type=Key)
    prefix: str = Field(unique=True, sa_type=Key)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    member_id: str = Field(foreign_key="member.id", index=True, sa_type=Key)
    address: str | None = None
    agent: str = ""
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    last_used_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class RecoveryCodeRow(SQLModel, table=True):
    """A code, good once, in place of one from the authenticator."""

    __tablename__ = "recovery_code"

    member_id: str = Field(primary_key=True, foreign_key="member.id", sa_type=Key)
    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)


class KnownAddressRow(SQLModel, table=True):
    """An address from which a member has logged in: failures elsewhere do not lock it out."""

    __tablename__ = "known_address"

    member_id: str = Field(primary_key=True, foreign_key="member.id", sa_type=Key)
    address: str = Field(primary_key=True, sa_type=Key)
    last_at: datetime = Field(sa_type=Moment)


class AttemptRow(SQLModel, table=True):
    """How often logging in has failed of late, for an account (hashed: it need not exist) or an address."""

    __tablename__ = "attempt"

    key: str = Field(primary_key=True, sa_type=Key)
    failures: int = Field(sa_type=Big)
    last_at: datetime = Field(sa_type=Moment, index=True)


class MandateRow(SQLModel, table=True):
    """A rightsholder's word that a representative may act for it."""

    __tablename__ = "mandate"

    id: str = Field(primary_key=True, sa_type=Key)
    rightsholder_id: str = Field(foreign_key="organisation.id", index=True, sa_type=Key)
    representative_id: str = Field(foreign_key="organisation.id", index=True, sa_type=Key)
    granted_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
