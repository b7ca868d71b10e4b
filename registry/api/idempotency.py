"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): the same request, sent twice, is carried out once and answered alike."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from registry.api.context import get_caller, get_registry
from registry.core.errors import FieldError, InvalidInput
from registry.store.idempotency import Claim, current_claim
from registry.usecases.idempotency import Repeatable, begin, finish, give_up
from registry.usecases.registry import Registry

Handler = Callable[[Request], Awaitable[Response]]
HEADER = "idempotency-key"
# A structured field's string (RFC 8941) with or without its quotes: printable ASCII.
KEY = re.compile(r'"([^"\\]{1,255})"|([!#-~]{1,255})', re.ASCII)
# What else a request says beside its body.
ALSO_SAID = ("content-type", "on-behalf-of")


async def answer_once(request: Request, handle: Handler) -> Response:
    """Answer a request that has an Idempotency-Key: carry it out, or repeat the answer of the first time."""
    shape = KEY.fullmatch(request.headers[HEADER])
    if shape is None:
        where = FieldError("Idempotency-Key", "1 to 255 printable characters, in quotes or without spaces")
        raise InvalidInput("the header `Idempotency-Key` is not one", fields=(where,))
    registry = get_registry(request)
    if "authorization" in request.headers:
        await run_in_threadpool(get_caller, request, None)  # only those who may ask at all get an answer repeated
    asked = Repeatable(_credential(request), _route(request), (shape[1] or shape[2]).encode(), await _content(request))
    claim = asked.claim()
    if (kept := await run_in_threadpool(begin, registry, asked, claim)) is not None:
        return _read_answer(kept)
    return await _carry_out(registry, asked, claim, request, handle)


async def _carry_out(registry: Registry, asked: Repeatable, claim: Claim, request: Request, handle: Handler) -> Response:
    token = current_claim.set(claim)
    done = False
    try:
        response = await handle(request)
        done = response.status_code < 400
    finally:
        current_claim.reset(token)
        if not done:
            await run_in_threadpool(give_up, registry, claim)
    await run_in_threadpool(finish, registry, asked, claim, _write_answer(response))
    return response


def _credential(request: Request) -> bytes:
    """Return the secret that the request came with; of those without one their address."""
    shown = request.headers.get("authorization") or request.headers.get("cookie")
    return shown.encode() if shown else f"address {request.client.host if request.client else ''}".encode()


def _route(request: Request) -> bytes:
    return f"{request.method} {request.url.path}?{request.url.query}".encode()


async def _content(request: Request) -> bytes:
    said = [request.headers.get(name, "").encode("latin-1") for name in ALSO_SAID]
    return b"".join(len(part).to_bytes(8) + part for part in (*said, await request.body()))


def _write_answer(response: Response) -> bytes:
    headers = [(name, value) for name, value in response.headers.items() if name != "content-length"]
    return json.dumps({"status": response.status_code, "headers": headers, "body": b64encode(bytes(response.body)).decode()}).encode()


def _read_answer(kept: bytes) -> Response:
    said = json.loads(kept)
    response = Response(b64decode(said["body"]), said["status"])
    for name, value in [*said["headers"], ("idempotency-replayed", "true")]:
        response.headers[name] = value
    return response
