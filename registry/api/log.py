"""Routes of the log itself (C2SP tlog-tiles): checkpoint and hash tiles for anyone, entries for auditors, Merkle proofs, public keys."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from registry.api.context import CurrentRegistry, get_caller
from registry.api.log_schemas import LogKeysBody, ProofBody
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import MAX_INDEX
from registry.core.decision_log.keys import format_vkey
from registry.core.decision_log.note import SignedNote, format_note
from registry.core.decision_log.wire import encode_base64
from registry.usecases import log
from registry.usecases.access import Caller

router = mannered_router(prefix="/log", tags=["log"])

NOTE = "text/plain; charset=utf-8"
FOREVER = "public, max-age=31536000, immutable"
SHOWN_NOTE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}, "description": "A signed note."}}
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "Hashes of 32 bytes each, or length-prefixed entries."}
}


@router.get("/checkpoint", response_class=Response, responses={**SHOWN_NOTE, **documented(503)})
def get_checkpoint(registry: CurrentRegistry) -> Response:
    """Read the signed head of the log (tlog-checkpoint). No key is needed."""
    return _note(log.current_checkpoint(registry))


@router.get("/checkpoint/cosigned", response_class=Response, responses={**SHOWN_NOTE, **documented(404)})
def get_cosigned_checkpoint(registry: CurrentRegistry) -> Response:
    """Read the newest head that witnesses have cosigned. No key is needed."""
    return _note(log.cosigned_checkpoint(registry))


@router.get("/keys")
def get_keys(registry: CurrentRegistry) -> LogKeysBody:
    """Read the log's public keys, the one in use last, and the checkpoints signed by two keys when it changed. No key is needed."""
    found = log.public_keys(registry)
    rotations = [format_note(note).decode() for note in found.rotations]
    return LogKeysBody(origin=found.origin, keys=[format_vkey(key) for key in found.keys], rotations=rotations)


@router.get("/tile/{path:path}", response_class=Response, responses={**BYTES, **documented(401, 403, 404)})
def get_tile(path: str, request: Request, registry: CurrentRegistry) -> Response:
    """Read a hash tile (`0/x001/234.p/5`; no key is needed) or a bundle of entries (`entries/067`; auditors and the operator)."""
    is_public = not path.startswith("entries/")
    data, is_full = log.read_tile(registry, None if is_public else _caller(request), f"tile/{path}")
    headers = {"cache-control": FOREVER} if is_full and is_public else {}
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.get("/proof/inclusion", responses=documented(422, 503))
def get_inclusion(registry: CurrentRegistry, index: Annotated[int, Query(ge=0, le=MAX_INDEX)]) -> ProofBody:
    """Prove that entry `index` is in the log as it stands now. No key is needed: a proof is hashes."""
    proof = log.prove_inclusion(registry, index)
    return _proof(proof, leaf_hash=encode_base64(proof.leaf))


@router.get("/proof/consistency", responses=documented(422, 503))
def get_consistency(
    registry: CurrentRegistry, old: Annotated[int, Query(ge=0, le=MAX_INDEX, description="The size that you saw.")]
) -> ProofBody:
    """Prove that the log of `old` entries is the beginning of the log now. No key is needed."""
    return _proof(log.prove_consistency(registry, old))


def _proof(proof: log.Proof, leaf_hash: str | None = None) -> ProofBody:
    hashes = [encode_base64(value) for value in proof.hashes]
    return ProofBody(checkpoint=format_note(proof.checkpoint).decode(), leaf_hash=leaf_hash, hashes=hashes)


def _note(note: SignedNote) -> Response:
    return Response(format_note(note), media_type=NOTE)


def _caller(request: Request) -> Caller | None:
    return get_caller(request, None) if "authorization" in request.headers else None
