"""A key's quota across processes: never more than the quota and a free share each, and no database call for each request."""

import asyncio
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.core.errors import TooManyRequests
from registry.usecases.quotas import FREE_PART, LEASE_PART, Quotas, set_quota
from registry.usecases.registry import open_registry

ROOT = Path(__file__).parents[2]
QUOTA, PROCESSES = 1000, 4
ASKER = """
import sys, threading
from datetime import UTC, datetime
from registry.core.errors import TooManyRequests
from registry.usecases.keyring import authenticate
from registry.usecases.quotas import Quotas
from registry.usecases.registry import open_registry

registry = open_registry(sys.argv[1], now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
caller, quotas, given = authenticate(registry, sys.argv[2]), Quotas(registry, int(sys.argv[3]), clock=lambda: 0.0), []

def ask():
    for _ in range(int(sys.argv[4])):
        try:
            quotas.take(caller) or quotas.lease(caller)
            given.append(1)
        except TooManyRequests:
            return

sys.stdin.readline()
threads = [threading.Thread(target=ask) for _ in range(3)]
[t.start() for t in threads], [t.join() for t in threads]
print(len(given))
"""


@pytest.fixture
def askers(database_url, registry, keys):
    command = [sys.executable, "-c", ASKER, database_url, keys["service"], str(QUOTA), str(QUOTA)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(PROCESSES)]
    yield started
    for process in started:
        process.kill()
        process.wait(20)


def test_all_processes_together_answer_the_quota_and_at_most_a_free_share_each_more(askers):
    for process in askers:
        process.stdin.write("go\n")
        process.stdin.flush()
    finished = [process.communicate(timeout=120) for process in askers]
    assert [process.returncode for process in askers] == [0] * PROCESSES, [err[-500:] for _, err in finished]
    given = [int(out) for out, _ in finished]
    assert QUOTA <= sum(given) <= QUOTA + PROCESSES * (QUOTA // FREE_PART), given


class Minute:
    """A clock for both kinds of time."""

    def __init__(self):
        self.seconds = 0.0

    def wall(self):
        return datetime.fromtimestamp(1_767_225_600 + self.seconds, UTC)

    def monotonic(self):
        return self.seconds


@pytest.fixture
def minute(registry):
    clock = Minute()
    object.__setattr__(registry, "now", clock.wall)
    return clock


def use_up(quotas, caller, at_most=10_000):
    given = 0
    for _ in range(at_most):
        try:
            if quotas.take(caller) is None:
                quotas.lease(caller)
        except TooManyRequests:
            return given
        given += 1
    return given


def test_the_next_minute_brings_a_new_quota(registry, callers, minute):
    quotas = Quotas(registry, 200, clock=minute.monotonic)
    assert use_up(quotas, callers["service"]) == 200 + 2
    minute.seconds = 59.9
    assert use_up(quotas, callers["service"]) == 0
    minute.seconds = 60.1
    assert use_up(quotas, callers["service"]) == 200 + 2


def test_keys_have_each_their_own(registry, callers, minute):
    quotas = Quotas(registry, 200, clock=minute.monotonic)
    use_up(quotas, callers["service"])
    assert use_up(quotas, callers["auditor"]) == 202


def test_a_key_that_is_used_up_asks_the_database_no_more(registry, callers, minute, monkeypatch):
    quotas = Quotas(registry, 200, clock=minute.monotonic)
    use_up(quotas, callers["service"])
    monkeypatch.setattr(type(registry.database), "write_aside", None)
    with pytest.raises(TooManyRequests) as refused:
        quotas.lease(callers["service"])
    assert refused.value.retry_after == 60


def test_requests_ask_the_database_once_a_lease(registry, callers, minute, monkeypatch):
    calls = Counter()
    for name in ("read", "write_aside", "write"):
        plain = getattr(registry.database, name)
        monkeypatch.setattr(type(registry.database), name, lambda _, name=name, plain=plain: calls.update([name]) or plain())
    quotas = Quotas(registry, 2000, clock=minute.monotonic)
    assert use_up(quotas, callers["service"]) == 2020
    assert calls == {"read": 1, "write_aside": LEASE_PART}


def test_a_new_quota_counts_in_another_process(registry, database_url, callers, minute):
    other = open_registry(database_url, now=minute.wall)
    quotas = Quotas(other, 10_000, clock=minute.monotonic)
    assert quotas.take(callers["service"]).quota == 10_000
    set_quota(registry, callers["operator"], callers["service"].organisation.id, 5)
    other.catalog.refresh()
    assert quotas.take(callers["service"]).quota == 5
    assert use_up(quotas, callers["service"]) == 5
    other.database.close()


def test_while_the_database_cannot_be_written_each_key_has_its_free_share(registry, callers, minute, monkeypatch):
    monkeypatch.setattr(type(registry.database), "write_aside", None)
    quotas = Quotas(registry, 500, clock=minute.monotonic)
    given = [quotas.take(callers["service"]) for _ in range(6)]
    assert [one is not None for one in given] == [True] * 5 + [False]


def test_no_quota_is_no_limit(registry, callers, minute):
    quotas = Quotas(registry, 0, clock=minute.monotonic)
    assert use_up(quotas, callers["service"], at_most=1000) == 1000


@pytest.mark.parametrize("quota", [1, 2, 7, 99, 100, 101, 1000])
def test_no_answer_promises_more_than_the_quota_leaves(registry, callers, minute, quota):
    quotas = Quotas(registry, quota, clock=minute.monotonic)
    free = max(1, quota // FREE_PART)
    told = [(quotas.take(callers["service"]) or quotas.lease(callers["service"])).left for _ in range(quota + free)]
    assert told == [*range(quota - 1, -1, -1), *[0] * free]  # the free share beyond it is promised to nobody


def test_what_others_have_taken_is_not_promised_once_it_is_known(registry, database_url, callers, minute):
    other, here = Quotas(registry, 100, clock=minute.monotonic), Quotas(registry, 100, clock=minute.monotonic)
    for _ in range(60):
        other.take(callers["service"]) or other.lease(callers["service"])
    told = [(here.take(callers["service"]) or here.lease(callers["service"])).left for _ in range(3)]
    assert told[0] == 99  # not asked yet
    assert told[1] <= 40


def test_requests_that_wait_together_take_one_lease_and_hold_one_thread(registry, callers, minute, monkeypatch):
    quotas, leases = Quotas(registry, 2000, clock=minute.monotonic), []
    write_aside = registry.database.write_aside
    monkeypatch.setattr(type(registry.database), "write_aside", lambda _: leases.append(threading.current_thread()) or write_aside())
    while quotas.take(callers["service"]):
        pass

    async def ask_together():
        return await asyncio.gather(*(quotas.lease_in_line(callers["service"]) for _ in range(20)))

    assert len(asyncio.run(ask_together())) == 20
    assert len(leases) == 1
    quotas.close()
