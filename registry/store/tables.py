"""The tables, as SQLModel rows. Rows never leave this room: reads return the values of `core.model`.

A work or a character is stored whole, its lists as JSON text; `NameRow` is the index over its names. Nothing is deleted.
"""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.store.columns import Big, Key, Moment


class OrganisationRow(SQLModel, table=True):
    """A rightsholder, service, auditor or operator."""

    __tablename__ = "organisation"

    id: str = Field(primary_key=True, sa_type=Key)
    role: str
    ref: str = Field(unique=True, sa_type=Key)
    name: str
    contact: str | None = None
    retention: str | None = None
    policy: str | None = None
    scheduled: str | None = None
    unruled: str | None = None
    verified: str | None = None
    domain: str | None = None
    digest: str | None = None
    revision: int = Field(default=0, sa_type=Big, index=True)
    created_at: datetime = Field(sa_type=Moment)
    suspended_at: datetime | None = Field(default=None, sa_type=Moment)
    suspended_for: str | None = None


class ApiKeyRow(SQLModel, table=True):
    """An API key: found by its public prefix, proved by the SHA-256 of the whole."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True, sa_type=Key)
    organisation_id: str = Field(foreign_key="organisation.id", index=True, sa_type=Key)
    prefix: str = Field(unique=True, sa_type=Key)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    label: str = ""
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    scopes: str | None = None
    addresses: str | None = None
    level: str | None = None
    replaces: str | None = Field(default=None, sa_type=Key)
    last_used_at: datetime | None = Field(default=None, sa_type=Moment)


class WorkRow(SQLModel, table=True):
    """A work, as `core.model.Work`."""

    __tablename__ = "work"
    __table_args__ = (UniqueConstraint("rightsholder_id", "ref"),)

    id: str = Field(primary_key=True, sa_type=Key)
    rightsholder_id: str = Field(foreign_key="organisation.id", sa_type=Key)
    ref: str = Field(sa_type=Key)
    title: str
    titles: str
    policy: str | None = None
    scheduled: str | None = None
    status: str
    digest: str | None = None
    revision: int = Field(sa_type=Big, index=True)
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


class CharacterRow(SQLModel, table=True):
    """A character, as `core.model.Character`."""

    __tablename__ = "character"
    __table_args__ = (UniqueConstraint("rightsholder_id", "ref"),)

    id: str = Field(primary_key=True, sa_type=Key)
    rightsholder_id: str = Field(foreign_key="organisation.id", sa_type=Key)
    ref: str = Field(sa_type=Key)
    work_id: str | None = Field(default=None, foreign_key="work.id", index=True, sa_type=Key)
    name: str
    aliases: str
    policy: str | None = None
    scheduled: str | None = None
    status: str
    digest: str | None = None
    revision: int = Field(sa_type=Big, index=True)
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


class PolicyVersionRow(SQLModel, table=True):
    """What a character, work or rightsholder said from one revision on, and who made it say so."""

    __tablename__ = "policy_version"

    entry_id: str = Field(primary_key=True, sa_type=Key)
    revision: int = Field(primary_key=True, sa_type=Big)
    changed_at: datetime = Field(sa_type=Moment)
    organisation_id: str | None = None
    key_id: str | None = None
    policy: str | None = None
    scheduled: str | None = None


class NameRow(SQLModel, table=True):
    """One folded name of a work or character, for search by the beginning of any name."""

    __tablename__ = "name"
    __table_args__ = (Index("name_by_entry", "entry_id"),)

    key: str = Field(primary_key=True, sa_type=Key)
    entry_id: str = Field(primary_key=True, sa_type=Key)


class LeafRow(SQLModel, table=True):
    """One entry of the log: `data` is canonical JSON, `hash` its RFC 6962 leaf hash."""

    __tablename__ = "leaf"

    log_index: int = Field(primary_key=True, sa_type=Big, sa_column_kwargs={"autoincrement": False})
    kind: str
    hash: bytes = Field(sa_type=LargeBinary)
    data: bytes = Field(sa_type=LargeBinary)


class TreeHeadRow(SQLModel, table=True):
    """The one locked row that orders everything: the tree's size, root and frontier, the catalog's revision
    and the epoch of access (counts revocations, so that every process notices one at its next append).
    """

    __tablename__ = "tree_head"

    id: int = Field(primary_key=True)
    size: int = Field(sa_type=Big)
    root: bytes = Field(sa_type=LargeBinary)
    frontier: bytes = Field(sa_type=LargeBinary)
    revision: int = Field(sa_type=Big)
    access_epoch: int = Field(sa_type=Big)


class DecisionRow(SQLModel, table=True):
    """What decisions are found by; the decision itself is the leaf."""

    __tablename__ = "decision"
    __table_args__ = (Index("decision_by_service", "service_id", "log_index"),)

    log_index: int = Field(primary_key=True, sa_type=Big, sa_column_kwargs={"autoincrement": False})
    id: str = Field(unique=True, sa_type=Key)
    service_id: str = Field(sa_type=Key)
    decided_at: int = Field(sa_type=Big)
    outcome: str
    revision: int = Field(sa_type=Big)
    level: str
    reasons: str


class ReportedRow(SQLModel, table=True):
    """Which entry of the log reports what was done about a decision."""

    __tablename__ = "reported"

    decision_index: int = Field(primary_key=True, sa_type=Big, sa_column_kwargs={"autoincrement": False})
    log_index: int = Field(unique=True, sa_type=Big)
    action: str


class DecisionCharacterRow(SQLModel, table=True):
    """Which characters a decision names, and whose they are."""

    __tablename__ = "decision_character"
    __table_args__ = (Index("decision_by_rightsholder", "rightsholder_id", "log_index"),)

    character_id: str = Field(primary_key=True, sa_type=Key)
    log_index: int = Field(primary_key=True, sa_type=Big)
    rightsholder_id: str = Field(sa_type=Key)


class ImportJobRow(SQLModel, table=True):
    """An import over HTTP: its progress and, at the end, its counts or its errors."""

    __tablename__ = "import_job"

    id: str = Field(primary_key=True, sa_type=Key)
    rightsholder_id: str = Field(foreign_key="organisation.id", index=True, sa_type=Key)
    state: str
    lines_done: int = 0
    lines_total: int = 0
    report: str | None = None
    created_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class CaseRow(SQLModel, table=True):
    """A claim, dispute, verification or reserved name. `said` is canonical JSON, what the case's last entry of the log says;
    `private` is JSON that the log commits to at most: texts and contacts, erasable.
    """

    __tablename__ = "case_file"
    __table_args__ = (Index("case_by_rightsholder", "kind", "rightsholder_id", "id"), Index("case_by_about", "kind", "about"))

    id: str = Field(primary_key=True, sa_type=Key)
    kind: str
    state: str
    is_open: bool = Field(index=True)
    rightsholder_id: str | None = Field(default=None, sa_type=Key)
    about: str = Field(sa_type=Key)
    batch: str | None = Field(default=None, index=True, sa_type=Key)
    tags: str = ""
    said: str
    private: str | None = None
    opened_at: datetime = Field(sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)


class CaseStepRow(SQLModel, table=True):
    """Which entries of the log are about a case."""

    __tablename__ = "case_step"

    case_id: str = Field(primary_key=True, sa_type=Key)
    log_index: int = Field(primary_key=True, sa_type=Big)


class HourlyRow(SQLModel, table=True):
    """How much of something came in an hour (since 1970): new entries of a rightsholder, disputes of an address."""

    __tablename__ = "hourly"

    what: str = Field(primary_key=True, sa_type=Key)
    hour: int = Field(primary_key=True, sa_type=Big)
    count: int


class IdempotencyRow(SQLModel, table=True):
    """A request that came with an Idempotency-Key: `running`, `applied` (what it does is committed) or `answered`.

    `id` and `request` are keyed hashes and `answer` is sealed, all under the caller's own credential, which is not stored.
    """

    __tablename__ = "idempotency"

    id: str = Field(primary_key=True, sa_type=Key)
    request: bytes = Field(sa_type=LargeBinary)
    attempt: str
    state: str
    started_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)


class QuotaRow(SQLModel, table=True):
    """What the operator lets each key of an organisation ask in a minute, where it is not what the settings say."""

    __tablename__ = "quota"

    organisation_id: str = Field(primary_key=True, foreign_key="organisation.id", sa_type=Key)
    per_minute: int = Field(sa_type=Big)


class QuotaUseRow(SQLModel, table=True):
    """How much of a key's quota processes have taken for one minute (counted from 1970)."""

    __tablename__ = "quota_use"

    key_id: str = Field(primary_key=True, sa_type=Key)
    minute: int = Field(primary_key=True, sa_type=Big, index=True)
    taken: int = Field(sa_type=Big)


def table_of(row_type: type[SQLModel]) -> Table:
    """Return the plain table of a row type, for statements on many rows."""
    return SQLModel.metadata.tables[str(row_type.__tablename__)]
