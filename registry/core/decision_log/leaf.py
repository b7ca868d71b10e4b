"""A decision as the leaf that proves it: what was answered, why, and a commitment to what was asked.

Left out on purpose, and so not provable by the leaf: the prompt (a salted commitment stands for it), the surfaces of
the mentions (they are parts of the prompt), dismissed mentions, and sentences that follow from a reason's code.
"""

from hashlib import sha256
from typing import Any

from registry.core.decision_log.canonical import encode_trusted
from registry.core.model import Decision, Mention, Verdict

LEAF_VERSION = 1
LEFT_OUT = ("prompt", "surfaces", "dismissed", "sentences")


def commit_to_prompt(prompt: str, salt: bytes) -> str:
    """Return SHA-256(salt || prompt in UTF-8) in hex. Lone surrogates are encoded as such, so every text has a commitment."""
    return sha256(salt + prompt.encode("utf-8", "surrogatepass")).hexdigest()


def decision_leaf(decision: Decision) -> bytes:
    """Return the canonical bytes of a decision's leaf."""
    return encode_trusted(
        {
            "v": LEAF_VERSION,
            "type": "decision",
            "id": decision.id,
            "at": decision.decided_at.isoformat(),
            "service": decision.service,
            "level": decision.level,
            "matcher": decision.matcher,
            "revision": decision.revision,
            "facts": decision.facts,
            "outcome": decision.outcome,
            "reasons": [r.code for r in decision.reasons],
            "verdicts": [_verdict(v) for v in decision.verdicts],
            "mentions": [_mention(m) for m in decision.mentions],
            "omitted": decision.omitted,
            "prompt": {"hash": decision.prompt_hash, "kept": decision.prompt_kept, "length": decision.prompt_length},
            "left_out": LEFT_OUT,
        }
    )


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "character": verdict.character,
        "outcome": verdict.outcome,
        "reasons": [[r.code, r.rule] for r in verdict.reasons],
        "duties": [d.action for d in verdict.duties],
        "missing": verdict.missing,
        "mentions": verdict.mentions,
    }


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "status": mention.status,
        "method": mention.method,
        "confidence": mention.confidence,
        "candidates": mention.candidates,
    }
