"""What browsers are told about every answer: no guessing of types, no frames, no referrer, no scripts but the documentation's own."""

import base64
import hashlib
import re

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

Headers = list[tuple[bytes, bytes]]
NOTHING_RUNS = b"default-src 'none'; frame-ancestors 'none'"
ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", NOTHING_RUNS),
    (b"referrer-policy", b"no-referrer"),
]
INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
SHOWN = ["ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id", "Idempotency-Replayed", "Deprecation"]
TAKEN = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "On-Behalf-Of", "X-Request-Id"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def safety_headers(hsts_seconds: int) -> Headers:
    """Return what every answer carries unless its route says otherwise."""
    hsts = [(b"strict-transport-security", b"max-age=%d; includeSubDomains" % hsts_seconds)] if hsts_seconds else []
    return [*ALWAYS, *hsts]


def policy_of_docs(page: bytes) -> str:
    """Return the Content-Security-Policy of the documentation's page: this server's files, and the page's own inline script by its hash."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in INLINE.findall(page))
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def allow_origins(app: FastAPI, origins: tuple[str, ...], *, credentials: bool) -> None:
    """Let pages of these origins read answers (CORS). Without origins no page of another may."""
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_credentials=credentials,
            allow_methods=METHODS,
            allow_headers=TAKEN,
            expose_headers=SHOWN,
        )
