"""Who is asking, and how the log names them."""

from dataclasses import dataclass
from datetime import datetime

from registry.core.errors import NotPermitted
from registry.core.model import Organisation, Role
from registry.store.policy_versions import Author


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: an organisation, through one of its keys."""

    organisation: Organisation
    key_id: str
    expires_at: datetime | None = None

    def require(self, *roles: Role) -> None:
        """Raise NotPermitted unless the caller's organisation has one of these roles."""
        if self.organisation.role not in roles:
            allowed = " or ".join(f"`{role}`" for role in roles)
            raise NotPermitted(f"a key of a `{self.organisation.role}` may not do this: it takes one of {allowed}")


def author_of(caller: Caller | None, now: datetime) -> Author:
    """Return who signs a change made now; None is the command line."""
    return Author(None, None, now) if caller is None else Author(caller.organisation.id, caller.key_id, now)


def actor_of(caller: Caller | None) -> dict[str, str] | None:
    """Return how an entry of the log names who caused it; None is the command line, or time."""
    return None if caller is None else {"organisation": caller.organisation.id, "key": caller.key_id}


def catalog_leaf(entry: object, caller: Caller | None, now: datetime) -> dict[str, object]:
    """Return the leaf of a catalog change: who made the entry what it is from now on. Its revision is its order in the log."""
    kind = type(entry).__name__.lower()
    value = entry.model_dump(mode="json", exclude={"revision"}, exclude_none=True)  # type: ignore[attr-defined]
    return {"v": 1, "type": f"catalog.{kind}", "at": now.isoformat().replace("+00:00", "Z"), "actor": actor_of(caller), "entry": value}
