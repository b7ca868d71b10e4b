"""ETag, If-Match and If-None-Match (RFC 9110, sections 8.8.3 and 13): strong tags only."""

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from registry.core.errors import FieldError, InvalidInput
from registry.usecases.preconditions import Entry, Precondition, Tagged, tag_of

E = TypeVar("E", bound=Entry | Tagged)
LIST = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*")*\s*')
TAG = re.compile(r'(W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Match:
    """What the request says about the state of the thing that it writes, and the tag that its answer gets."""

    precondition: Precondition
    response: Response

    def tagged(self, entry: E) -> E:
        """Return the entry; the answer gets its tag."""
        self.response.headers["etag"] = f'"{tag_of(entry)}"'
        return entry


def read_match(
    response: Response,
    if_match: Annotated[str | None, Header(description='The `ETag` that you read, such as `"12"`; `*`: whatever stands.')] = None,
    if_none_match: Annotated[str | None, Header(description="`*`: only if there is none yet. Reading: 304 for this `ETag`.")] = None,
) -> Match:
    """Return what the headers say. Raises InvalidInput for what is no list of tags."""
    # A weak tag never matches a strong one where something is written: it is as if another had been sent.
    strong = tuple(tag for tag in _tags("If-Match", if_match) if not tag.startswith("W/")) or (("W/",) if if_match else ())
    none = tuple(tag.removeprefix("W/") for tag in _tags("If-None-Match", if_none_match))
    return Match(Precondition(strong, none), response)


CurrentMatch = Annotated[Match, Depends(read_match)]


def unless_known(request: Request, response: Response) -> Response:
    """Give an answer that was read a tag, if it has none: a hash of its bytes; and send 304 when the caller has it already."""
    tag = response.headers.setdefault("etag", f'"{hashlib.sha256(response.body).hexdigest()[:32]}"').removeprefix("W/")
    shown = request.headers.get("if-none-match")
    if shown is None or not ({tag.strip('"'), "*"} & {t.removeprefix("W/") for t in _tags("If-None-Match", shown)}):
        return response
    kept = {name: value for name, value in response.headers.items() if name not in {"content-length", "content-type"}}
    return Response(status_code=304, headers=kept)


def _tags(name: str, value: str | None) -> tuple[str, ...]:
    """Return tags without quotes, weak ones with `W/`; `*` is itself."""
    if value is None:
        return ()
    if value.strip() == "*":
        return ("*",)
    if not LIST.fullmatch(value):
        where = FieldError(name, '`"..."`, several with commas, or `*`')
        raise InvalidInput(f"the header `{name}` is no list of entity tags", fields=(where,))
    return tuple((weak or "") + tag for weak, tag in TAG.findall(value))
