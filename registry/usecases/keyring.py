"""Proving who is asking: a key or a session's token, from the database once and from memory afterwards."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

from registry.core.errors import NotAuthenticated, NotFound, NotPermitted
from registry.core.model import Organisation, Role
from registry.core.scopes import MANDATE, scopes_of_member
from registry.store.access import find_organisation, get_organisation, get_suspension
from registry.store.database import Session
from registry.store.keys import StoredKey, find_key, note_keys_used
from registry.store.mandates import find_mandate
from registry.store.sessions import StoredSession, find_session, note_sessions_used
from registry.usecases.access import Caller
from registry.usecases.registry import Registry
from registry.usecases.secret_tokens import parse_token, proves

IDLE = timedelta(hours=1)
PROVED_FOR = timedelta(minutes=1)  # after which a session is looked at again: another process knows when it was used last
NOTED_EVERY = timedelta(minutes=1)
UNKNOWN = "the key is unknown; send `Authorization: Bearer <key>`"
MAX_ADDRESSES = 10_000


class KeyRing:
    """Callers proved lately, so that a check need not ask the database. Forgotten whole whenever access changes anywhere."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._epoch = -1
        self._proved: dict[bytes, Caller] = {}
        self._represented: dict[tuple[bytes, str], Caller] = {}
        self._from: set[tuple[str, str | None]] = set()
        self._used: set[str] = set()
        self._noted: dict[str, float] = {}

    def authenticate(self, secret: str, address: str | None = None, on_behalf_of: str = "") -> Caller:
        """Return who this key or session belongs to. `on_behalf_of` names the rightsholder that a representative acts for.

        Raises NotAuthenticated, NotPermitted (suspended, or no mandate).

        INVARIANT: an answer is right as of the catalog's access epoch; the log refuses a decision made with an older one.
        """
        epoch = self._registry.catalog.current.access_epoch
        if epoch != self._epoch:
            self._proved, self._represented, self._from, self._epoch = {}, {}, set(), epoch
        digest = hashlib.sha256(secret.encode()).digest()
        caller = self._proved.get(digest)
        if caller is None or (caller.expires_at is not None and caller.expires_at <= self._registry.now()):
            caller = self._proved[digest] = authenticate(self._registry, secret)
        if caller.networks:
            self._require_address(caller, address)
        self._used.add(caller.key_id)
        if on_behalf_of:
            return self._representing(digest, caller, on_behalf_of)
        return caller

    def _require_address(self, caller: Caller, address: str | None) -> None:
        if (caller.key_id, address) not in self._from:
            caller.require_address(address)
            if len(self._from) >= MAX_ADDRESSES:
                self._from = set()
            self._from.add((caller.key_id, address))

    def _representing(self, digest: bytes, caller: Caller, on_behalf_of: str) -> Caller:
        known = self._represented.get((digest, on_behalf_of))
        if known is None or known.expires_at != caller.expires_at:
            with self._registry.database.read() as session:
                known = _represent(session, caller, on_behalf_of)
            self._represented[digest, on_behalf_of] = known
        return known

    def note_use(self) -> None:
        """Store when keys and sessions were used last, each at most once a minute. Not on the way of a request."""
        now = self._registry.now()
        used = self._used.copy()  # at once: requests go on adding to it meanwhile
        due = {name for name in used if now.timestamp() - self._noted.get(name, 0.0) >= NOTED_EVERY.total_seconds()}
        if not due:
            return
        self._used.difference_update(due)
        with self._registry.database.write_aside() as session:
            note_keys_used(session, (name for name in due if name.startswith("key_")), now)
            note_sessions_used(session, (name for name in due if name.startswith("ses_")), now)
            session.commit()
        self._noted = {name: at for name, at in self._noted.items() if name in used} | dict.fromkeys(due, now.timestamp())


def authenticate(registry: Registry, secret: str) -> Caller:
    """Return who this key or session belongs to, asking the database. Raises NotAuthenticated, never saying which half was wrong."""
    shape = parse_token(secret)
    if shape is None:
        raise NotAuthenticated(UNKNOWN)
    with registry.database.read() as session:
        found = find_key(session, prefix=shape[1]) if shape[0] == "crk" else find_session(session, prefix=shape[1])
    if found is None or not proves(secret, found.secret_hash):
        raise NotAuthenticated(UNKNOWN)
    return _caller_of(registry, found)


def renew(registry: Registry, caller: Caller) -> Caller:
    """Return the caller as it is now. Raises NotAuthenticated when the key or session is no longer good, NotPermitted when suspended."""
    with registry.database.read() as session:
        if caller.key_id.startswith("key_"):
            found: StoredKey | StoredSession | None = find_key(session, key_id=caller.key_id)
        elif caller.key_id.startswith("ses_"):
            found = find_session(session, session_id=caller.key_id)
        else:  # the command line, which owns the machine
            return replace(caller, organisation=get_organisation(session, caller.organisation.id))
        if found is None:
            raise NotAuthenticated(UNKNOWN)
        renewed = _caller_of(registry, found)
        return _represent(session, renewed, caller.organisation.id) if caller.representative else renewed


def _caller_of(registry: Registry, found: StoredKey | StoredSession) -> Caller:
    return _caller_of_key(registry, found) if isinstance(found, StoredKey) else _caller_of_session(registry, found)


def _caller_of_key(registry: Registry, found: StoredKey) -> Caller:
    key = found.key
    if key.revoked_at is not None:
        raise NotAuthenticated("this key was revoked")
    if key.expires_at is not None and key.expires_at <= registry.now():
        raise NotAuthenticated("this key has expired")
    _require_not_suspended(found.organisation, suspended=found.suspended)
    return Caller(
        found.organisation,
        key.id,
        key.expires_at,
        scopes=None if key.scopes is None else frozenset(key.scopes),
        level=key.level,
        networks=tuple(ip_network(text) for text in key.addresses),
    )


def _caller_of_session(registry: Registry, found: StoredSession) -> Caller:
    now, session, who = registry.now(), found.session, found.member
    ends = min(session.expires_at, session.last_used_at + IDLE)
    if session.ended_at is not None or ends <= now:
        raise NotAuthenticated("this session has ended: log in again")
    if who.member.disabled_at is not None:
        raise NotAuthenticated("this member was disabled")
    _require_not_suspended(who.organisation, suspended=who.suspended)
    scopes = scopes_of_member(who.organisation.role, who.member.rights)
    return Caller(who.organisation, session.id, min(ends, now + PROVED_FOR), scopes=scopes, member=who.member.id)


def _represent(session: Session, caller: Caller, named: str) -> Caller:
    """Return the caller as the representative of the rightsholder that it names by id or `ref:...`."""
    holder = _find_named(session, named)
    mandate = None
    if holder is not None:
        mandate = find_mandate(session, rightsholder=holder.id, representative=caller.organisation.id)
    if holder is None or mandate is None:
        raise NotPermitted("`On-Behalf-Of` names no rightsholder that you represent")
    _require_not_suspended(holder, suspended=get_suspension(session, holder.id).suspended_at is not None)
    return replace(caller, organisation=holder, representative=caller.organisation.id, scopes=caller.may & MANDATE)


def _find_named(session: Session, named: str) -> Organisation | None:
    try:
        found = find_organisation(session, ref=named[4:]) if named.startswith("ref:") else get_organisation(session, named)
    except NotFound:
        return None
    return found if found is not None and found.role is Role.rightsholder else None


def _require_not_suspended(organisation: Organisation, *, suspended: bool) -> None:
    if suspended:
        raise NotPermitted(f"the operator has suspended `{organisation.ref}`: its keys and members may do nothing")


def networks_of(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return addresses and networks as they are stored, such as `192.0.2.0/24`. Raises ValueError naming what is none."""
    return tuple(str(ip_network(text.strip())) for text in addresses)
