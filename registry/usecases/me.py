"""Who is asking: what a key or a session is told about itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.core.scopes import Scope
from registry.store.keys import ApiKey, get_key
from registry.store.members import Member
from registry.store.sessions import LoggedIn, find_session
from registry.usecases.access import Caller
from registry.usecases.registry import Registry


@dataclass(frozen=True, slots=True)
class Me:
    """Who is asking: a key, or a member in a session. `expires_at` is its end at the latest, `scopes` what it may do as it asks now."""

    caller: Caller
    scopes: Sequence[Scope]
    expires_at: datetime | None
    key: ApiKey | None = None
    session: LoggedIn | None = None
    member: Member | None = None


def who_am_i(registry: Registry, caller: Caller) -> Me:
    """Return what is known of who is asking. Whatever may ask at all may ask this. Raises NotFound when it was forgotten meanwhile."""
    scopes = sorted(caller.may)
    with registry.database.read() as session:
        found = find_session(session, session_id=caller.key_id) if caller.member is not None else None
        if found is not None:
            return Me(caller, scopes, found.session.expires_at, session=found.session, member=found.member.member)
        key = get_key(session, caller.key_id)
        return Me(caller, scopes, key.expires_at, key=key)
