"""What a writer takes an entry to be (RFC 9110, section 13): checked in the transaction that writes it."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from registry.core.errors import PreconditionFailed, PreconditionRequired
from registry.core.model import Character, Organisation, Work

Entry = Work | Character | Organisation
ANY = "*"


class Tagged(Protocol):
    """What knows its own tag."""

    @property
    def tag(self) -> str:
        """Return what changes whenever it does."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """`match`: the entry has one of these tags (`*`: there is one). `none_match`: it has none of them (`*`: there is none)."""

    match: tuple[str, ...] = ()
    none_match: tuple[str, ...] = ()

    def require(self, entry: "Entry | Tagged | None") -> None:
        """Raise PreconditionFailed when the entry, or that there is none, is not what was taken for true."""
        tag = None if entry is None else tag_of(entry)
        if self.match and not _is_among(tag, self.match):
            stands = "there is none" if tag is None else f'it is at `"{tag}"`'
            raise PreconditionFailed(f"it is not what `If-Match` says: {stands}; read it again and decide again")
        if self.none_match and _is_among(tag, self.none_match):
            raise PreconditionFailed("`If-None-Match` says that there is no such thing, but there is")

    def require_said(self, entry: Entry) -> None:
        """Raise PreconditionRequired when nothing was said about the state that a whole replacement would overwrite."""
        if not self.match:
            raise PreconditionRequired(f'this would replace what is registered: send `If-Match: "{tag_of(entry)}"`, or `If-Match: *`')


ANYTHING = Precondition()


def tag_of(entry: "Entry | Tagged") -> str:
    """Return what changes whenever the entry does: its revision in the catalog; of organisations also what has no revision."""
    if not isinstance(entry, Work | Character | Organisation):
        return entry.tag
    if isinstance(entry, Organisation):
        return f"{entry.revision}-{hashlib.sha256(entry.model_dump_json().encode()).hexdigest()[:16]}"
    return str(entry.revision)


def _is_among(tag: str | None, tags: tuple[str, ...]) -> bool:
    return tag is not None and (ANY in tags or tag in tags)
