"""The log's private key (C2SP signed-note, Ed25519): a file outside the database, made by `registry init`, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from registry.core.decision_log.keys import KeyType, SigningKey, format_skey, parse_skey
from registry.core.errors import InvalidInput, Unavailable

OWNER_ONLY = 0o600


class LogKeyFile:
    """Where the private key is. It is read again whenever the file changes, so that a change of key needs no restart.

    `origin` is the log's name; empty: whatever the file says, and for a new key a random one, so that no two logs share it.
    """

    def __init__(self, path: Path, origin: str = "") -> None:
        self.path = path
        self._origin = origin
        self._seen: tuple[int, int] = (0, 0)
        self._key: SigningKey | None = None

    def read(self) -> SigningKey:
        """Return the key. Raises Unavailable when there is no file, InvalidInput when it is not this log's."""
        try:
            status = self.path.stat()
        except OSError as error:
            raise Unavailable(f"there is no log key at `{self.path}`: run `registry init`, or copy the key there") from error
        if self._key is None or self._seen != (status.st_mtime_ns, status.st_ino):
            self._key = _require_origin(parse_skey(self.path.read_text(encoding="utf-8").strip()), self._origin)
            self._seen = status.st_mtime_ns, status.st_ino
        return self._key

    def exists(self) -> bool:
        """Is there a file?"""
        return self.path.exists()

    def new_key(self, origin: str = "") -> SigningKey:
        """Return a new random key, not yet written, under the log's name."""
        name = origin or self._origin or f"character-registry.invalid/{secrets.token_hex(6)}"
        return SigningKey(name, KeyType.ED25519, secrets.token_bytes(32))

    def write(self, key: SigningKey) -> None:
        """Make this the key, durably and in one step; a key that was there is kept beside it under its id."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.exists():
            old = parse_skey(self.path.read_text(encoding="utf-8").strip())
            _write_private(self.path.with_name(f"{self.path.name}.{old.verifier.key_id.hex()}"), format_skey(old))
        fresh = self.path.with_name(self.path.name + ".new")
        _write_private(fresh, format_skey(key))
        fresh.replace(self.path)

    def prepare(self, key: SigningKey) -> None:
        """Write the next key beside the present one, durably, without using it yet."""
        _write_private(self._next, format_skey(key))

    def prepared(self) -> SigningKey | None:
        """Return the next key, if one was prepared."""
        return parse_skey(self._next.read_text(encoding="utf-8").strip()) if self._next.exists() else None

    def promote(self) -> None:
        """Use the prepared key from now on."""
        if (key := self.prepared()) is not None:
            self.write(key)
            self._next.unlink(missing_ok=True)

    @property
    def _next(self) -> Path:
        return self.path.with_name(self.path.name + ".next")


def _require_origin(key: SigningKey, origin: str) -> SigningKey:
    if origin and key.name != origin:
        raise InvalidInput(f"the log key is of the log `{key.name}`, but `REGISTRY_LOG_ORIGIN` says `{origin}`")
    return key


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
