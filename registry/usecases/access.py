"""Who is asking, and how the log names them."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.errors import NotAuthenticated, NotPermitted
from registry.core.model import Level, Organisation, Role
from registry.core.scopes import DEFAULT_SCOPES, Scope
from registry.store.database import Session
from registry.store.log import LeafDraft
from registry.store.policy_versions import Author
from registry.store.prompts import append_entries


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: an organisation, through one of its keys, or through a member's session (then `key_id` is the session's).

    `scopes` None: what its role may by default. `representative` is the organisation that acts for `organisation`.
    `networks` are those that it may ask from; none: any. After `expires_at` it must be proved anew.
    """

    organisation: Organisation
    key_id: str
    expires_at: datetime | None = None
    scopes: frozenset[Scope] | None = None
    level: Level = Level.balanced
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    member: str | None = None
    representative: str | None = None

    @property
    def may(self) -> frozenset[Scope]:
        """What the caller may do, as far as its role has such things to do."""
        return DEFAULT_SCOPES[self.organisation.role] if self.scopes is None else self.scopes

    def require(self, *roles: Role) -> None:
        """Raise NotPermitted unless the caller's organisation has one of these roles."""
        if self.organisation.role not in roles:
            allowed = " or ".join(f"`{role}`" for role in roles)
            raise NotPermitted(f"a key of a `{self.organisation.role}` may not do this: it takes one of {allowed}")

    def require_scope(self, scope: Scope) -> None:
        """Raise NotPermitted unless the caller has been given this scope."""
        if scope not in self.may:
            what = "this session" if self.member else "this key"
            raise NotPermitted(f"{what} lacks the scope `{scope}`")

    def require_address(self, address: str | None) -> None:
        """Raise NotAuthenticated unless the request comes from where the key may be used."""
        try:
            said = ip_address(address or "")
        except ValueError:
            said = None
        if said is None or not any(said in network for network in self.networks):
            raise NotAuthenticated("this key may not be used from your address")


def author_of(caller: Caller | None, now: datetime) -> Author:
    """Return who signs a change made now; None is the command line."""
    return Author(None, None, now) if caller is None else Author(caller.organisation.id, caller.key_id, now)


def actor_of(caller: Caller | None) -> dict[str, str] | None:
    """Return how an entry of the log names who caused it: by ids alone; None is the command line, or time."""
    if caller is None:
        return None
    actor = {"organisation": caller.organisation.id, "key": caller.key_id}
    more = {"member": caller.member, "representative": caller.representative}
    return {**actor, **{name: value for name, value in more.items() if value is not None}}


def catalog_leaf(entry: object, caller: Caller | None, now: datetime) -> dict[str, object]:
    """Return the leaf of a catalog change: who made the entry what it is from now on. Its revision is its order in the log."""
    kind = type(entry).__name__.lower()
    value = entry.model_dump(mode="json", exclude={"revision"}, exclude_none=True)  # type: ignore[attr-defined]
    return {"v": 1, "type": f"catalog.{kind}", "at": utc_text(now), "actor": actor_of(caller), "entry": value}


def log_access(session: Session, caller: Caller | None, now: datetime, kind: str, action: str, **said: object) -> None:
    """Append an entry `access.<kind>`: who may do what has changed. `said` is ids and words, never a secret or an address.

    In a write session; does not commit.
    """
    said = {name: value for name, value in said.items() if value is not None}
    leaf = {"v": 1, "type": f"access.{kind}", "at": utc_text(now), "actor": actor_of(caller), "action": action, **said}
    session.flush()
    append_entries(session, [LeafDraft(f"access.{kind}", canonical_bytes(leaf))])


def utc_text(moment: datetime) -> str:
    """Return a moment as the log writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def meant(caller: Caller, organisation_id: str) -> str:
    """Return the organisation that is meant: `me` is the caller's own."""
    return caller.organisation.id if organisation_id == "me" else organisation_id


def require_own(caller: Caller | None, organisation_id: str, scope: Scope) -> None:
    """Raise NotPermitted unless the caller has the scope, and is of the organisation or the operator. None is the command line."""
    if caller is not None:
        caller.require_scope(scope)
        if caller.organisation.id != organisation_id:
            caller.require(Role.operator)
