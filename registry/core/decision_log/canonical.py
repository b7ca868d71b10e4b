"""Canonical JSON (RFC 8785, JCS) for the values that leaves are made of: text, whole numbers, booleans, null, lists, objects.

Floats are refused: no leaf needs one, and their text differs between languages. Keys must be ASCII, so that
code point order is the UTF-16 order that RFC 8785 asks for.
"""

import json
from collections.abc import Mapping
from typing import Any

from registry.core.errors import InvalidInput

MAX_SAFE_INTEGER = 2**53 - 1


def canonical_bytes(value: Mapping[str, Any]) -> bytes:
    """Return the one canonical UTF-8 form of `value`.

    Raises InvalidInput for floats, whole numbers beyond 2**53 - 1, keys that are not ASCII, and lone surrogates.
    """
    _check(value)
    return encode_trusted(value)


def encode_trusted(value: Mapping[str, Any]) -> bytes:
    """Encode a value known to hold only what `canonical_bytes` allows (the hot path: our own decisions)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("text holds a lone surrogate, which no UTF-8 can carry") from error


def _check(value: object) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise InvalidInput(f"key `{key!r}` of a canonical object is not ASCII text")
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, bool) or value is None or isinstance(value, str):
        return
    elif not isinstance(value, int) or abs(value) > MAX_SAFE_INTEGER:
        raise InvalidInput(f"`{value!r}` cannot stand in canonical JSON: only text, safe whole numbers, booleans, null")
