"""Tokens that prove something: a kind, a public prefix that finds them, and 256 random bits, of which only the SHA-256 is stored."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_FORMAT = re.compile(r"(crk|crs)_([0-9a-f]{16})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A token just made; `secret` is the whole of it, to be shown once."""

    prefix: str
    secret: str
    digest: bytes


def new_token(kind: str) -> Token:
    """Return a new token: kind `crk` is a key, `crs` a session, `crl` a link."""
    prefix = secrets.token_hex(8)
    secret = f"{kind}_{prefix}_{secrets.token_urlsafe(32)}"
    return Token(prefix, secret, digest_of(secret))


def parse_token(secret: str) -> tuple[str, str] | None:
    """Return kind and prefix of a key or a session's token, None when it is neither."""
    shape = _FORMAT.fullmatch(secret)
    return None if shape is None else (shape[1], shape[2])


def digest_of(secret: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def proves(secret: str, stored: bytes) -> bool:
    """True when this is the token whose digest is stored; in constant time."""
    return hmac.compare_digest(digest_of(secret), stored)
