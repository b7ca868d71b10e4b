"""Bodies of the log's routes and of what comes after a decision."""

from typing import Annotated

from pydantic import BaseModel, Field

from registry.api.schemas import Body
from registry.core.model import Outcome
from registry.usecases.replay import Replay
from registry.usecases.reports import Action


class LogKeysBody(BaseModel):
    """The log's name and public keys (vkeys of C2SP signed-note), the one in use last; `rotations` are notes signed by two keys each."""

    origin: str
    keys: list[str]
    rotations: list[str]


class ProofBody(BaseModel):
    """A Merkle proof (RFC 9162) and the signed checkpoint it leads to. Hashes are base64; `leaf_hash` only for inclusion."""

    checkpoint: str
    leaf_hash: str | None
    hashes: list[str]


class OutcomeReport(Body):
    """What a service did about a decision; `products` are SHA-256 in hex of what was made."""

    action: Action
    products: list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]] = Field([], max_length=100)


class OutcomeBody(BaseModel):
    """What was reported, and which entry of the log says so."""

    index: int
    decision: str
    action: Action
    products: list[str]


class ReplayBody(BaseModel):
    """How deciding again went: `same`, `same_without_prompt` (all but the matching), `different`, or
    `incomparable` (the prompt is gone and the entry leaves verdicts out); `words` say what was done.
    """

    index: int
    decision: str
    result: Replay
    words: list[str]


class PromptBody(BaseModel):
    """A kept prompt and the salt that opens its commitment; both null once erased, by the entry `erased_by`."""

    prompt: str | None
    salt: str | None
    erased_by: int | None


class DayCountBody(BaseModel):
    """Decisions of a day (UTC) with an outcome, and for how many of them it was reported what was done."""

    day: str
    outcome: Outcome
    decisions: int
    reported: int


class ManifestBody(BaseModel):
    """What an export must be. `checkpoint` is a signed note; the entries below `log_size` are in the log that it signs."""

    format: str
    rows: int
    sha256: str
    filter: dict[str, object]
    log_size: int
    checkpoint: str
