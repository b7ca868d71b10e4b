"""The one tree of errors. Only `registry.api.problems` knows which status code each one answers with.

RegistryError
├── InvalidInput            the request cannot be understood or breaks a rule of the catalog
│   ├── InvalidImport       lines of an import file cannot be read; carries them all
│   ├── WrongMediaType      the body is of a kind that is not taken here
│   └── KeyReused           an Idempotency-Key came back with another request
├── NotFound                no such thing, or none that this caller may see
├── Conflict                the thing exists already, or has changed meanwhile
│   ├── NotFreshEnough      the catalog has not reached the revision asked for in time
│   ├── StillRunning        the first request with this Idempotency-Key has not been answered yet
│   └── AnswerLost          what this Idempotency-Key stands for was done, but its answer was lost
├── PreconditionFailed      the thing is not what If-Match or If-None-Match says
├── PreconditionRequired    replacing a thing blindly is refused
├── NotAuthenticated        no key, or one that is unknown, expired or revoked
│   └── LogInRefused        organisation, e-mail, password, code or link is wrong; it is not said which
├── NotPermitted            the key is good but its role or owner may not do this
├── TooLarge                the body, prompt or file is longer than the limit
│   └── HeadersTooLarge     the address and headers are
├── TooSlow                 the body did not come in time
├── TooManyRequests         the key has used up its rate
├── VerificationFailed      what was shown is not what it claims to be; `code` says in which way
│   ├── Malformed           it does not follow its format
│   ├── ProofRejected       the Merkle proof or the entry does not lead to the root
│   ├── LogChanged          the log or its database is not what it was, or does not agree with itself
│   └── CheckpointRejected  nobody trusted has signed it, or it is another log's
└── Unavailable             the registry cannot answer now; nothing was decided
    ├── Damaged             what is stored is not what was written
    ├── LogUnavailable      the decision log cannot be written
    └── CatalogBehind       the catalog in memory is older than the log; it is catching up
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: `field` is a JSON pointer such as `/aliases/0/text`, or `line 12`."""

    field: str
    message: str


class RegistryError(Exception):
    """Base of everything this package raises on purpose. `message` is for people; `fields` says where."""

    def __init__(self, message: str, *, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields


class InvalidInput(RegistryError):
    """The request cannot be understood or breaks a rule of the catalog."""


class InvalidImport(InvalidInput):
    """Lines of an import file cannot be read. `fields` holds every one of them, in file order."""


class WrongMediaType(InvalidInput):
    """The body is of a kind that is not taken here."""


class KeyReused(InvalidInput):
    """An Idempotency-Key came back with another request than its first."""


class NotFound(RegistryError):
    """No such thing, or none that this caller may see."""


class Conflict(RegistryError):
    """The thing exists already, or has changed meanwhile."""


class NotFreshEnough(Conflict):
    """The catalog has not reached the revision that the caller asked for in time."""


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not been answered yet; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AnswerLost(Conflict):
    """What this Idempotency-Key stands for was done, but the process ended before its answer was kept."""


class PreconditionFailed(RegistryError):
    """The thing is not what the request takes it to be (If-Match, If-None-Match)."""


class PreconditionRequired(RegistryError):
    """Replacing a thing without saying which state of it is refused."""


class NotAuthenticated(RegistryError):
    """No key, or one that is unknown, expired or revoked."""


class LogInRefused(NotAuthenticated):
    """Organisation, e-mail, password, code or link is wrong, or missing; it is not said which."""


class NotPermitted(RegistryError):
    """The key is good, but its role or owner may not do this."""


class TooLarge(RegistryError):
    """The body, prompt or file is longer than the limit."""


class HeadersTooLarge(TooLarge):
    """The address and the headers of the request are longer than the limit."""


class TooSlow(RegistryError):
    """The body of the request did not come in time."""


class TooManyRequests(RegistryError):
    """The key has used up its rate; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class VerificationFailed(RegistryError):
    """What was shown is not what it claims to be. `code` is a stable UPPER_SNAKE word, one for each reason (`decision_log.flaws`)."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Malformed(VerificationFailed):
    """A key, note, checkpoint, receipt, tile or request does not follow its format."""


class ProofRejected(VerificationFailed):
    """A Merkle proof does not lead from its leaf or older tree to the root, or an entry is not the one in its tile."""


class LogChanged(VerificationFailed):
    """The log went back or another way since it was last seen, or the database no longer says what its log says."""


class CheckpointRejected(VerificationFailed):
    """A checkpoint is well formed, but nobody trusted has signed it, or it belongs to another log or another time."""


class Unavailable(RegistryError):
    """The registry cannot answer now; nothing was decided. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Damaged(Unavailable):
    """A stored row or entry is not what was written: nothing that follows from it may be answered. The message names it."""


class LogUnavailable(Unavailable):
    """The decision log cannot be written, so no verdict may leave."""


class CatalogBehind(Unavailable):
    """The catalog in memory is older than the log; `revision` is the one that the log has reached."""

    def __init__(self, message: str, *, revision: int) -> None:
        super().__init__(message)
        self.revision = revision
