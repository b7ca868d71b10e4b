"""What a request needs: the running registry, the key that came with it, and the limits it runs under."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from registry.api.metrics import Metrics
from registry.core.errors import NotAuthenticated, TooManyRequests, WrongMediaType
from registry.usecases.access import Caller, KeyRing
from registry.usecases.imports import ImportJobs
from registry.usecases.registry import Registry

CALLER = "registry.caller"  # where a request's scope keeps who is asking
bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer crk_...`")


@dataclass(frozen=True, slots=True)
class Api:
    """Everything that routes share; made once by `create_app`."""

    registry: Registry
    keys: KeyRing
    imports: ImportJobs
    rate: "RateLimit"
    metrics: Metrics

    def authenticate(self, authorization: str) -> Caller:
        """Return who sent this Authorization header. Raises NotAuthenticated, TooManyRequests."""
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise NotAuthenticated("send your key as `Authorization: Bearer <key>`")
        caller = self.keys.authenticate(secret.strip())
        self.rate.take(caller.key_id)
        return caller


class RateLimit:
    """At most so many requests a second for each key, in this process; 0 is no limit."""

    def __init__(self, per_second: int) -> None:
        self._item = RateLimitItemPerSecond(per_second) if per_second else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, key_id: str) -> None:
        """Count one request. Raises TooManyRequests when the key has used up its rate."""
        if self._item is not None and not self._limiter.hit(self._item, key_id):
            raise TooManyRequests(f"this key may send {self._item.amount} requests a second", retry_after=1.0)


def get_api(request: Request) -> Api:
    """Return what `create_app` made."""
    api: Api = request.app.state.api
    return api


def get_registry(request: Request) -> Registry:
    """Return the running registry."""
    return get_api(request).registry


def get_caller(request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Caller:
    """Return who is asking."""
    del shown  # declared so that the OpenAPI document says how to authenticate
    return caller_of(request)


def caller_of(request: Request) -> Caller:
    """Return who is asking, authenticated (and counted) once a request. Raises NotAuthenticated, TooManyRequests."""
    caller: Caller | None = request.scope.get(CALLER)
    if caller is None:
        caller = request.scope[CALLER] = get_api(request).authenticate(request.headers.get("authorization", ""))
    return caller


def require_json(request: Request) -> None:
    """Raise WrongMediaType for a body that is not JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in {"POST", "PUT", "PATCH"} and media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise WrongMediaType(f"this address takes `application/json`, not `{media_type}`")


CurrentApi = Annotated[Api, Depends(get_api)]
CurrentRegistry = Annotated[Registry, Depends(get_registry)]
CurrentCaller = Annotated[Caller, Depends(get_caller)]
