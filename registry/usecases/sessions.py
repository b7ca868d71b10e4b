"""Members logging in and out. Sessions live in the database: their end is in force at once, in every process."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from registry.core.errors import FieldError, LogInRefused, NotFound
from registry.core.totp import matching_step
from registry.store import attempts, members
from registry.store import sessions as store
from registry.store.access import find_named_organisation
from registry.store.catalog import bump_access_epoch
from registry.store.database import Session
from registry.store.members import StoredMember
from registry.store.sessions import LoggedIn
from registry.usecases.access import Caller
from registry.usecases.backoff import Attempt, attempt_of, begin_attempt, network_of, take_back
from registry.usecases.ids import new_id
from registry.usecases.passwords import verify_password
from registry.usecases.registry import Registry
from registry.usecases.secret_tokens import new_token

LASTS = timedelta(hours=12)
MAX_AGENT = 200
REFUSED = "the organisation, the e-mail, the password or the code is wrong"


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just made. `token` is what the member sends as a key; it is shown once and stored only as a hash."""

    session: LoggedIn
    token: str
    member: members.Member


def log_in(
    registry: Registry, *, organisation: str, email: str, password: str, code: str | None, address: str | None, agent: str = ""
) -> NewSession:
    """Log a member in; slow on purpose (argon2). `organisation` is its id or ref, `code` one of the authenticator or a recovery code.

    Raises LogInRefused, the same and after as long for a name that does not exist; TooManyRequests after failures.
    """
    email, network = normal_email(email), network_of(address)
    with registry.database.read() as session:
        owner = find_named_organisation(session, organisation)
        named = organisation if owner is None else owner.id  # one count, whichever way it is named, also where there is no such member
        found = members.find_member(session, organisation=named, email=email)
        is_known = found is not None and network is not None and members.is_known_address(session, found.member.id, network)
    attempt = attempt_of(named, email, address, is_known=is_known)
    begin_attempt(registry, attempt)
    is_right = verify_password(password, None if found is None else found.secrets.password_hash)
    if found is None or not is_right or not found.may_log_in:
        raise LogInRefused(REFUSED)
    if found.secrets.totp_confirmed and code is None:
        take_back(registry, attempt)
        raise LogInRefused("a code of your authenticator is needed as well", fields=(FieldError("/code", "needed"),))
    return _logged_in(registry, found, code, attempt, network, agent)


def _logged_in(registry: Registry, found: StoredMember, code: str | None, attempt: Attempt, network: str | None, agent: str) -> NewSession:
    now, token = registry.now(), new_token("crs")
    made = LoggedIn(new_id("ses", now), found.member.id, network, agent[:MAX_AGENT], now, now + LASTS, now)
    with registry.database.write_aside() as session:
        if found.secrets.totp_confirmed and not take_code(registry, session, found, code or ""):
            raise LogInRefused(REFUSED)
        store.add_session(session, made, prefix=token.prefix, secret_hash=token.digest)
        members.note_login(session, found.member.id, network, now)
        attempts.forget_failures(session, [attempt.account])
        attempts.take_back_failures(session, attempt.keys)
        session.commit()
    return NewSession(made, token.secret, found.member)


def take_code(registry: Registry, session: Session, found: StoredMember, code: str) -> bool:
    """Use up a code of the member's authenticator, or a recovery code; False when it is neither, or was used. Does not commit."""
    said = code.replace(" ", "").replace("-", "").lower()
    seed = registry.seal.open(found.secrets.totp_sealed or b"", found.member.id)
    step = matching_step(seed, said, registry.now().timestamp(), after=found.secrets.totp_step)
    if step is not None:
        return members.take_totp_step(session, found.member.id, step)
    return members.take_recovery_code(session, found.member.id, recovery_digest(said))


def recovery_digest(code: str) -> bytes:
    """Return what is stored of a recovery code: 80 random bits need no slow hash."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()


def normal_email(email: str) -> str:
    """Return an e-mail as it is compared."""
    return email.strip().casefold()


def get_session(registry: Registry, caller: Caller) -> tuple[LoggedIn, members.Member]:
    """Return the caller's session and member. Raises NotFound for a key: it has none."""
    if caller.member is not None:
        with registry.database.read() as session:
            found = store.find_session(session, session_id=caller.key_id)
        if found is not None:
            return found.session, found.member.member
    raise NotFound("a key has no session: log in as a member")


def list_sessions(registry: Registry, caller: Caller, *, before: str = "", limit: int | None = None) -> Sequence[LoggedIn]:
    """Return where the caller's member is logged in, newest first, from the session before `before` on."""
    member = require_member(caller)
    with registry.database.read() as session:
        return store.list_sessions(session, member, now=registry.now(), before=before, limit=limit)


def end_sessions(registry: Registry, caller: Caller, session_id: str | None = None) -> None:
    """Log out: end one of the caller's own sessions (`me` is this one), or all when none is named; in force at once everywhere."""
    member = require_member(caller)
    now = registry.now()
    only = caller.key_id if session_id == "me" else session_id
    with registry.database.write() as session:
        if only is not None and only not in {live.id for live in store.list_sessions(session, member, now=now)}:
            raise NotFound(f"you have no session `{only}`")
        store.end_sessions(session, member, now, only=only)
        bump_access_epoch(session)
        session.commit()
    registry.catalog.refresh()


def require_member(caller: Caller) -> str:
    """Return the member that is asking. Raises NotFound for a key."""
    if caller.member is None:
        raise NotFound("a key has no sessions and no password: log in as a member")
    return caller.member
