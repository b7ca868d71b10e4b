"""Group commit: checks that arrive together share one transaction, and each is answered only after it is on disk.

On SQLite the statements run on the event loop (microseconds) and only COMMIT, which waits for the disk, in a thread:
a writer thread would fight the loop for the interpreter lock. On PostgreSQL every statement
is a round trip, so all of them run in the thread.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from registry.core.errors import CatalogBehind, LogUnavailable
from registry.store.database import Database, connect_sqlite
from registry.store.log import POSTGRES_LOG, SQLITE_LOG, LeafDraft, Receipt, TreeHead, append_leaves, read_head

T = TypeVar("T")
MAX_BATCH = 512
BUSY_WAIT_SECONDS = 4.0
BUSY_PAUSE_SECONDS = 0.002
TURN_PAUSE_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A decision's leaf, with the catalog revision and the access epoch that it was made with."""

    leaf: LeafDraft
    revision: int
    access_epoch: int


@dataclass(slots=True)
class _Pending:
    draft: DecisionDraft
    again: Callable[[TreeHead], Awaitable[DecisionDraft]] | None
    done: asyncio.Future[Receipt]

    def is_as_of(self, head: TreeHead) -> bool:
        return self.draft.revision == head.revision and self.draft.access_epoch == head.access_epoch


class LogWriter:
    """The one writer of decisions in this process. Use from one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._statements = SQLITE_LOG if database.is_sqlite else POSTGRES_LOG
        self._connection: Any = None
        self._pending: list[_Pending] = []
        self._drain: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log-commit")

    async def append(self, draft: DecisionDraft, *, again: Callable[[TreeHead], Awaitable[DecisionDraft]] | None = None) -> Receipt:
        """Return where the leaf stands once it is durable.

        When the log has gone on to a newer revision or epoch, nothing is written: it raises CatalogBehind, or, given
        `again`, decides again while nobody else can write, so that no stream of changes keeps a decision waiting for
        ever (it may wait for nothing but `in_own_thread`). Raises what `again` raises, and LogUnavailable when the log cannot be written.

        INVARIANT: a decision at index i was made with the catalog of all changes before i, and no other.
        """
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._pending.append(_Pending(draft, again, done))
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._write_pending())
        return await done

    async def in_own_thread(self, work: Callable[[], T]) -> T:
        """Do it in the log's own thread, which is free while a decision is made again.

        INVARIANT: who holds the log waits for no thread that may itself be waiting for the log, or all stand still.
        """
        return await self._in_thread(work)

    async def close(self) -> None:
        """Write what was accepted, then give the connection back."""
        if self._drain is not None:
            await self._drain
        self._disconnect()
        self._thread.shutdown()

    async def _write_pending(self) -> None:
        while self._pending:
            if self._database.has_writer_in_line:  # a lock is not fair: without a pause it would wait for the last decision
                await asyncio.sleep(TURN_PAUSE_SECONDS)
            batch, self._pending = self._pending[:MAX_BATCH], self._pending[MAX_BATCH:]
            try:
                await self._write(batch)
            except Exception as error:  # noqa: BLE001  whatever happened, nobody may be left waiting
                self._disconnect()
                failure = LogUnavailable("the decision log cannot be written now")
                failure.__cause__ = error
                for waiting in batch:
                    _fail(waiting, failure)

    async def _write(self, batch: list[_Pending]) -> None:
        turn = self._database.turn
        if not turn.acquire(blocking=False) and not await self._in_thread(lambda: turn.acquire(timeout=BUSY_WAIT_SECONDS)):
            raise LogUnavailable("another write holds the log")
        try:
            head = await self._begin()
            fresh = await self._brought_up_to(head, batch)
            receipts = await self._commit(head, [p.draft.leaf for p in fresh])
        finally:
            turn.release()
        for waiting, receipt in zip(fresh, receipts, strict=True):
            if not waiting.done.cancelled():
                waiting.done.set_result(receipt)

    async def _brought_up_to(self, head: TreeHead, batch: list[_Pending]) -> list[_Pending]:
        """Return what may be appended to this head; the others are told that they may not."""
        fresh = []
        for waiting in batch:
            if not waiting.is_as_of(head) and waiting.again is not None and not waiting.done.done():
                try:
                    waiting.draft = await waiting.again(head)
                except Exception as error:  # noqa: BLE001  it is told to who asked
                    _fail(waiting, error)
            if waiting.is_as_of(head):
                fresh.append(waiting)
            else:
                _fail(waiting, CatalogBehind("the catalog has changed meanwhile", revision=head.revision))
        return fresh

    async def _commit(self, head: TreeHead, drafts: list[LeafDraft]) -> list[Receipt]:
        if not drafts:
            await self._call(self._connection.rollback)
            return []
        cursor = self._connection.cursor()
        _, receipts = await self._call(lambda: append_leaves(cursor, self._statements, head, drafts))
        await self._in_thread(self._connection.commit)
        return receipts

    async def _begin(self) -> TreeHead:
        deadline = time.monotonic() + BUSY_WAIT_SECONDS
        while True:
            try:
                return await self._call(self._open_transaction)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(BUSY_PAUSE_SECONDS)

    def _open_transaction(self) -> TreeHead:
        if self._connection is None:
            self._connection = self._connect()
        cursor = self._connection.cursor()
        if self._database.is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        return read_head(cursor, self._statements)

    def _connect(self) -> Any:
        if self._database.is_sqlite:
            return connect_sqlite(str(self._database.url.database), busy_timeout_ms=0)
        return self._database.engine.raw_connection()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.close() if self._database.is_sqlite else connection.invalidate()

    async def _call(self, statement: Callable[[], T]) -> T:
        return statement() if self._database.is_sqlite else await self._in_thread(statement)

    async def _in_thread(self, statement: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, statement)


def _fail(waiting: _Pending, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
