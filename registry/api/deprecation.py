"""Routes on their way out: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a `Link` to what comes instead. See docs/compatibility.md."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from fastapi import Response
from fastapi.routing import APIRoute

NOTICE = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Since when a route is deprecated, when it goes, the path of what takes its place. Raises ValueError for too short a notice."""

    since: datetime
    sunset: datetime
    successor: str

    def __post_init__(self) -> None:
        if self.sunset - self.since < NOTICE:
            raise ValueError(f"a route stays for {NOTICE.days} days after it was deprecated")


# (method, path as in the OpenAPI document) of every deprecated route.
DEPRECATED: dict[tuple[str, str], Deprecated] = {}


def announce(route: APIRoute, response: Response) -> None:
    """Add the headers to an answer of a deprecated route."""
    for method in route.methods or ():
        if (notice := DEPRECATED.get((method, route.path_format))) is not None:
            response.headers["deprecation"] = f"@{int(notice.since.timestamp())}"
            response.headers["sunset"] = format_datetime(notice.sunset, usegmt=True)
            response.headers.append("link", f'<{notice.successor}>; rel="successor-version"')
