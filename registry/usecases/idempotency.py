"""The same request sent twice is carried out once (draft-ietf-httpapi-idempotency-key-header).

What is kept of a request is kept under a key made from the caller's credential and the Idempotency-Key, neither of which is
stored: the database alone tells neither who asked for what nor what was answered, and a new API key stays shown once.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from registry.core.errors import AnswerLost, KeyReused, StillRunning
from registry.store import idempotency as store
from registry.store.database import Session
from registry.store.idempotency import APPLIED, Claim, Claimed
from registry.usecases.registry import Registry

KEPT = timedelta(hours=24)
ABANDONED_AFTER = timedelta(seconds=60)
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A request as it may be repeated: who sent it (a secret), to where, its Idempotency-Key, and everything else about it."""

    credential: bytes
    route: bytes
    key: bytes
    content: bytes

    def derive(self, purpose: bytes) -> bytes:
        """Return 32 bytes that only who holds the credential can make again."""
        said = b"".join(len(part).to_bytes(8) + part for part in (purpose, self.route, self.key))
        return hmac.digest(self.credential, said, "sha256")

    def claim(self) -> Claim:
        """Return a new attempt at this request."""
        request = hmac.digest(self.derive(b"request"), self.content, "sha256")
        return Claim(self.derive(b"id").hex(), request, secrets.token_hex(16))


def begin(registry: Registry, asked: Repeatable, claim: Claim) -> bytes | None:
    """Return the answer that the first such request got, or None: then this attempt is to carry it out, and to `finish` or `give_up`.

    Raises KeyReused for another request under the same key, StillRunning while the first one runs (an attempt is given up
    for dead after `ABANDONED_AFTER`), AnswerLost when it was carried out but ended before its answer was kept.
    """
    now = registry.now()
    with registry.database.write_aside() as session:
        if store.add_claim(session, claim, now=now, expires_at=now + KEPT):
            session.commit()
            return None
        found = store.find_claim(session, claim.id)
        if found is None:  # it expired this very moment
            raise StillRunning("a request with this Idempotency-Key is just ending")
        if not hmac.compare_digest(found.request, claim.request):
            raise KeyReused("this Idempotency-Key came with another request before; take a new one for each")
        if found.answer is not None:
            return _unsealed(asked, claim, found.answer)
        left = found.started_at + ABANDONED_AFTER - now
        if left > timedelta(0):
            raise StillRunning("the first request with this Idempotency-Key has not been answered yet", retry_after=_wait(left))
        if not _taken_over(registry, session, claim, found):
            raise StillRunning("another attempt with this Idempotency-Key has just begun")
    return None


def finish(registry: Registry, asked: Repeatable, claim: Claim, answer: bytes) -> None:
    """Keep the answer for repeats."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + ChaCha20Poly1305(asked.derive(b"answer")).encrypt(nonce, answer, claim.id.encode())
    with registry.database.write_aside() as session:
        store.save_answer(session, claim, sealed)
        session.commit()


def give_up(registry: Registry, claim: Claim) -> None:
    """Let the request be sent again at once, unless it was carried out in spite of its error."""
    with registry.database.write_aside() as session:
        store.drop_claim(session, claim)
        session.commit()


def _taken_over(registry: Registry, session: Session, claim: Claim, found: Claimed) -> bool:
    if found.state == APPLIED:
        raise AnswerLost("it was carried out, but the registry was stopped before it could keep the answer: look for what it made")
    taken = store.take_over(session, claim, attempt=found.attempt, now=registry.now())
    session.commit()
    return taken


def _unsealed(asked: Repeatable, claim: Claim, sealed: bytes) -> bytes:
    try:
        return ChaCha20Poly1305(asked.derive(b"answer")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], claim.id.encode())
    except InvalidTag:
        raise AnswerLost("the answer that was kept has been damaged; look for what the request made") from None


def _wait(left: timedelta) -> float:
    """Ask again soon while it is likely to run still, later when it looks dead."""
    age = ABANDONED_AFTER - left
    return 1.0 if age < timedelta(seconds=5) else left.total_seconds()
