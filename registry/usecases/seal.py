"""Sealing what must be read back (the seeds of authenticators): AES-256-GCM under a key in a file outside the database."""

import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.core.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12
OWNER_ONLY = 0o600


class SealKeyFile:
    """Where the key is. It is made at the first use; every process of a registry needs the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def seal(self, data: bytes, about: str) -> bytes:
        """Return the data sealed; it opens only for the same `about`, such as a member's id."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._made()).encrypt(nonce, data, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Return what was sealed. Raises Unavailable when the file is gone or another one."""
        try:
            return AESGCM(self._read()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
        except InvalidTag as error:
            raise Unavailable("the seal key is not the one that authenticators were sealed with: bring back its file") from error

    def digest(self, text: str, about: str) -> str:
        """Return a keyed hash (HMAC-SHA256, hex) of a text that is only ever compared: without the key it tells nothing."""
        return hmac.new(self._made(), f"{about}\n{text}".encode(), "sha256").hexdigest()

    def _read(self) -> bytes:
        try:
            key = bytes.fromhex(self.path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise Unavailable("the seal key cannot be read: bring back its file") from error
        if len(key) != KEY_BYTES:
            raise Unavailable("the seal key's file does not hold a key: bring it back")
        return key

    def _made(self) -> bytes:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        if not self.path.exists():
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, self.path)  # only one of two processes makes it
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return self._read()
