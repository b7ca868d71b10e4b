"""The manners that every route has, whatever it does: read again cheaply, created once, paged by link, retired with notice."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from registry.api.conditional import unless_known
from registry.api.deprecation import announce
from registry.api.idempotency import HEADER, answer_once

CREATED, ACCEPTED = 201, 202
# A log-in is proved anew each time; its answer is the one secret that nothing else of the request could seal.
NEVER_REPEATED = {"/v1/sessions"}
# The last field of every page (`schemas.Page`).
NEXT = re.compile(rb'"next":"([^"\\]+)"\}$')


class Mannered(APIRoute):
    """A route that follows `docs/http.md`: conditional reads, `Idempotency-Key` where it creates, `Link` to the next page."""

    @property
    def creates(self) -> bool:
        """Whether it makes something new each time it is asked."""
        return "POST" in (self.methods or ()) and self.status_code in {CREATED, ACCEPTED} and self.path_format not in NEVER_REPEATED

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with manners."""
        handle = super().get_route_handler()

        async def handle_well(request: Request) -> Response:
            if self.creates and HEADER in request.headers:
                response = await answer_once(request, handle)
            else:
                response = await handle(request)
            announce(self, response)
            is_read = request.method == "GET" and response.status_code == 200 and not isinstance(response, StreamingResponse)
            return unless_known(request, _linked(request, response)) if is_read else response

        return handle_well


def mannered_router(**options: Any) -> APIRouter:
    """Return a router whose routes have manners. Takes what APIRouter takes."""
    return APIRouter(route_class=Mannered, **options)


def _linked(request: Request, response: Response) -> Response:
    """Say where the next page is, as a header too (RFC 8288)."""
    if found := NEXT.search(response.body, max(0, len(response.body) - 500)):
        following = request.url.include_query_params(cursor=found[1].decode())
        response.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
    return response
