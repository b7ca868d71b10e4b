"""Errors as problem+json (RFC 9457): the only place that knows which status code an error has.

`type` is stable and what a program should read; `detail` is for people; `errors` names the fields that were wrong.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from registry.core import errors

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:character-registry:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status code, its stable name, its title."""

    status: int
    name: str
    title: str


INVALID = Kind(422, "invalid", "The request is not valid")
NOT_FOUND = Kind(404, "not-found", "Not found")
METHOD = Kind(405, "method-not-allowed", "This address does not take that method")
INTERNAL = Kind(500, "internal", "The registry made a mistake")

# From the most special to the most general: the first class that fits decides.
KINDS: tuple[tuple[type[errors.RegistryError], Kind], ...] = (
    (errors.InvalidImport, Kind(422, "invalid-import", "The file cannot be imported")),
    (errors.WrongMediaType, Kind(415, "unsupported-media-type", "The body has the wrong media type")),
    (errors.KeyReused, Kind(422, "idempotency-key-reused", "The Idempotency-Key stands for another request")),
    (errors.InvalidInput, INVALID),
    (errors.NotFound, NOT_FOUND),
    (errors.NotFreshEnough, Kind(409, "not-fresh-enough", "The catalog is not that new yet")),
    (errors.StillRunning, Kind(409, "still-running", "The first request with this Idempotency-Key is not answered yet")),
    (errors.AnswerLost, Kind(409, "answer-lost", "It was done, but its answer was lost")),
    (errors.Conflict, Kind(409, "conflict", "The request conflicts with what is registered")),
    (errors.PreconditionFailed, Kind(412, "precondition-failed", "It is not what the request takes it to be")),
    (errors.PreconditionRequired, Kind(428, "precondition-required", "Say which state you replace")),
    (errors.LogInRefused, Kind(401, "log-in-refused", "The organisation, e-mail, password, code or link is wrong")),
    (errors.NotAuthenticated, Kind(401, "not-authenticated", "A valid key is needed")),
    (errors.NotPermitted, Kind(403, "not-permitted", "This key may not do that")),
    (errors.HeadersTooLarge, Kind(431, "headers-too-large", "The address and headers are too large")),
    (errors.TooLarge, Kind(413, "too-large", "The request is too large")),
    (errors.TooSlow, Kind(408, "too-slow", "The request took too long to come")),
    (errors.TooManyRequests, Kind(429, "too-many-requests", "Too many requests")),
    (errors.LogUnavailable, Kind(503, "log-unavailable", "The log cannot be written")),
    (errors.Damaged, Kind(503, "damaged", "Something stored is damaged")),
    (errors.Unavailable, Kind(503, "unavailable", "The registry cannot answer now")),
    (errors.VerificationFailed, Kind(422, "verification-failed", "The proof does not hold")),
)
REQUEST_ID = "registry.request_id"  # where `front.Envelope` keeps it in a request's scope
BAD_BODY = 400  # FastAPI's word for a body that it could not parse for other reasons than JSON's grammar
BY_STATUS = {404: NOT_FOUND, 405: METHOD}


class FieldProblem(BaseModel):
    """One field that was wrong: a JSON pointer into the body, a parameter's name, or a line of a file."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    request_id: str | None = None


def kind_of(error: errors.RegistryError) -> Kind:
    """Return the kind of problem that this error is."""
    return next((kind for error_type, kind in KINDS if isinstance(error, error_type)), INTERNAL)


def title_of(status: int) -> str:
    """Return what a status code means here, in a few words: the most general of its kinds."""
    meant = [(len(error.__mro__), kind.title) for error, kind in KINDS if kind.status == status]
    return min(meant, key=lambda kind: kind[0], default=(0, f"Status {status}"))[1]


def problem_of(error: errors.RegistryError, request_id: str | None = None) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and extra headers for an error."""
    headers = {}
    if (seconds := getattr(error, "retry_after", None)) is not None:
        headers["retry-after"] = str(max(1, round(seconds)))
    if isinstance(error, errors.NotAuthenticated):
        headers["www-authenticate"] = "Bearer"
    kind = kind_of(error)
    return kind.status, render(kind, error.message, error.fields, request_id), headers


def render(kind: Kind, detail: str, fields: tuple[errors.FieldError, ...] = (), request_id: str | None = None) -> bytes:
    """Return the body of a problem."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + kind.name,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "errors": [{"field": f.field, "message": f.message} for f in fields],
    }
    if request_id is not None:
        body["request_id"] = request_id
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may answer with these problems."""
    return {s: {"description": title_of(s), "model": Problem, "content": {MEDIA_TYPE: {}}} for s in statuses}


def answer_problems(app: FastAPI) -> None:
    """Make every error of the app a problem, also those that Starlette and FastAPI raise by themselves."""
    app.add_exception_handler(errors.RegistryError, _registry_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)


def problem_response(body: bytes, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem's body as a response."""
    return Response(body, status, dict(headers or {}), MEDIA_TYPE)


async def _registry_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.RegistryError)  # noqa: S101  what it is registered for
    status, body, headers = problem_of(error, _request_id(request))
    return problem_response(body, status, headers)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = error.errors()
    fields = tuple(_field_error(e) for e in found)
    first = f": {fields[0].field} {fields[0].message}" if fields else ""
    return problem_response(render(INVALID, f"the request is not valid{first}", fields, _request_id(request)), INVALID.status)


def _field_error(found: Mapping[str, Any]) -> errors.FieldError:
    """Say what a reader can mend: pydantic's own words where they are plain, ours where they speak of its insides."""
    if found["type"] == "json_invalid":
        return errors.FieldError("/", f"not JSON, at character {found['loc'][-1]}: {found.get('ctx', {}).get('error', 'it breaks off')}")
    if found["type"] in {"model_attributes_type", "model_type"}:
        return errors.FieldError(_pointer(found["loc"]), "takes an object, `{...}`")
    if found["type"] == "extra_forbidden":
        return errors.FieldError(_pointer(found["loc"]), "there is no such field")
    return errors.FieldError(_pointer(found["loc"]), found["msg"])


def _pointer(loc: tuple[Any, ...]) -> str:
    """`("body", "aliases", 0, "text")` is `/aliases/0/text`; `("query", "limit")` is `limit`."""
    where, *rest = loc
    return "".join(f"/{part}" for part in rest) or "/" if where == "body" else ".".join(str(part) for part in rest or [where])


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if isinstance(error.__cause__, errors.RegistryError):  # raised while FastAPI read the body
        return await _registry_error(request, error.__cause__)
    if error.status_code == BAD_BODY:
        problem = render(INVALID, "the body is not JSON in UTF-8", (errors.FieldError("/", "not JSON in UTF-8"),), _request_id(request))
        return problem_response(problem, INVALID.status)
    kind = BY_STATUS.get(error.status_code, Kind(error.status_code, "http", "The request cannot be answered"))
    detail = f"{request.method} {request.url.path}: {error.detail}"
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if kind is METHOD:
        headers["allow"] = ", ".join(allowed_methods(request))
    return problem_response(render(kind, detail, request_id=_request_id(request)), kind.status, headers)


def allowed_methods(request: Request) -> list[str]:
    """Return the methods of all routes at this address: by itself each route knows only its own."""
    scope = request.scope
    found = [c for c in iter_route_contexts(request.app.routes) if (p := getattr(c, "path_regex", None)) and p.match(scope["path"])]
    exact = [context for context in found if context.path == scope["path"]]
    return sorted({method for context in exact or found for method in context.methods or ()})


def _request_id(request: Request) -> str | None:
    return request.scope.get(REQUEST_ID)
