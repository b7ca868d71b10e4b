"""What a request needs: the running registry, the key that came with it, and the limits it runs under."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from registry.api.limits import AddressLimit, Headers, quota_headers
from registry.api.metrics import Metrics
from registry.core.errors import NotAuthenticated, WrongMediaType
from registry.usecases.access import Caller, KeyRing
from registry.usecases.imports import ImportJobs
from registry.usecases.quotas import Quotas
from registry.usecases.registry import Registry

# Where a request's scope keeps who is asking, and the headers that tell what is left of its quota.
CALLER, LIMITS = "registry.caller", "registry.limits"
bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer crk_...`")


@dataclass(frozen=True, slots=True)
class Api:
    """Everything that routes share; made once by `create_app`."""

    registry: Registry
    keys: KeyRing
    imports: ImportJobs
    quotas: Quotas
    addresses: AddressLimit
    metrics: Metrics

    def authenticate(self, authorization: str) -> Caller:
        """Return who sent this Authorization header. Raises NotAuthenticated. Counts nothing."""
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise NotAuthenticated("send your key as `Authorization: Bearer <key>`")
        return self.keys.authenticate(secret.strip())

    def admit(self, scope: MutableMapping[str, Any], authorization: str) -> tuple[Caller, Headers]:
        """Return who is asking, and the headers that tell what is left; counts the request. May wait for the database.

        Raises NotAuthenticated, TooManyRequests.
        """
        caller = self.identify(scope, authorization)
        return caller, quota_headers(self.quotas.take(caller) or self.quotas.lease(caller))

    def identify(self, scope: MutableMapping[str, Any], authorization: str) -> Caller:
        """Return who is asking; who shows a bad key is counted by its address. Raises NotAuthenticated, TooManyRequests."""
        try:
            return self.authenticate(authorization)
        except NotAuthenticated:
            if authorization:  # without one it was counted when it came
                self.addresses.take(scope)
            raise


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
        caller, request.scope[LIMITS] = get_api(request).admit(request.scope, request.headers.get("authorization", ""))
        request.scope[CALLER] = caller
    return caller


def require_json(request: Request) -> None:
    """Raise WrongMediaType for a body that is not JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in {"POST", "PUT", "PATCH"} and media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise WrongMediaType(f"this address takes `application/json`, not `{media_type}`")


CurrentApi = Annotated[Api, Depends(get_api)]
CurrentRegistry = Annotated[Registry, Depends(get_registry)]
CurrentCaller = Annotated[Caller, Depends(get_caller)]
