"""A member's authenticator (RFC 6238): enrolled, confirmed by a first code, removed with the password. Its seed is sealed at rest."""

import secrets
from base64 import b32encode
from dataclasses import dataclass

from registry.core.errors import Conflict, FieldError, InvalidInput
from registry.core.totp import SECRET_BYTES, matching_step, otpauth_uri
from registry.store import members as store
from registry.usecases.access import Caller, log_access
from registry.usecases.members import confirm_password
from registry.usecases.registry import Registry
from registry.usecases.sealed import require_seal_key
from registry.usecases.sessions import recovery_digest, require_member

ISSUER = "Character registry"
RECOVERY_CODES = 10
RECOVERY_BYTES = 10


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs, shown once: the seed in base 32, and the same as the address of a QR code."""

    seed: str
    uri: str


def enrol(registry: Registry, caller: Caller, *, password: str, address: str | None) -> Enrolment:
    """Begin to use an authenticator; nothing is asked for until `confirm_enrolment`. Raises Conflict when there is one already."""
    found = confirm_password(registry, caller, password, address)
    if found.secrets.totp_confirmed:
        raise Conflict("there is an authenticator already: remove it first")
    seed = secrets.token_bytes(SECRET_BYTES)
    with registry.database.write_aside() as session:
        require_seal_key(session, registry.seal)
        store.set_totp(session, found.member.id, registry.seal.seal(seed, found.member.id))
        session.commit()
    shown = b32encode(seed).decode()
    return Enrolment(shown, otpauth_uri(seed, issuer=ISSUER, account=found.member.email))


def confirm_enrolment(registry: Registry, caller: Caller, code: str) -> tuple[str, ...]:
    """Ask for codes from now on, as this one is right; return the recovery codes, each good once, shown this once."""
    member_id, now = require_member(caller), registry.now()
    with registry.database.write() as session:
        found = store.get_member(session, member_id)
        sealed = found.secrets.totp_sealed
        if sealed is None or found.secrets.totp_confirmed:
            raise Conflict("there is no authenticator to confirm")
        step = matching_step(registry.seal.open(sealed, member_id), code.replace(" ", ""), now.timestamp())
        if step is None:
            raise InvalidInput("the code is wrong: look at the clock of your device", fields=(FieldError("/code", "wrong"),))
        store.set_totp(session, member_id, sealed, confirmed=True, step=step)
        codes = tuple(secrets.token_hex(RECOVERY_BYTES) for _ in range(RECOVERY_CODES))
        store.add_recovery_codes(session, member_id, [recovery_digest(recovery) for recovery in codes])
        log_access(session, caller, now, "member", "authenticator added", member=member_id, organisation=caller.organisation.id)
        session.commit()
    return codes


def remove_authenticator(registry: Registry, caller: Caller, *, password: str, address: str | None) -> None:
    """Ask for no codes any more; recovery codes go with it."""
    found = confirm_password(registry, caller, password, address)
    with registry.database.write() as session:
        store.set_totp(session, found.member.id, None)
        said = {"member": found.member.id, "organisation": found.organisation.id}
        log_access(session, caller, registry.now(), "member", "authenticator removed", **said)
        session.commit()
