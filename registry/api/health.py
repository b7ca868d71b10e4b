"""Routes for those who run the registry: where everything is, is it alive, can it answer, what does it count."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

import registry
from registry.api.context import CurrentApi, CurrentRegistry
from registry.api.problems import documented
from registry.usecases.health import require_ready

router = APIRouter(tags=["health"])


class Index(BaseModel):
    """Where everything is: `links` are addresses here, by what they are for."""

    name: str
    version: str
    links: dict[str, str]


LINKS = {
    "documentation": "/docs",
    "openapi": "/openapi.json",
    "check": "/v1/check",
    "who-am-i": "/v1/me",
    "log-in": "/v1/sessions",
    "characters": "/v1/characters",
    "works": "/v1/works",
    "decisions": "/v1/decisions",
    "disputes": "/v1/disputes",
    "log": "/log/checkpoint",
    "log-keys": "/log/keys",
    "alive": "/healthz",
    "ready": "/readyz",
    "metrics": "/metrics",
}


@router.get("/")
async def index() -> Index:
    """What this is, and where everything is."""
    return Index(name="Character registry", version=registry.__version__, links=LINKS)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "alive"}


@router.get("/readyz", responses=documented(503))
def readyz(running: CurrentRegistry) -> dict[str, str | int]:
    """Ready: the catalog is compiled and the log can be written. 503 when not."""
    return {"status": "ready", "revision": require_ready(running)}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(api: CurrentApi) -> Response:
    """Counters in Prometheus' text format."""
    return Response(api.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")
