"""Passwords: argon2id through passlib, and nothing else. Each hash or verify takes about 100 ms and 64 MB: keep it off the event loop.

passlib 1.7.4 is imported here alone: it asks Python for `crypt` and argon2-cffi for its version in ways that warn.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from passlib.hash import argon2

    argon2.set_backend("argon2_cffi")

from registry.core.errors import FieldError, InvalidInput

MIN_LENGTH, MAX_LENGTH = 12, 256
_argon2 = argon2.using(type="ID")
# What is verified when there is nobody, so that it takes as long: of a random text that nobody knows, with the costs of every other.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$UIqxdg4BgBAiBMB4z/m/9w$qW7RkSyhYcjgqAhM3p6PQIzQbHXPUOqOrymptBzfsR4"


def hash_password(password: str) -> str:
    """Return what is stored of a password. Raises InvalidInput for one that is too short or too long, without repeating it."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        wrong = FieldError("/password", f"takes {MIN_LENGTH} to {MAX_LENGTH} characters")
        raise InvalidInput("the password has the wrong length", fields=(wrong,))
    return str(_argon2.hash(password.encode("utf-8", "surrogatepass")))


def verify_password(password: str, stored: str | None) -> bool:
    """True when this is the password. `stored` None is nobody: as slow, and false. Exactly one argon2 verification each."""
    is_it = bool(_argon2.verify(password.encode("utf-8", "surrogatepass"), stored or _NOBODY))
    return is_it and stored is not None
