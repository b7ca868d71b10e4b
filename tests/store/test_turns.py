"""The log's writer lets a writer in line have its turn between two decisions, however unfair the lock is."""

import asyncio
import json
import threading

import pytest

from registry.store import log_writer
from registry.store.log import LeafDraft
from registry.store.log_writer import DecisionDraft
from tests.store.leaves import append

AT_MOST = 30  # seconds, after which a test that hangs is given up


class UnfairLock:
    """A lock that whoever has released it always gets again: a thread that waits gets it once somebody lets it in, and not before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.asked, self.let_in = threading.Event(), threading.Event()

    def acquire(self, blocking=True, timeout=AT_MOST):
        if blocking and threading.current_thread().name == "writer":
            self.asked.set()
            self.let_in.wait(AT_MOST)
        return self._lock.acquire(timeout=timeout) if blocking else self._lock.acquire(blocking=False)

    def release(self):
        self._lock.release()

    def __enter__(self):
        assert self.acquire()

    def __exit__(self, *_):
        self.release()


@pytest.fixture
def turn(registry):
    """The turn to write, as unfair as a lock may be."""
    registry.database.turn = UnfairLock()
    return registry.database.turn


@pytest.fixture
def written(registry, turn, monkeypatch):
    """Set once the writer has written. While the log's writer pauses, whoever waits is let in."""
    done, sleep = threading.Event(), asyncio.sleep

    async def pause(seconds):
        if seconds != log_writer.TURN_PAUSE_SECONDS:
            return await sleep(seconds)
        turn.let_in.set()
        return await asyncio.to_thread(done.wait, AT_MOST)

    monkeypatch.setattr(log_writer.asyncio, "sleep", pause)
    return done


def draft(name, revision=0):
    return DecisionDraft(LeafDraft("note", json.dumps({"name": name}).encode()), revision, 0)


def test_a_writer_in_line_has_its_turn_between_two_decisions(registry, run, turn, written, monkeypatch):
    monkeypatch.setattr(log_writer, "MAX_BATCH", 1)  # each decision by itself, so that there is a between

    def write():
        append(registry, [LeafDraft("note", b'{"name":"write"}')])
        written.set()

    writer = threading.Thread(target=write, name="writer")

    async def somebody_comes_to_write(_head):
        """Called while the log is held for the first decision; the others wait behind it."""
        writer.start()
        assert turn.asked.wait(AT_MOST)
        assert registry.database.has_writer_in_line
        return draft("first")

    async def decide():
        first = registry.log.append(draft("first", revision=7), again=somebody_comes_to_write)
        return await asyncio.gather(first, *(registry.log.append(draft(name)) for name in ("second", "third", "fourth")))

    try:
        first, second, *_ = (receipt.index for receipt in run(decide()))
    finally:
        turn.let_in.set()
        writer.join(AT_MOST)
    assert written.is_set()
    assert (first, second) == (0, 2)  # what was written stands between them


def test_the_log_does_not_pause_when_nobody_waits(registry, run, turn, written):
    async def decide():
        return [(await registry.log.append(draft(name))).index for name in ("first", "second", "third")]

    assert run(decide()) == [0, 1, 2]
    assert not turn.let_in.is_set()
