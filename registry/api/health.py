"""Routes for those who run the registry: is it alive, can it answer, what does it count."""

from fastapi import APIRouter, Response

from registry.api.context import CurrentApi, CurrentRegistry
from registry.api.problems import documented
from registry.usecases.health import require_ready

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "alive"}


@router.get("/readyz", responses=documented(503))
def readyz(registry: CurrentRegistry) -> dict[str, str | int]:
    """Ready: the catalog is compiled and the log can be written. 503 when not."""
    return {"status": "ready", "revision": require_ready(registry)}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(api: CurrentApi) -> Response:
    """Counters in Prometheus' text format."""
    return Response(api.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")
