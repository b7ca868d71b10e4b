"""A decision as the JSON that a service gets; `schemas.CheckAnswer` describes it, and a test holds the two together."""

import json
from typing import Any

from registry.core.catalog import Entry
from registry.core.model import Mention, Reason, Verdict
from registry.core.rules import Rewritten
from registry.usecases.check import Checked


def answer_bytes(checked: Checked, *, explain: bool, remedy: Rewritten | None = None) -> bytes:
    """Return the body of a check's answer. `explain` adds the dismissed mentions, last, and the evidence for each."""
    body = answer(checked, explain=explain)
    if remedy is not None:
        body["remedy"] = {"prompt": remedy.prompt, "negative_terms": remedy.negative_terms, "left": remedy.left}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def answer(checked: Checked, *, explain: bool) -> dict[str, Any]:
    """Return a check's answer as plain values."""
    decision, entries = checked.decision, checked.catalog.entries
    mentions = (*decision.mentions, *checked.dismissed) if explain else decision.mentions
    return {
        "decision_id": decision.id,
        "decided_at": decision.decided_at.isoformat(),
        "outcome": decision.outcome,
        "reasons": [_reason(r) for r in decision.reasons],
        "revision": decision.revision,
        "matcher": decision.matcher,
        "level": decision.level,
        "verdicts": [_verdict(v, entries[v.character]) for v in decision.verdicts],
        "mentions": [_mention(m, explain=explain) for m in mentions],
        "omitted": decision.omitted,
        "receipt": {"index": checked.receipt.index, "leaf_hash": checked.receipt.leaf_hash.hex(), "salt": checked.salt.hex()},
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "rule": reason.rule, "text": reason.text, "text_ja": reason.text_ja}


def _verdict(verdict: Verdict, entry: Entry) -> dict[str, Any]:
    return {
        "character": _character(entry),
        "outcome": verdict.outcome,
        "reasons": [_reason(r) for r in verdict.reasons],
        "duties": [{"action": d.action, "text": d.text, "address": d.address} for d in verdict.duties],
        "missing": verdict.missing,
        "mentions": verdict.mentions,
    }


def _character(entry: Entry) -> dict[str, Any]:
    character, work, owner = entry.character, entry.work, entry.rightsholder
    return {
        "id": character.id,
        "ref": character.ref,
        "name": character.name,
        "work": None if work is None else {"id": work.id, "ref": work.ref, "title": work.title},
        "rightsholder": {"id": owner.id, "ref": owner.ref, "name": owner.name, "contact": owner.contact},
    }


def _mention(mention: Mention, *, explain: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "start": mention.start,
        "end": mention.end,
        "surface": mention.surface,
        "alias": mention.alias,
        "method": mention.method,
        "status": mention.status,
        "confidence": mention.confidence,
        "candidates": mention.candidates,
    }
    if explain:
        shown["evidence"] = mention.evidence
    return shown
