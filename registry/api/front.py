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
from registry.api.context import LIMITS, Api, Sender, sender_of
from registry.api.limits import Headers, quota_headers
from registry.api.problems import INTERNAL, MEDIA_TYPE, REQUEST_ID, kind_of, problem_of, render
from registry.api.safety import safety_headers
from registry.api.schemas import CheckRequest
from registry.core.errors import HeadersTooLarge, InvalidInput, RegistryError, TooLarge
from registry.usecases.access import Caller
from registry.usecases.check import check, offer_remedy

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CHECK_PATH = "/v1/check"
MAX_BODY_BYTES = 1_000_000
MAX_IMPORT_BYTES = 200_000_000
MAX_HEAD_BYTES = 16_384
# What a check answers is never a page: these two say all that matters, and every header costs it.
SAFETY_OF_CHECKS = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
PROBLEM_HEADERS = [(b"content-type", MEDIA_TYPE.encode()), *SAFETY_OF_CHECKS]
JSON_HEADERS = [(b"content-type", b"application/json"), *SAFETY_OF_CHECKS]

log = logging.getLogger("registry.api")


async def answer_check(api: Api, caller: Caller, request: CheckRequest) -> bytes:
    """Check, and return the answer's bytes; counts what came of it. Raises RegistryError."""
    start = time.perf_counter()
    try:
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


async def count_one(api: Api, caller: Caller) -> Headers:
    """Count one check and return the headers that tell what is left; waits for the database only once a lease is used up."""
    try:
        allowance = api.quotas.take(caller)
        if allowance is None:
            allowance = await api.quotas.lease_in_line(caller)
    except RegistryError as error:
        api.metrics.failed_checks.labels(kind_of(error).name).inc()
        raise
    return quota_headers(allowance)


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
        extra: Headers = JSON_HEADERS
        limits: Headers = []
        try:
            caller = self._caller(sender)
            limits = await count_one(self._api, caller)
            status, answer = 200, await answer_check(self._api, caller, request)
        except RegistryError as error:
            status, answer, more = problem_of(error, request_id.decode())
            extra = [*PROBLEM_HEADERS, *((k.encode(), v.encode()) for k, v in more.items())]
        except Exception as error:  # noqa: BLE001  nothing may leave as a bare traceback
            status, answer, extra = 500, _failure(error, request_id), PROBLEM_HEADERS
        await _send(send, status, answer, [*extra, *limits, (b"x-request-id", request_id)])

    def _caller(self, sender: Sender) -> Caller:
        try:
            return self._api.identify(sender)
        except RegistryError as error:
            self._api.metrics.failed_checks.labels(kind_of(error).name).inc()
            raise


class Envelope:
    """ASGI: a request id, safety headers, a bound on the body, one line in the access log, and a problem for whatever went wrong."""

    def __init__(self, app: App, api: Api, hsts_seconds: int = 0) -> None:
        self._app = app
        self._api = api
        self._safety = safety_headers(hsts_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wrap one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        start, request_id = time.perf_counter(), _request_id(headers)
        scope[REQUEST_ID] = request_id.decode()
        status = 0

        async def send_wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name for name, _ in message["headers"]}
                safety = [header for header in self._safety if header[0] not in present]
                limits = scope.get(LIMITS, ())
                message["headers"] = [*message["headers"], (b"x-request-id", request_id), *safety, *limits]
            await send(message)

        try:
            self._require_manners(scope, headers)
            await self._app(scope, _bounded(receive, _limit_for(scope)), send_wrapped)
        except RegistryError as error:
            code, problem, more = problem_of(error, scope[REQUEST_ID])
            await _send(send_wrapped, code, problem, [PROBLEM_HEADERS[0], *((k.encode(), v.encode()) for k, v in more.items())])
        except Exception as error:  # noqa: BLE001  nothing may leave as a bare traceback
            problem = _failure(error, request_id)
            if not status:
                await _send(send_wrapped, 500, problem, [(b"content-type", MEDIA_TYPE.encode())])
        finally:
            self._account(scope, status, request_id, time.perf_counter() - start)

    def _require_manners(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        """Raise HeadersTooLarge, InvalidInput (what no database holds), TooManyRequests (too much without a key)."""
        if _head_bytes(scope) > MAX_HEAD_BYTES:
            raise HeadersTooLarge(f"address and headers take more than {MAX_HEAD_BYTES} bytes")
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            raise InvalidInput("the address holds a NUL character")
        if b"authorization" not in headers:
            scope[LIMITS] = self._api.addresses.take(sender_of(scope, headers).address)

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


def _head_bytes(scope: Scope) -> int:
    return len(scope["path"]) + len(scope.get("query_string", b"")) + sum(len(name) + len(value) for name, value in scope["headers"])


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
    shown = request_id.decode()
    return render(INTERNAL, f"please report request `{shown}`; no verdict was given", request_id=shown)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})
