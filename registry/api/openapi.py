"""The OpenAPI document: what FastAPI reads off the routes, and what every route has in common and need not say again."""

import functools
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from registry.api.deprecation import DEPRECATED
from registry.api.problems import MEDIA_TYPE, title_of
from registry.api.routes import Mannered

Json = dict[str, Any]
REF = "#/components/headers/"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
HEADERS: Json = {
    "X-Request-Id": "Names this request in the registry's logs: your own `X-Request-Id`, if it was up to 64 letters, digits, `-` and `_`.",
    "ETag": "A strong tag of what was read or written: for `If-Match` and `If-None-Match`.",
    "Link": '`rel="next"`: the page after this one.',
    "RateLimit-Policy": 'The quota: `"key";q=1200000;w=60` is 1,200,000 requests a minute.',
    "RateLimit": 'What is left of it: `"key";r=1199000;t=31`, until 31 seconds from now.',
    "Retry-After": "Ask again after so many seconds.",
    "Idempotency-Replayed": "`true`: this is the answer of the first request with this `Idempotency-Key`.",
    "Deprecation": "Since when this address is deprecated (RFC 9745).",
    "Sunset": "When it goes (RFC 8594).",
}
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text that you use for this request only, such as a UUID. Sent again within 24 hours with the same body, "
    "the request is not carried out again, and the answer is the first one's.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[A-Za-z0-9_-]+$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that you have: 304 if it is still that.",
    "schema": {"type": "string", "pattern": r'^(W/)?"[!#-~]*"$'},
}
# Which codes every operation of a kind may answer with.
ALWAYS = (429, 431)
WITH_A_BODY = (408, 413, 415, 422)
BY_ID = (404, 422)


def describe(app: FastAPI) -> None:
    """Make the app's document say what all its routes have in common."""
    plain = app.openapi

    @functools.cache
    def whole() -> Json:
        return _completed(app, plain())

    app.openapi = whole  # type: ignore[method-assign]


def _completed(app: FastAPI, document: Json) -> Json:
    document["components"]["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()}
    for context in iter_route_contexts(app.routes):
        path = document["paths"].get(context.path_format)
        for method in (context.methods or ()) if path is not None else ():
            operation = path.get(method.lower())
            if operation is not None:
                _complete(operation, method, context.path_format or "", creates=_creates(context.original_route))
    return document


def _creates(route: object) -> bool:
    return isinstance(route, Mannered) and route.creates


def _complete(operation: Json, method: str, path: str, *, creates: bool) -> None:
    responses: Json = operation["responses"]
    statuses = [*ALWAYS, *(WITH_A_BODY if "requestBody" in operation else ()), *(BY_ID if "{" in path and "/v1/" in path else ())]
    if creates:
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        statuses += [409, 422]
    if operation.get("parameters"):
        statuses.append(422)
    for status in statuses:
        responses.setdefault(str(status), {"description": title_of(status)})
    if method == "GET" and path.startswith(("/v1/", "/log/")):
        _add_parameter(operation, IF_NONE_MATCH)
        responses["304"] = {"description": "It is still what your `If-None-Match` says."}
        responses.setdefault("422", {"description": title_of(422)})
    if (method, path) in DEPRECATED:
        operation["deprecated"] = True
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: {"schema": PROBLEM}}
        response["headers"] = response.get("headers", {}) | {
            name: {"$ref": REF + name} for name in _headers(status, method, path, creates=creates)
        }


def _add_parameter(operation: Json, parameter: Json) -> None:
    known = operation.setdefault("parameters", [])
    if all(p["name"].lower() != parameter["name"].lower() for p in known):
        known.append(parameter)


def _headers(status: str, method: str, path: str, *, creates: bool) -> list[str]:
    found = ["X-Request-Id"]
    if status in {"429", "503", "409"}:
        found.append("Retry-After")
    if path.startswith("/v1/"):
        found += ["RateLimit-Policy", "RateLimit"]
    if status < "400" and (method in {"GET", "PUT", "PATCH"} or creates):
        found.append("ETag")
    if status < "400" and creates:
        found.append("Idempotency-Replayed")
    if (method, path) in DEPRECATED:
        found += ["Deprecation", "Sunset"]
    return found
