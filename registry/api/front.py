"""What stands before the routes: the short way of a check, request ids, limits on bodies, the access log, the last resort.

A well-formed `POST /v1/check` is answered here, without the routing and validation machinery that costs more than the
check itself. Whatever is unusual about it is handed on, body and all, to the ordinary route of the same name, which
says what is wrong; both call `answer_check`, and one suite of tests holds both to the same document.
"""

import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pydantic import ValidationError

from registry.api.answers import answer_bytes
from registry.api.context import Api, Sender, sender_of
from registry.api.problems import INTERNAL, MEDIA_TYPE, kind_of, problem_of, render
from registry.api.schemas import CheckRequest
from registry.core.errors import RegistryError, TooLarge
from registry.usecases.check import check, offer_remedy

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CHECK_PATH = "/v1/check"
MAX_BODY_BYTES = 1_000_000
MAX_IMPORT_BYTES = 200_000_000
SAFETY_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
PROBLEM_HEADERS = [(b"content-type", MEDIA_TYPE.encode()), *SAFETY_HEADERS]
JSON_HEADERS = [(b"content-type", b"application/json"), *SAFETY_HEADERS]

log = logging.getLogger("registry.api")


async def answer_check(api: Api, sender: Sender, request: CheckRequest) -> bytes:
    """Authenticate, check, and return the answer's bytes; counts what came of it. Raises RegistryError."""
    start = time.perf_counter()
    try:
        caller = api.authenticate(sender)
        checked = await check(
            api.registry,
            caller,
            request.prompt,
            use=request.use,
            level=request.level,
            at_least_as_fresh=request.at_least_as_fresh,
            explain=request.explain,
        )
    except RegistryError as error:
        api.metrics.failed_checks.labels(kind_of(error).name).inc()
        raise
    api.metrics.checks[checked.decision.outcome].inc()
    api.metrics.check_seconds.observe(time.perf_counter() - start)
    remedy = offer_remedy(checked, request.prompt) if request.remedy else None
    return answer_bytes(checked, explain=request.explain, remedy=remedy)


class CheckFirst:
    """ASGI: answers a well-formed check itself and hands everything else on."""

    def __init__(self, app: App, api: Api) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http" or scope["path"] != CHECK_PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        messages, body = await _read(receive)
        request = _parse(body) if headers.get(b"content-type", b"").startswith(b"application/json") else None
        if request is None:
            await self._app(scope, _replay(messages, receive), send)
            return
        await self._answer(sender_of(scope, headers), _request_id(headers), request, send)

    async def _answer(self, sender: Sender, request_id: bytes, request: CheckRequest, send: Send) -> None:
        extra: list[tuple[bytes, bytes]] = JSON_HEADERS
        try:
            status, answer = 200, await answer_check(self._api, sender, request)
        except RegistryError as error:
            status, answer, more = problem_of(error)
            extra = [*PROBLEM_HEADERS, *((k.encode(), v.encode()) for k, v in more.items())]
        except Exception as error:  # noqa: BLE001  nothing may leave as a bare traceback
            status, answer, extra = 500, _failure(error, request_id), PROBLEM_HEADERS
        await _send(send, status, answer, [*extra, (b"x-request-id", request_id)])


class Envelope:
    """ASGI: a request id, safety headers, a bound on the body, one line in the access log, and a problem for whatever went wrong."""

    def __init__(self, app: App, api: Api) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wrap one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, request_id = time.perf_counter(), _request_id(dict(scope["headers"]))
        status = 0

        async def send_wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name for name, _ in message["headers"]}
                safety = [header for header in SAFETY_HEADERS if header[0] not in present]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id), *safety]
            await send(message)

        try:
            await self._app(scope, _bounded(receive, _limit_for(scope)), send_wrapped)
        except Exception as error:  # noqa: BLE001  nothing may leave as a bare traceback
            problem = _failure(error, request_id)
            if not status:
                await _send(send_wrapped, 500, problem, [(b"content-type", MEDIA_TYPE.encode())])
        finally:
            self._account(scope, status, request_id, time.perf_counter() - start)

    def _account(self, scope: Scope, status: int, request_id: bytes, seconds: float) -> None:
        route = getattr(scope.get("route"), "path_format", "unmatched")
        self._api.metrics.requests.labels(scope["method"], route, str(status)).inc()
        extra = {
            "request_id": request_id.decode(),
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(1000 * seconds, 2),
        }
        log.info("request", extra={"fields": extra})


async def _read(receive: Receive) -> tuple[list[Message], bytes | None]:
    """Read the body; return the messages it came in, and the body, None when it is too long or broke off."""
    message = await receive()
    messages, body = [message], message.get("body", b"")
    while message.get("more_body") and len(body) <= MAX_BODY_BYTES:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
    is_whole = message["type"] == "http.request" and len(body) <= MAX_BODY_BYTES
    return messages, body if is_whole else None


def _parse(body: bytes | None) -> CheckRequest | None:
    if body is None:
        return None
    try:
        return CheckRequest.model_validate_json(body)
    except ValidationError:
        return None


def _replay(messages: list[Message], receive: Receive) -> Receive:
    left = iter(messages)

    async def replay() -> Message:
        for message in left:
            return message
        return await receive()

    return replay


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(f"the body is longer than {limit} bytes")
        return message

    return bounded


def _limit_for(scope: Scope) -> int:
    return MAX_IMPORT_BYTES if scope["path"] == "/v1/imports" else MAX_BODY_BYTES


def _request_id(headers: dict[bytes, bytes]) -> bytes:
    """Return the caller's request id when it is a plain short token, else a new one."""
    given = headers.get(b"x-request-id", b"")
    return given if 0 < len(given) <= 64 and given.replace(b"-", b"").replace(b"_", b"").isalnum() else secrets.token_hex(8).encode()


def _failure(error: Exception, request_id: bytes) -> bytes:
    """Log where it failed, never with values (a message may quote the prompt), and return the problem to answer with."""
    frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-6:]]
    log.error("failure", extra={"fields": {"request_id": request_id.decode(), "error": type(error).__name__, "at": frames}})
    return render(INTERNAL, f"please report request `{request_id.decode()}`; no verdict was given")


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})
