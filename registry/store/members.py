"""Members of organisations: their passwords as hashes, their authenticators sealed, links to set a password, recovery codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select

from registry.core.errors import Conflict, NotFound
from registry.core.model import Organisation
from registry.core.scopes import Rights
from registry.store.access import to_organisation
from registry.store.tables import OrganisationRow
from registry.store.tables_people import KnownAddressRow, MemberLinkRow, MemberRow, RecoveryCodeRow


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an organisation, as others of it see them. Who is not `joined` has been invited only."""

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


@dataclass(frozen=True, slots=True)
class Secrets:
    """What proves a member: the hash of the password, the sealed authenticator seed, and the last step that it was used at."""

    password_hash: str | None
    totp_sealed: bytes | None
    totp_confirmed: bool
    totp_step: int


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A member, what proves them, and their organisation."""

    member: Member
    secrets: Secrets
    organisation: Organisation
    suspended: bool

    @property
    def may_log_in(self) -> bool:
        """True unless disabled, not joined yet, or of a suspended organisation."""
        return self.member.joined and self.member.disabled_at is None and not self.suspended


@dataclass(frozen=True, slots=True)
class Link:
    """A link by which a member sets a password, good once and until `expires_at`; a reset may also remove the authenticator."""

    member: str
    expires_at: datetime
    removes_totp: bool


def add_member(session: Session, member: Member) -> None:
    """Store a new member, without a password. Raises Conflict when the e-mail is a member's of this organisation already."""
    taken = select(MemberRow.id).where(MemberRow.organisation_id == member.organisation, MemberRow.email == member.email)
    if session.exec(taken).first():
        raise Conflict("somebody with this e-mail is a member already")
    session.add(
        MemberRow(
            id=member.id,
            organisation_id=member.organisation,
            email=member.email,
            name=member.name,
            rights=member.rights.value,
            created_at=member.created_at,
        )
    )
    session.flush()


def find_member(session: Session, *, organisation: str, email: str) -> StoredMember | None:
    """Return a member of an organisation by e-mail."""
    query = select(MemberRow, OrganisationRow).join(OrganisationRow, col(OrganisationRow.id) == MemberRow.organisation_id)
    found = session.exec(query.where(MemberRow.organisation_id == organisation, MemberRow.email == email)).first()
    return None if found is None else _stored(*found)


def get_member(session: Session, member_id: str) -> StoredMember:
    """Return a member with what proves them. Raises NotFound."""
    query = select(MemberRow, OrganisationRow).join(OrganisationRow, col(OrganisationRow.id) == MemberRow.organisation_id)
    found = session.exec(query.where(MemberRow.id == member_id)).first()
    if found is None:
        raise NotFound(f"there is no member `{member_id}`")
    return _stored(*found)


def list_members(session: Session, organisation_id: str, *, after: str = "", limit: int | None = None) -> Sequence[Member]:
    """Return members of an organisation with ids after `after`, oldest first; all of them without a limit."""
    query = select(MemberRow).where(MemberRow.organisation_id == organisation_id, col(MemberRow.id) > after)
    return [_member(row) for row in session.exec(query.order_by(col(MemberRow.id)).limit(limit))]


def count_other_owners(session: Session, member: Member) -> int:
    """Return how many others can still log in as owners of the organisation."""
    owners = select(func.count(col(MemberRow.id))).where(
        MemberRow.organisation_id == member.organisation,
        MemberRow.id != member.id,
        MemberRow.rights == Rights.owner.value,
        col(MemberRow.disabled_at).is_(None),
        col(MemberRow.password_hash).is_not(None),
    )
    return session.exec(owners).one()


def save_member(session: Session, member: Member) -> None:
    """Overwrite name, rights and whether disabled. Does not commit."""
    row = session.get_one(MemberRow, member.id)
    row.name, row.rights, row.disabled_at = member.name, member.rights.value, member.disabled_at
    session.flush()


def set_password(session: Session, member_id: str, password_hash: str) -> None:
    """Store the hash of a new password. Does not commit."""
    session.execute(update(MemberRow).where(col(MemberRow.id) == member_id).values(password_hash=password_hash))


def set_totp(session: Session, member_id: str, sealed: bytes | None, *, confirmed: bool = False, step: int = -1) -> None:
    """Store or remove the authenticator; recovery codes go with it. Does not commit."""
    values = {"totp_sealed": sealed, "totp_confirmed": confirmed, "totp_step": step}
    session.execute(update(MemberRow).where(col(MemberRow.id) == member_id).values(**values))
    session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.member_id) == member_id))


def list_sealed(session: Session) -> Sequence[tuple[str, bytes]]:
    """Return id and sealed seed of every member who has one, oldest first."""
    query = select(MemberRow.id, MemberRow.totp_sealed).where(col(MemberRow.totp_sealed).is_not(None)).order_by(col(MemberRow.id))
    return [(member, bytes(sealed or b"")) for member, sealed in session.exec(query)]


def take_totp_step(session: Session, member_id: str, step: int) -> bool:
    """Mark a step used; False when it, or a later one, was used already. Does not commit."""
    newer = update(MemberRow).where(col(MemberRow.id) == member_id, col(MemberRow.totp_step) < step)
    return _changed(session.execute(newer.values(totp_step=step)))


def add_recovery_codes(session: Session, member_id: str, hashes: Iterable[bytes]) -> None:
    """Store recovery codes as hashes. Does not commit."""
    session.add_all(RecoveryCodeRow(member_id=member_id, code_hash=code) for code in hashes)
    session.flush()


def take_recovery_code(session: Session, member_id: str, code_hash: bytes) -> bool:
    """Use a recovery code up; False when it is none. Does not commit."""
    is_it = (col(RecoveryCodeRow.member_id) == member_id, col(RecoveryCodeRow.code_hash) == code_hash)
    return _changed(session.execute(delete(RecoveryCodeRow).where(*is_it)))


def replace_link(session: Session, token_hash: bytes, link: Link) -> None:
    """Store a link; older ones of the member are void. Does not commit."""
    drop_links(session, link.member)
    session.add(MemberLinkRow(token_hash=token_hash, member_id=link.member, expires_at=link.expires_at, removes_totp=link.removes_totp))
    session.flush()


def find_link(session: Session, token_hash: bytes) -> Link | None:
    """Return the link with this token, expired ones too."""
    row = session.get(MemberLinkRow, token_hash)
    return None if row is None else Link(row.member_id, row.expires_at, row.removes_totp)


def drop_links(session: Session, member_id: str) -> None:
    """Make all links of a member void. Does not commit."""
    session.execute(delete(MemberLinkRow).where(col(MemberLinkRow.member_id) == member_id))


def is_known_address(session: Session, member_id: str, address: str) -> bool:
    """True when the member has logged in from this address before."""
    return session.get(KnownAddressRow, (member_id, address)) is not None


def note_login(session: Session, member_id: str, address: str | None, at: datetime) -> None:
    """Remember when, and from where, a member has logged in. Does not commit."""
    session.execute(update(MemberRow).where(col(MemberRow.id) == member_id).values(last_login_at=at))
    if address is not None:
        session.merge(KnownAddressRow(member_id=member_id, address=address, last_at=at))


def _changed(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1


def _stored(row: MemberRow, owner: OrganisationRow) -> StoredMember:
    sealed = None if row.totp_sealed is None else bytes(row.totp_sealed)
    secrets = Secrets(row.password_hash, sealed, row.totp_confirmed, row.totp_step)
    return StoredMember(_member(row), secrets, to_organisation(owner), owner.suspended_at is not None)


def _member(row: MemberRow) -> Member:
    return Member(
        id=row.id,
        organisation=row.organisation_id,
        email=row.email,
        name=row.name,
        rights=Rights(row.rights),
        joined=row.password_hash is not None,
        has_totp=row.totp_confirmed,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        last_login_at=row.last_login_at,
    )
