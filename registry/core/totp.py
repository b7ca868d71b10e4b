"""Time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 seconds), as authenticator apps make them. The time is given."""

import hmac
from base64 import b32encode
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT_STEPS = 1  # a clock may be half a minute wrong either way
SECRET_BYTES = 20  # RFC 4226 section 4: 160 bits


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a step (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: bytes, code: str, seconds: float, *, after: int = -1) -> int | None:
    """Return the step that this code belongs to, None when it is no code of now.

    `seconds` since 1970. Steps up to `after` are refused: a code counts once (RFC 6238 section 5.2).
    """
    now = int(seconds) // STEP_SECONDS
    steps = range(max(now - DRIFT_STEPS, after + 1, 0), now + DRIFT_STEPS + 1)
    said = code.encode("utf-8", "replace")
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), said)]
    return found[0] if found else None


def otpauth_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """Return the address that an authenticator app reads from a QR code (Key URI format)."""
    shown = b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?" + urlencode({"secret": shown, "issuer": issuer}, quote_via=quote)
