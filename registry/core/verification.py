"""How a rightsholder proves who it is: once, by the operator's review of evidence or by a DNS record of its domain."""

import re
from enum import StrEnum
from typing import Literal

from pydantic import Field

from registry.core.errors import FieldError, InvalidInput
from registry.core.value import LongText, NameText, Value

RECORD = "_character-registry"
PREFIX = "character-registry-verification="
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
MAX_DOMAIN = 253 - len(RECORD) - 1


class VerificationState(StrEnum):
    """`open` waits for the operator, or for the record to appear in DNS; `revoked`: was approved, is no longer believed."""

    open = "open"
    approved = "approved"
    rejected = "rejected"
    replaced = "replaced"
    revoked = "revoked"


class Verification(Value):
    """One proof, as the log holds it. `token` is what the domain's record must say; `commitments` stand for the evidence's text."""

    id: str
    rightsholder: str
    method: Literal["review", "domain"]
    state: VerificationState
    domain: str | None = None
    token: str | None = None
    commitments: dict[str, str] = Field(default_factory=dict)
    erased: tuple[str, ...] = ()

    @property
    def record_name(self) -> str | None:
        """Where the record must stand."""
        return None if self.domain is None else f"{RECORD}.{self.domain}"

    @property
    def record_text(self) -> str | None:
        """What the record must say."""
        return None if self.token is None else f"{PREFIX}{self.token}"


class Reserved(Value):
    """A name on the operator's list: nobody gets it without review but `holder`, if one is named."""

    id: str
    name: NameText
    state: Literal["reserved", "released"]
    reason: LongText
    holder: str | None = None


def read_domain(text: str) -> str:
    """Return a domain's name in its ASCII form, without a final dot. Raises InvalidInput for anything else, such as an address."""
    try:
        name = text.strip().removesuffix(".").lower().encode("idna").decode()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(labels) < 2 or len(name) > MAX_DOMAIN or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise InvalidInput(f"`{text[:100]}` is no domain, such as `example.com`", fields=(FieldError("/domain", "not a domain's name"),))
    return name
