"""Wires a running registry to its routes."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from functools import partial
from itertools import count

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import registry
from registry.api import (
    aftermath,
    alias_preview,
    changes,
    checks,
    claims,
    decisions,
    disputes,
    entries,
    health,
    imports,
    keys,
    log,
    mandates,
    me,
    members,
    organisations,
    policies,
    quotas,
    sessions,
    verifications,
)
from registry.api.context import Api, PasswordThreads
from registry.api.docs import add_docs
from registry.api.front import CheckFirst, Envelope
from registry.api.limits import AddressLimit
from registry.api.metrics import Metrics
from registry.api.openapi import describe
from registry.api.problems import answer_problems
from registry.api.safety import allow_origins
from registry.config import Settings
from registry.usecases.dispute_decisions import pass_terms
from registry.usecases.housekeeping import forget_expired
from registry.usecases.imports import ImportJobs, fail_interrupted_imports
from registry.usecases.keyring import KeyRing
from registry.usecases.log import fill_tree
from registry.usecases.log_key import LogKeyFile
from registry.usecases.prompts import erase_due_prompts
from registry.usecases.quotas import Quotas
from registry.usecases.registry import Registry, open_registry
from registry.usecases.seal import SealKeyFile

FOLLOW_SECONDS = 1.0
FORGET_EVERY = 600  # of those
DESCRIPTION = """Rightsholders register characters and say how each may be used: allowed, restricted, or not at all.
Generation services send a prompt to `/v1/check` and learn which registered characters it names and what their rightsholders say.
Every decision stands in an append-only log before it is answered."""


def create_app(settings: Settings, opened: Registry | None = None) -> FastAPI:
    """Return the app; without an opened registry it opens one as the settings say."""
    running = opened or open_registry(
        settings.database,
        log_key=LogKeyFile(settings.log_key, settings.log_origin),
        seal=SealKeyFile(settings.seal_key),
        compiled=settings.compiled_names,
        claim_rules=settings.claim_rules,
    )
    limits = Quotas(running, settings.quota), AddressLimit(settings.address_limit)
    api = Api(running, KeyRing(running), ImportJobs(running), *limits, Metrics(running), PasswordThreads())
    app = FastAPI(
        title="Character registry",
        version=registry.__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.api = api
    answer_problems(app)
    for room in (
        checks,
        entries,
        alias_preview,
        claims,
        disputes,
        imports,
        decisions,
        aftermath,
        log,
        changes,
        organisations,
        verifications,
        quotas,
        keys,
        me,
        mandates,
        members,
        sessions,
        policies,
        health,
    ):
        app.include_router(room.router)
    app.include_router(members.public)
    add_docs(app)
    describe(app)
    app.add_middleware(Envelope, api=api, hsts_seconds=settings.hsts_seconds)
    if settings.fast_check:
        app.add_middleware(CheckFirst, api=api)
    allow_origins(app, settings.cors_origins, credentials=settings.cors_credentials)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    api: Api = app.state.api
    await run_in_threadpool(fail_interrupted_imports, api.registry)
    # What start-up built lives as long as the process: without this every full collection walks the whole catalog (p99).
    gc.collect()
    gc.freeze()
    follower = asyncio.create_task(_follow(api))
    yield
    follower.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await follower
    await run_in_threadpool(api.imports.close)
    await run_in_threadpool(api.passwords.close)
    await run_in_threadpool(api.quotas.close)
    await api.registry.log.close()
    api.registry.database.close()


async def _follow(api: Api) -> None:
    """Take in what other processes registered, before a check has to wait for it, store full subtrees, erase prompts that are due,
    do what terms that passed ask for, note which keys were used; now and then forget what has expired.
    """
    running = api.registry
    for turn in count():
        await asyncio.sleep(FOLLOW_SECONDS)
        jobs: list[Callable[[], object]] = [
            running.catalog.refresh,
            partial(fill_tree, running),
            partial(erase_due_prompts, running),
            partial(pass_terms, running),
            api.keys.note_use,
        ]
        if turn % FORGET_EVERY == 0:
            jobs.append(partial(forget_expired, running))
        for job in jobs:
            with contextlib.suppress(Exception):  # the next check says what is wrong; one that fails keeps no other from its turn
                await run_in_threadpool(job)
