"""What a request needs: the running registry, the key that came with it, and the limits it runs under."""

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Depends, Header, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from registry.api.limits import AddressLimit, Headers, quota_headers
from registry.api.metrics import Metrics
from registry.api.scopes import require_scope_of
from registry.core.errors import NotAuthenticated, TooManyRequests, WrongMediaType
from registry.usecases.access import Caller
from registry.usecases.imports import ImportJobs
from registry.usecases.keyring import KeyRing
from registry.usecases.quotas import Quotas
from registry.usecases.registry import Registry

# Where a request's scope keeps who is asking, and the headers that tell what is left of its quota.
CALLER, LIMITS = "registry.caller", "registry.limits"
bearer = HTTPBearer(auto_error=False, description="An API key (`crk_...`) or the token of a session (`crs_...`)")
PARALLEL_HASHES, MAX_WAITING = 2, 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Api:
    """Everything that routes share; made once by `create_app`."""

    registry: Registry
    keys: KeyRing
    imports: ImportJobs
    quotas: Quotas
    addresses: AddressLimit
    metrics: Metrics
    passwords: "PasswordThreads"

    def authenticate(self, sender: "Sender") -> Caller:
        """Return who sent these headers. Raises NotAuthenticated, NotPermitted. Counts nothing."""
        scheme, _, secret = sender.authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise NotAuthenticated("send your key as `Authorization: Bearer <key>`")
        return self.keys.authenticate(secret.strip(), sender.address, sender.on_behalf_of)

    def admit(self, sender: "Sender") -> tuple[Caller, Headers]:
        """Return who is asking, and the headers that tell what is left; counts the request. May wait for the database.

        Raises NotAuthenticated, NotPermitted, TooManyRequests.
        """
        caller = self.identify(sender)
        return caller, quota_headers(self.quotas.take(caller) or self.quotas.lease(caller))

    def identify(self, sender: "Sender") -> Caller:
        """Return who is asking; who shows a bad key is counted by its address. Raises as `authenticate`, and TooManyRequests."""
        try:
            return self.authenticate(sender)
        except NotAuthenticated:
            if sender.authorization:  # without one it was counted when it came
                self.addresses.take(sender.address)
            raise


class Sender(NamedTuple):
    """What a request says about who sends it: its Authorization header, the client's address, its On-Behalf-Of header."""

    authorization: str
    address: str | None
    on_behalf_of: str


def sender_of(scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes]) -> Sender:
    """Return who sends a request, from its ASGI scope. The address is the connection's, or what a trusted proxy says."""
    client = scope.get("client")
    authorization, named = headers.get(b"authorization", b""), headers.get(b"on-behalf-of", b"")
    return Sender(authorization.decode("latin-1"), client[0] if client else None, named.decode("latin-1"))


class PasswordThreads:
    """The two threads that hash passwords: off the event loop, 64 MB each, and so many may wait, no more."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(PARALLEL_HASHES, thread_name_prefix="passwords")
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Do it in one of the threads. Raises TooManyRequests when too many wait already."""
        if self._waiting >= MAX_WAITING:
            raise TooManyRequests("too many log-ins at once", retry_after=2.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Finish what was begun."""
        self._threads.shutdown()


def get_api(request: Request) -> Api:
    """Return what `create_app` made."""
    api: Api = request.app.state.api
    return api


def get_registry(request: Request) -> Registry:
    """Return the running registry."""
    return get_api(request).registry


def get_caller(
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    on_behalf_of: Annotated[str | None, Header(description="Representatives: the rightsholder acted for, its id or `ref:...`.")] = None,
) -> Caller:
    """Return who is asking."""
    del shown, on_behalf_of  # declared so that the OpenAPI document says how to authenticate
    caller = caller_of(request)
    require_scope_of(request, caller)
    return caller


def caller_of(request: Request) -> Caller:
    """Return who is asking, authenticated (and counted) once a request. Raises NotAuthenticated, TooManyRequests."""
    caller: Caller | None = request.scope.get(CALLER)
    if caller is None:
        caller, request.scope[LIMITS] = get_api(request).admit(sender_of(request.scope, dict(request.scope["headers"])))
        request.scope[CALLER] = caller
    return caller


def get_client_address(request: Request) -> str | None:
    """Return where the request comes from."""
    return request.client.host if request.client else None


def require_json(request: Request) -> None:
    """Raise WrongMediaType for a body that is not JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in {"POST", "PUT", "PATCH"} and media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise WrongMediaType(f"this address takes `application/json`, not `{media_type}`")


CurrentApi = Annotated[Api, Depends(get_api)]
CurrentRegistry = Annotated[Registry, Depends(get_registry)]
ClientAddress = Annotated[str | None, Depends(get_client_address)]
CurrentCaller = Annotated[Caller, Depends(get_caller)]
