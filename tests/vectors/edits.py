"""What the makers of the decision log's vectors share: how values are changed, and what a naive RFC 6962 says of the change."""

from base64 import b64encode
from typing import Any

from tests.core.decision_log import reference

Vector = dict[str, Any]
Edit = tuple[str, bytes, str]  # kind, bytes, reason


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def flipped(value: bytes, bit: int) -> bytes:
    at = bit // 8 % len(value)
    return value[:at] + bytes([value[at] ^ 1 << bit % 8]) + value[at + 1 :]


def replaced(hashes: list[bytes], at: int, value: bytes) -> list[bytes]:
    return [*hashes[:at], value, *hashes[at + 1 :]]


def swapped(hashes: list[bytes]) -> list[bytes]:
    return [hashes[1], hashes[0], *hashes[2:]]


def shape_reason(given: int, needed: int, otherwise: str) -> str:
    if given < needed:
        return "PROOF_TOO_SHORT"
    return "PROOF_TOO_LONG" if given > needed else otherwise


def grown_reason(old: int, old_root: bytes, new: int, hashes: list[bytes]) -> str:
    """Say which of the two roots a proof of the right length misses first, from the naive reading of SUBPROOF."""
    return "WRONG_OLD_ROOT" if reference.grown(old, new, hashes, old_root)[0] != old_root else "WRONG_NEW_ROOT"
