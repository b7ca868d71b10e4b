"""Whether the seal key opens what was sealed with it. It is in no backup, so that a stolen one is not both factors of every log-in."""

import stat
from collections.abc import Sequence

from registry.core.errors import Unavailable
from registry.store.database import Session
from registry.store.members import list_sealed
from registry.usecases.seal import SealKeyFile

WITHOUT = "or let each of them set a password anew: `registry members reset-link MEMBER --remove-authenticator`"


def require_seal_key(session: Session, file: SealKeyFile) -> None:
    """Raise Unavailable when the key is gone that authenticators are sealed with: one made now would lock out for ever who uses it."""
    if not file.path.exists() and list_sealed(session):
        raise Unavailable("the seal key is gone, and authenticators are sealed with it: bring back its file")


def look_at_seal(session: Session, file: SealKeyFile) -> tuple[str, str]:
    """Return what is found of the seal key and, when it is wrong, what to do ("" when nothing is)."""
    sealed = list_sealed(session)
    if not file.path.exists():
        if not sealed:
            return "no authenticator needs the seal key", ""
        words = f"the seal key is not at `{file.path}`: {_who(sealed)} cannot log in"
        return words, f"copy it there, {WITHOUT}"
    if stat.S_IMODE(file.path.stat().st_mode) & 0o077:
        return f"others can read the seal key `{file.path}`", f"chmod 600 {file.path}"
    if closed := [(member, data) for member, data in sealed if not _opens(file, member, data)]:
        words = f"the seal key in `{file.path}` is another one: {_who(closed)} cannot log in"
        return words, f"put the one there that was in use when they began to use their authenticators, {WITHOUT}"
    return f"the seal key opens the authenticators of all {len(sealed)} members who have one", ""


def _opens(file: SealKeyFile, member: str, sealed: bytes) -> bool:
    try:
        file.open(sealed, member)
    except Unavailable:
        return False
    return True


def _who(sealed: Sequence[tuple[str, bytes]]) -> str:
    named = ", ".join(member for member, _ in sealed[:3])
    return f"who uses an authenticator ({named}{', ...' if len(sealed) > 3 else ''}; {len(sealed)} in all)"
