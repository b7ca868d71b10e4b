"""`make bench-log`: what the log costs on SQLite: appending with and without the tree in one run, bytes, verifying, replaying, receipts."""

import argparse
import dataclasses
import os
import resource
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

from registry.core.decision_log.merkle import Frontier
from registry.core.model import CharacterDraft, Level, Policy
from registry.store import log
from registry.store.decisions import DecisionFilter
from registry.store.log import SQLITE_LOG, TreeHead, append_leaves, read_head
from registry.store.tree import read_tree_head
from registry.usecases import check
from registry.usecases.catalog import create_entry
from registry.usecases.decisions import count_decisions, list_decisions
from registry.usecases.entries import CHARACTER
from registry.usecases.export_formats import Format
from registry.usecases.exports import begin_export, write_export
from registry.usecases.init import initialise, local_caller
from registry.usecases.log import fill_tree, make_log_key, public_keys
from registry.usecases.log_key import LogKeyFile
from registry.usecases.receipts import make_receipt
from registry.usecases.registry import open_registry
from registry.usecases.replay import Replay, choose_decisions, replay_many
from registry.usecases.verify_database import verify_database

BATCH = 64
PROMPT = "Quixotania Vale and Zanthor Brightwing walking through a rainy city at night, cinematic light"


def opened(folder: Path):
    """A registry with two characters, on an empty database."""
    registry = open_registry(f"sqlite:///{folder}/registry.db", log_key=LogKeyFile(folder / "log.key"))
    make_log_key(registry)
    initialise(registry)
    holder = local_caller(registry, "rightsholder")
    for name in ("Quixotania Vale", "Zanthor Brightwing"):
        create_entry(registry, holder, CHARACTER, CharacterDraft(name=name, policy=Policy(usage="prohibited")))
    return registry


def drafts_of(registry, count, retention=None):
    """Leaves of decisions, made as a check makes them but not appended; `retention` keeps their prompts."""
    caller, catalog = local_caller(registry, "service"), registry.catalog.current
    if retention is not None:
        organisation = caller.organisation.model_copy(update={"retention": retention})
        caller = dataclasses.replace(caller, organisation=organisation)
    decided = (check.decide(registry, caller, PROMPT, None, Level.balanced, catalog) for _ in range(count))
    return [check._leaf_draft(one, catalog, PROMPT) for one in decided]


def no_hash(_data: bytes) -> bytes:
    """Return 32 bytes that cost nothing."""
    return b"\0" * 32


@contextmanager
def without_tree():
    """The same statements without hashing: what a table without proofs would cost."""
    with mock.patch.object(log, "leaf_hash", no_hash):
        yield


def append_batch(registry, drafts, first=None):
    """Append durably and return the seconds; `first` is the index when no tree counts it."""
    start = time.perf_counter()
    with registry.database.write() as session:
        cursor = session.connection().connection.cursor()
        head = read_head(cursor, SQLITE_LOG)
        if first is not None:
            head = TreeHead(mock.Mock(size=first, extended=lambda _hashes: Frontier()), head.revision, head.access_epoch)
        append_leaves(cursor, SQLITE_LOG, head, drafts)
        session.commit()
    return time.perf_counter() - start


def compare_appends(registry, plain, count):
    """Append in turn with and without the tree; return the medians of seconds a batch."""
    times = {"with": [], "without": []}
    first = 1_000_000_000  # beyond what the other log has
    for done in range(0, count, BATCH):
        size = min(BATCH, count - done)
        for side in ("with", "without") if done // BATCH % 2 else ("without", "with"):
            drafts = drafts_of(registry if side == "with" else plain, size)
            if side == "with":
                times[side].append(append_batch(registry, drafts))
            else:
                with without_tree():
                    times[side].append(append_batch(plain, drafts, first + done))
    return statistics.median(times["with"]), statistics.median(times["without"])


def receipts(registry, count=1_000):
    """Make receipts of decisions all over the log; return p50 and p99 in seconds, and receipts a second."""
    caller, times = local_caller(registry, "auditor"), []
    with registry.database.read() as session:
        step = max(1, session.connection().exec_driver_sql("SELECT count(*) FROM decision").scalar() // count)
        ids = [row[0] for row in session.connection().exec_driver_sql(f"SELECT id FROM decision WHERE log_index % {step} = 0").all()]
    for one in ids:
        start = time.perf_counter()
        make_receipt(registry, caller, one)
        times.append(time.perf_counter() - start)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)], len(times) / sum(times)


def print_receipts(size, found):
    """Print one row."""
    print(
        f"| receipt at {size} entries, p50 / p99 | {1000 * found[0]:.2f} / {1000 * found[1]:.2f} ms, {found[2]:.0f}/s on one core |",
        flush=True,
    )


def grow(registry, first, size, kept):
    """Append decisions up to `size`, the last `kept` of them with their prompts."""
    for done in range(first, size, 512):
        retention = "decision" if done >= size - kept else None
        append_batch(registry, drafts_of(registry, min(512, size - done), retention))


def timed_replay(registry, chosen, expected):
    """Replay and return the seconds."""
    start = time.perf_counter()
    results = {one.result for one in replay_many(registry.database, chosen, processes=os.cpu_count() or 1)}
    assert results == {expected}, results
    return time.perf_counter() - start


def print_replay(what, count, took):
    """Print one row."""
    print(f"| replay {what} | {took:.1f} s, {count / took:.0f}/s on {os.cpu_count()} cores |", flush=True)


def print_bytes(registry, folder, size):
    """Print what a decision takes: in the file with all indexes, and its entry alone."""
    with registry.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        leaf = connection.exec_driver_sql("SELECT avg(length(data)) FROM leaf WHERE kind = 'decision'").scalar()
    print(f"| bytes a decision, two characters named | {Path(folder, 'registry.db').stat().st_size / size:.0f}, its entry {leaf:.0f} |")


def print_reading(registry, folder):
    """Print what reading takes: a page by each kind of filter, counts, and the whole as JSON lines."""
    auditor = local_caller(registry, "auditor")
    filters = {
        "newest page": DecisionFilter(),
        "page of an outcome that none has": DecisionFilter(outcome="restricted"),
        "page of a reason that none has": DecisionFilter(reason="NO_POLICY"),
        "page of one hour a year ago": DecisionFilter(until=registry.now() - timedelta(days=365)),
    }
    for what, chosen in filters.items():
        start = time.perf_counter()
        list_decisions(registry, auditor, chosen, before=None, limit=100)
        print(f"| {what} | {1000 * (time.perf_counter() - start):.0f} ms |", flush=True)
    start = time.perf_counter()
    count_decisions(registry, auditor, DecisionFilter())
    print(f"| counts by day | {1000 * (time.perf_counter() - start):.0f} ms |")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    written = write_export(registry, auditor, begin_export(registry, Format.jsonl, DecisionFilter()), Path(folder, "all.jsonl"))
    took, more = time.perf_counter() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"| export {written['rows']} decisions as JSON lines | {took:.1f} s, {more:.0f} MB more memory than before |", flush=True)


def measure(size: int, sample: int, folder: str) -> None:
    """Print the table; the databases are made in `folder`."""
    with tempfile.TemporaryDirectory(dir=folder) as one, tempfile.TemporaryDirectory(dir=folder) as other:
        registry, plain = opened(Path(one)), opened(Path(other))
        print(f"load average at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n\n| what | figure |\n|---|---|")
        small = size // 16
        tree, table = compare_appends(registry, plain, small)
        rates = f"{BATCH / tree:.0f}/s with the tree, {BATCH / table:.0f}/s without it"
        print(f"| append, batches of {BATCH}, durable | {rates}: {table / tree:.2f} |", flush=True)
        fill_tree(registry)
        early = receipts(registry)
        grow(registry, small, size, kept=sample)
        start = time.perf_counter()
        stored = fill_tree(registry)
        print(f"| storing {stored} subtrees behind the head | {time.perf_counter() - start:.1f} s |")
        print_receipts(small, early)
        print_receipts(size, receipts(registry))
        print_bytes(registry, one, size)
        known = public_keys(registry)
        start = time.perf_counter()
        verify_database(registry, known.origin, known.keys)
        took = time.perf_counter() - start
        print(f"| verify the database, {size} entries | {took:.1f} s, {size / took:.0f}/s |", flush=True)
        log_size = size_of(registry)
        chosen = choose_decisions(registry.database, end=log_size - sample - 512, sample=sample)
        took = timed_replay(registry, chosen, Replay.same_without_prompt)
        print_replay(f"{len(chosen)} all over the log, prompts not kept", len(chosen), took)
        chosen = choose_decisions(registry.database, first=log_size - sample + 512)
        took = timed_replay(registry, chosen, Replay.same)
        print_replay(f"the last {len(chosen)} from their prompts", len(chosen), took)
        print_reading(registry, one)
        print(f"\nload average at the end: {os.getloadavg()[0]:.1f}")
        registry.database.close()
        plain.database.close()


def size_of(registry):
    """How many entries the log has."""
    with registry.database.read() as session:
        return read_tree_head(session).size


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="decisions in the log; the goal's figure is 1000000")
    parser.add_argument("--sample", type=int, default=10_000, help="decisions to replay")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where the databases are made: the disk to measure")
    arguments = parser.parse_args()
    measure(arguments.size, arguments.sample, arguments.folder)
