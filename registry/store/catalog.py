"""Works and characters: reading them as values, and writing changes with their leaves in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Select, bindparam, delete, func, update
from sqlmodel import Session, col, select

from registry.core.model import Alias, Character, EntryStatus, Organisation, Role, Title, Work
from registry.store.access import organisation_columns, policy_text, read_scheduled, read_stored_policy, scheduled_text, to_organisation
from registry.store.cases import CaseChange, write_cases
from registry.store.columns import EPOCH
from registry.store.digest import damaged, require_undamaged, row_digest
from registry.store.log import POSTGRES_LOG, SQLITE_LOG, LeafDraft, TreeHead, append_leaves, read_head
from registry.store.policy_versions import Author, record_versions
from registry.store.tables import CharacterRow, NameRow, OrganisationRow, TreeHeadRow, WorkRow, table_of

Row = TypeVar("Row", WorkRow, CharacterRow)
IN_CHUNK = 500  # SQLite and PostgreSQL both take far more parameters; short statements stay cached

_TITLES = TypeAdapter(tuple[Title, ...])
_ALIASES = TypeAdapter(tuple[Alias, ...])


@dataclass(frozen=True, slots=True)
class CatalogRows:
    """Everything registered, or all of it that changed after a revision; `revision` is the newest one."""

    revision: int
    access_epoch: int
    rightsholders: tuple[Organisation, ...]
    works: tuple[Work, ...]
    characters: tuple[Character, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the catalog, made ready before the log is locked: the row as it is from now on (but for its revision),
    its leaf, who signs it, and the folded names that the entry is searched by.
    """

    table: type[WorkRow] | type[CharacterRow] | type[OrganisationRow]
    columns: dict[str, Any]
    leaf: bytes
    author: Author
    names: frozenset[str]
    is_new: bool


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a list of works or characters is narrowed to. `name` is the folded beginning of any name."""

    rightsholder: str | None = None
    work: str | None = None
    statuses: frozenset[EntryStatus] | None = None
    usage: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """Which statuses a reader does not see, but for those of one rightsholder."""

    statuses: frozenset[EntryStatus]
    but_of: str = ""


def change_of(
    entry: Work | Character | Organisation, leaf: bytes, author: Author, *, names: frozenset[str] = frozenset(), is_new: bool = False
) -> Change:
    """Return the change that makes an entry be as given."""
    if isinstance(entry, Work):
        return Change(WorkRow, _work_columns(entry), leaf, author, names, is_new)
    if isinstance(entry, Character):
        return Change(CharacterRow, _character_columns(entry), leaf, author, names, is_new)
    return Change(OrganisationRow, organisation_columns(entry), leaf, author, names, is_new)


def read_revision(session: Session) -> tuple[int, int]:
    """Return the catalog's revision and the epoch of access."""
    head = session.get_one(TreeHeadRow, 1)
    return head.revision, head.access_epoch


def load_catalog(session: Session, *, after: int = 0) -> CatalogRows:
    """Return every entry changed after revision `after`: all of them for 0, withdrawn ones too."""
    revision, epoch = read_revision(session)
    holders = session.exec(select(OrganisationRow).where(OrganisationRow.role == Role.rightsholder, OrganisationRow.revision > after))
    return CatalogRows(
        revision,
        epoch,
        tuple(read_holder(row) for row in holders),
        tuple(_work(*row) for row in session.execute(_columns(WorkRow, _WORK).where(col(WorkRow.revision) > after))),
        tuple(_character(*row) for row in session.execute(_columns(CharacterRow, _CHARACTER).where(col(CharacterRow.revision) > after))),
    )


def find_work(session: Session, *, entry_id: str | None = None, rightsholder: str = "", ref: str = "") -> Work | None:
    """Return the work with this id, or with this ref of this rightsholder."""
    found = session.execute(_columns(WorkRow, _WORK).where(_is_entry(WorkRow, entry_id, rightsholder, ref))).first()
    return None if found is None else _work(*found)


def find_character(session: Session, *, entry_id: str | None = None, rightsholder: str = "", ref: str = "") -> Character | None:
    """Return the character with this id, or with this ref of this rightsholder."""
    found = session.execute(_columns(CharacterRow, _CHARACTER).where(_is_entry(CharacterRow, entry_id, rightsholder, ref))).first()
    return None if found is None else _character(*found)


def list_works(session: Session, chosen: EntryFilter, *, after: str = "", limit: int = 100) -> Sequence[Work]:
    """Return up to `limit` works with ids after `after`, in id order."""
    query = _filtered(_columns(WorkRow, _WORK), WorkRow, chosen)
    return [_work(*row) for row in session.execute(query.where(col(WorkRow.id) > after).order_by(col(WorkRow.id)).limit(limit))]


def list_characters(session: Session, chosen: EntryFilter, *, after: str = "", limit: int = 100) -> Sequence[Character]:
    """Return up to `limit` characters with ids after `after`, in id order."""
    query = _filtered(_columns(CharacterRow, _CHARACTER), CharacterRow, chosen)
    if chosen.work is not None:
        query = query.where(col(CharacterRow.work_id) == chosen.work)
    query = query.where(col(CharacterRow.id) > after).order_by(col(CharacterRow.id)).limit(limit)
    return [_character(*row) for row in session.execute(query)]


def count_characters(session: Session, work_id: str, statuses: frozenset[EntryStatus]) -> int:
    """Return how many characters of these statuses a work has."""
    query = select(func.count()).where(col(CharacterRow.work_id) == work_id, col(CharacterRow.status).in_(sorted(statuses)))
    return session.exec(query).one()


def count_by_status(session: Session, rightsholder: str) -> dict[EntryStatus, int]:
    """Return how many characters a rightsholder has, by status."""
    query = select(CharacterRow.status, func.count()).where(col(CharacterRow.rightsholder_id) == rightsholder)
    return {EntryStatus(status): int(count) for status, count in session.exec(query.group_by(CharacterRow.status))}


def entries_by_ref(session: Session, rightsholder: str) -> tuple[dict[str, Work], dict[str, Character]]:
    """Return all works and characters of a rightsholder by their refs."""
    works = session.execute(_columns(WorkRow, _WORK).where(col(WorkRow.rightsholder_id) == rightsholder))
    characters = session.execute(_columns(CharacterRow, _CHARACTER).where(col(CharacterRow.rightsholder_id) == rightsholder))
    return {w.ref: w for w in (_work(*r) for r in works)}, {c.ref: c for c in (_character(*r) for r in characters)}


def commit_changes(
    session: Session, changes: Sequence[Change], *, cases: Sequence[CaseChange] = (), expected_revision: int | None = None
) -> TreeHead | None:
    """Write changes and their leaves, one revision each in the given order, then cases with theirs, and commit.

    Returns the new head, or None when the catalog is no longer at `expected_revision`: nothing was written then.
    `session` must be a write session: it owns the head.
    """
    cursor = session.connection().connection.cursor()
    statements = SQLITE_LOG if session.get_bind().dialect.name == "sqlite" else POSTGRES_LOG
    head = read_head(cursor, statements)
    if expected_revision is not None and head.revision != expected_revision:
        session.rollback()
        return None
    for revision, change in enumerate(changes, head.revision + 1):
        change.columns["revision"] = revision
        change.columns["digest"] = row_digest(revision, (change.columns[name] for name in _DIGESTED[change.table]))
    _write_entries(session, changes)
    drafts = [LeafDraft(str(c.table.__tablename__), c.leaf) for c in changes]
    write_cases(session.connection(), cases, head.frontier.size + len(drafts))
    moved, _ = append_leaves(cursor, statements, head, [*drafts, *(c.leaf for c in cases)], revisions=len(changes))
    session.commit()
    return moved


def mend_rows(session: Session, entries: Iterable[Work | Character | Organisation]) -> None:
    """Write rows anew, as their revision had them; no change of the catalog, and so no entry of the log. Does not commit."""
    for entry in entries:
        change = change_of(entry, b"", Author(None, None, EPOCH))
        columns = {**change.columns, "revision": entry.revision}
        columns["digest"] = row_digest(entry.revision, (columns[name] for name in _DIGESTED[change.table]))
        table = table_of(change.table)
        session.connection().execute(table.update().where(table.c.id == entry.id), columns)


def bump_access_epoch(session: Session) -> None:
    """Tell every process, at its next append, that a key or an organisation has changed. Does not commit."""
    session.execute(update(TreeHeadRow).values(access_epoch=TreeHeadRow.access_epoch + 1))


def _write_entries(session: Session, changes: Sequence[Change]) -> None:
    """Plain statements on the tables: through the ORM a large import would hold the lock three times as long."""
    connection = session.connection()
    for row_type in (OrganisationRow, WorkRow, CharacterRow):  # a work before the characters that refer to it
        mine = [c for c in changes if c.table is row_type]
        table = table_of(row_type)
        record_versions(connection, table, [(c.columns, c.author, c.is_new) for c in mine])
        if new := [c.columns for c in mine if c.is_new]:
            connection.execute(table.insert(), new)
        if old := [{**c.columns, "at": c.columns["id"]} for c in mine if not c.is_new]:
            connection.execute(table.update().where(table.c.id == bindparam("at")), old)
    stale = [c.columns["id"] for c in changes if not c.is_new]
    for i in range(0, len(stale), IN_CHUNK):
        session.execute(delete(NameRow).where(col(NameRow.entry_id).in_(stale[i : i + IN_CHUNK])))
    if names := [{"key": key, "entry_id": c.columns["id"]} for c in changes for key in c.names]:
        connection.execute(table_of(NameRow).insert(), names)


_ENTRY = ("id", "rightsholder_id", "ref", "policy", "scheduled", "status", "revision", "created_at", "updated_at")
_WORK = (*_ENTRY, "title", "titles")
_CHARACTER = (*_ENTRY, "work_id", "name", "aliases")
_HOLDER = ("id", "role", "ref", "name", "contact", "policy", "scheduled")
_DIGESTED: dict[type, tuple[str, ...]] = {WorkRow: _WORK, CharacterRow: _CHARACTER, OrganisationRow: _HOLDER}


def _columns(row_type: type[Row], names: Iterable[str]) -> Select[Any]:
    return Select(*(getattr(row_type, name) for name in (*names, "digest")))


def read_holder(row: OrganisationRow) -> Organisation:
    """Return a rightsholder. Raises Damaged."""
    require_undamaged("rightsholder", row.id, row.revision, row.digest, (getattr(row, name) for name in _HOLDER))
    return to_organisation(row)


def _is_entry(row_type: type[Row], entry_id: str | None, rightsholder: str, ref: str) -> Any:
    if entry_id is not None:
        return row_type.id == entry_id
    return (col(row_type.rightsholder_id) == rightsholder) & (col(row_type.ref) == ref)


def _filtered(query: Select[Any], row_type: type[Row], chosen: EntryFilter) -> Select[Any]:
    if chosen.rightsholder is not None:
        query = query.where(col(row_type.rightsholder_id) == chosen.rightsholder)
    if chosen.statuses is not None:
        query = query.where(col(row_type.status).in_(sorted(chosen.statuses)))
    if chosen.usage is not None:
        query = query.where(col(row_type.policy).startswith(f'{{"usage":"{chosen.usage}"', autoescape=True))
    if chosen.name is not None:
        beginning = (col(NameRow.key) >= chosen.name) & (col(NameRow.key) < chosen.name + "\U0010ffff")
        query = query.where(col(row_type.id).in_(select(NameRow.entry_id).where(beginning)))
    return query


def _work(*columns: Any) -> Work:
    *values, digest = columns
    said = dict(zip(_WORK, values, strict=True))
    require_undamaged("work", said["id"], said["revision"], digest, values)
    try:
        return Work.model_construct(**_entry(said), title=said["title"], titles=_TITLES.validate_json(said["titles"]))
    except (ValueError, TypeError) as error:
        raise damaged("work", said["id"]) from error


def _character(*columns: Any) -> Character:
    *values, digest = columns
    said = dict(zip(_CHARACTER, values, strict=True))
    require_undamaged("character", said["id"], said["revision"], digest, values)
    try:
        return Character.model_construct(
            **_entry(said), work=said["work_id"], name=said["name"], aliases=_ALIASES.validate_json(said["aliases"])
        )
    except (ValueError, TypeError) as error:
        raise damaged("character", said["id"]) from error


def _entry(said: dict[str, Any]) -> dict[str, Any]:
    """What works and characters share. It was validated when it was registered; validating it again would double the time to start."""
    return {
        "id": said["id"],
        "rightsholder": said["rightsholder_id"],
        "ref": said["ref"],
        "policy": read_stored_policy(said["policy"]),
        "scheduled": read_scheduled(said["scheduled"]),
        "status": EntryStatus(said["status"]),
        "revision": said["revision"],
        "created_at": said["created_at"],
        "updated_at": said["updated_at"],
    }


def _entry_columns(entry: Work | Character) -> dict[str, Any]:
    return {
        "id": entry.id,
        "rightsholder_id": entry.rightsholder,
        "ref": entry.ref,
        "policy": policy_text(entry.policy),
        "scheduled": scheduled_text(entry.scheduled),
        "status": entry.status.value,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    }


def _work_columns(work: Work) -> dict[str, Any]:
    return {**_entry_columns(work), "title": work.title, "titles": _TITLES.dump_json(work.titles, exclude_defaults=True).decode()}


def _character_columns(character: Character) -> dict[str, Any]:
    aliases = _ALIASES.dump_json(character.aliases, exclude_defaults=True).decode()
    return {**_entry_columns(character), "work_id": character.work, "name": character.name, "aliases": aliases}


def list_changed(session: Session, *, after: int, limit: int, hidden: Hidden) -> tuple[Sequence[Work | Character], int]:
    """Return up to `limit` works and characters changed after a revision, oldest first, and the revision they bring one to."""
    newest, _ = read_revision(session)
    found: list[Work | Character] = [_work(*row) for row in session.execute(_changed(WorkRow, _WORK, after, limit, hidden))]
    found += [_character(*row) for row in session.execute(_changed(CharacterRow, _CHARACTER, after, limit, hidden))]
    page = sorted(found, key=lambda entry: entry.revision)[:limit]
    return page, page[-1].revision if len(page) == limit else newest


def _changed(row_type: type[Row], names: Iterable[str], after: int, limit: int, hidden: Hidden) -> Select[Any]:
    is_shown = col(row_type.status).not_in(sorted(hidden.statuses)) | (col(row_type.rightsholder_id) == hidden.but_of)
    query = _columns(row_type, names).where(col(row_type.revision) > after, is_shown)
    return query.order_by(col(row_type.revision)).limit(limit)
