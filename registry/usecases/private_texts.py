"""Texts that belong to a case but not into the log: it holds a salted commitment to each, and they can be erased afterwards."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from registry.core.decision_log.leaf import commit_to_prompt

SALT_BYTES = 16
Private = Mapping[str, Mapping[str, str]]


def seal(texts: Mapping[str, str | None]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return the commitments (SHA-256 of salt and text, in hex) and what is kept apart, both by the texts' names."""
    kept = {name: {"text": text, "salt": secrets.token_hex(SALT_BYTES)} for name, text in texts.items() if text is not None}
    return {name: commitment(said) for name, said in kept.items()}, kept


def commitment(kept: Mapping[str, str]) -> str:
    """Return the commitment to a kept text."""
    return commit_to_prompt(kept["text"], bytes.fromhex(kept["salt"]))


def text_of(private: Mapping[str, Any] | None, name: str) -> str | None:
    """Return a kept text, None when it never was there or is erased."""
    found = (private or {}).get(name)
    return None if found is None else str(found["text"])


def without(private: Mapping[str, Any] | None, names: Iterable[str]) -> dict[str, Any]:
    """Return what is kept without these texts."""
    gone = set(names)
    return {name: kept for name, kept in (private or {}).items() if name not in gone}
