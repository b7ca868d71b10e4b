"""Ed25519 keys of logs and witnesses, named and typed as in C2SP signed-note: key ids, verifier keys, signing keys.

    key ID = SHA-256(name || 0x0A || type || public key)[:4]
    vkey   = <name>+<key ID in hex>+<base64 of type || public key>
    skey   = PRIVATE+KEY+<name>+<key ID in hex>+<base64 of type || 32-byte seed>

The same 32 bytes under another name or type are another key, so that a log's signature is never taken for a witness's.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.wire import check_text, decode_base64, encode_base64
from registry.core.errors import Malformed

KEY_SIZE = 32
SIGNATURE_SIZE = 64
_SKEY_PREFIX = "PRIVATE+KEY+"

# INVARIANT: under a key of small order one signature fits many texts, so such a key binds nobody to anything.
# The y coordinates, sign bit cleared, of the eight points whose order divides 8, and the two that are not reduced mod p.
_SMALL_ORDER = frozenset(
    bytes.fromhex(y)
    for y in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


class KeyType(IntEnum):
    """What a key signs: the text of a note, or a cosignature/v1 message with the time in it (C2SP tlog-cosignature)."""

    ED25519 = 0x01
    COSIGNATURE_V1 = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under. Raises Malformed: NOT_A_KEY_NAME, NOT_A_KEY, WEAK_KEY."""

    name: str
    key_type: KeyType
    public_key: bytes
    key_id: bytes = field(init=False, repr=False)
    """The 4 bytes by which a signature line names this key, together with the name."""

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.public_key) != KEY_SIZE:
            raise Malformed(f"an Ed25519 public key has {KEY_SIZE} bytes, not {len(self.public_key)}", code=Flaw.NOT_A_KEY)
        if self.public_key[:-1] + bytes([self.public_key[-1] & 0x7F]) in _SMALL_ORDER:
            raise Malformed(f"the key of `{self.name}` is of small order; anyone can sign for it", code=Flaw.WEAK_KEY)
        digest = sha256(self.name.encode() + b"\n" + bytes([self.key_type]) + self.public_key).digest()
        object.__setattr__(self, "key_id", digest[:4])

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Say whether the 64-byte signature is this key's over the message, RFC 8032."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key: a 32-byte seed, RFC 8032. Only `format_skey` shows the seed; `repr` does not."""

    name: str
    key_type: KeyType
    seed: bytes = field(repr=False)
    verifier: VerifierKey = field(init=False, repr=False, compare=False)
    """The public half, under the same name and type."""
    _private: Ed25519PrivateKey = field(init=False, repr=False, compare=False)  # made once: deriving it costs more than signing

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_SIZE:
            raise Malformed(f"an Ed25519 seed has {KEY_SIZE} bytes, not {len(self.seed)}", code=Flaw.NOT_A_KEY)
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        object.__setattr__(self, "_private", private)
        object.__setattr__(self, "verifier", VerifierKey(self.name, self.key_type, private.public_key().public_bytes_raw()))

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over the message, RFC 8032; the same each time."""
        return self._private.sign(message)


def format_vkey(key: VerifierKey) -> str:
    """Return the one-line text of a public key."""
    return _format(key.name, key.key_id, key.key_type, key.public_key)


def parse_vkey(text: str) -> VerifierKey:
    """Undo `format_vkey`. Raises Malformed: NOT_A_KEY_NAME, NOT_A_KEY, NOT_BASE64, WRONG_KEY_ID, WEAK_KEY."""
    name, key_id, key_type, material = _parse(text, "a verifier key")
    key = VerifierKey(name, key_type, material)
    _check_key_id(key, key_id)
    return key


def format_skey(key: SigningKey) -> str:
    """Return the one-line text of a private key. Keep it secret, outside the database."""
    return _SKEY_PREFIX + _format(key.name, key.verifier.key_id, key.key_type, key.seed)


def parse_skey(text: str) -> SigningKey:
    """Undo `format_skey`; messages never repeat the text. Raises Malformed as `parse_vkey` does."""
    if not text.startswith(_SKEY_PREFIX):
        raise Malformed(f"a signing key begins with {_SKEY_PREFIX}", code=Flaw.NOT_A_KEY)
    name, key_id, key_type, seed = _parse(text.removeprefix(_SKEY_PREFIX), "a signing key")
    key = SigningKey(name, key_type, seed)
    _check_key_id(key.verifier, key_id)
    return key


def check_key_name(name: str) -> None:
    """Raise Malformed unless `name` can stand in a signature line: not empty, no Unicode space, no plus sign."""
    check_text(name, "a key name")
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise Malformed(f"`{name[:80]}` is not a key name: it is empty, or has a space or a plus sign", code=Flaw.NOT_A_KEY_NAME)


def _format(name: str, key_id: bytes, key_type: KeyType, material: bytes) -> str:
    return f"{name}+{key_id.hex()}+{encode_base64(bytes([key_type]) + material)}"


def _parse(text: str, what: str) -> tuple[str, str, KeyType, bytes]:
    name, *rest = text.split("+", 2)  # base64 may hold a plus sign, the name and the key id cannot
    if len(rest) != 2:
        raise Malformed(f"{what} has three parts, joined by plus signs", code=Flaw.NOT_A_KEY)
    material = decode_base64(rest[1], what)
    if material[:1] not in _TYPES:
        raise Malformed(f"{what} is of a type that is not supported; only Ed25519 notes and cosignatures are", code=Flaw.NOT_A_KEY)
    return name, rest[0], _TYPES[material[:1]], material[1:]


def _check_key_id(key: VerifierKey, key_id: str) -> None:
    if key.key_id.hex() != key_id:
        raise Malformed(f"the key of `{key.name}` has the id {key.key_id.hex()}, not `{key_id[:40]}`", code=Flaw.WRONG_KEY_ID)


_TYPES = {bytes([key_type]): key_type for key_type in KeyType}
