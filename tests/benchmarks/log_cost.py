"""`make bench-log`: what the log costs on SQLite: appending with and without the tree in one run, bytes, verifying, replaying, receipts."""

import argparse
import os
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from registry.core.decision_log.merkle import Frontier
from registry.core.model import CharacterDraft, Level, Policy
from registry.store import log
from registry.store.log import SQLITE_LOG, TreeHead, append_leaves, read_head
from registry.usecases import check
from registry.usecases.catalog import CHARACTER, create_entry
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


def drafts_of(registry, count):
    """Leaves of decisions, made as a check makes them but not appended."""
    caller, catalog = local_caller(registry, "service"), registry.catalog.current
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


def receipts(registry, count=300):
    """Seconds for receipts of decisions all over the log: p50 and p99."""
    caller, times = local_caller(registry, "auditor"), []
    with registry.database.read() as session:
        step = max(1, session.connection().exec_driver_sql("SELECT count(*) FROM decision").scalar() // count)
        ids = [row[0] for row in session.connection().exec_driver_sql(f"SELECT id FROM decision WHERE log_index % {step} = 0").all()]
    for one in ids:
        start = time.perf_counter()
        make_receipt(registry, caller, one)
        times.append(time.perf_counter() - start)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def measure(size: int, sample: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        registry, plain = opened(Path(one)), opened(Path(other))
        print(f"load average at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n\n| what | figure |\n|---|---|")
        small = size // 16
        tree, table = compare_appends(registry, plain, small)
        rates = f"{BATCH / tree:.0f}/s with the tree, {BATCH / table:.0f}/s without it"
        print(f"| append, batches of {BATCH}, durable | {rates}: {table / tree:.2f} |")
        fill_tree(registry)
        early = receipts(registry)
        for done in range(small, size, 512):
            append_batch(registry, drafts_of(registry, min(512, size - done)))
        start = time.perf_counter()
        stored = fill_tree(registry)
        print(f"| storing {stored} subtrees behind the head | {time.perf_counter() - start:.1f} s |")
        late = receipts(registry)
        print(f"| receipt at {small} entries, p50 / p99 | {1000 * early[0]:.2f} / {1000 * early[1]:.2f} ms |")
        print(f"| receipt at {size} entries, p50 / p99 | {1000 * late[0]:.2f} / {1000 * late[1]:.2f} ms |")
        with registry.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            leaf = connection.exec_driver_sql("SELECT avg(length(data)) FROM leaf WHERE kind = 'decision'").scalar()
        print(f"| bytes a decision, two characters named | {Path(one, 'registry.db').stat().st_size / size:.0f}, its entry {leaf:.0f} |")
        known = public_keys(registry)
        start = time.perf_counter()
        verify_database(registry, known.origin, known.keys)
        took = time.perf_counter() - start
        print(f"| verify the database, {size} entries | {took:.1f} s, {size / took:.0f}/s |")
        chosen = choose_decisions(registry.database, sample=sample)
        start = time.perf_counter()
        results = {one.result for one in replay_many(registry.database, chosen, processes=os.cpu_count() or 1)}
        took = time.perf_counter() - start
        assert results == {Replay.same_without_prompt}, results
        print(f"| replay a sample of {len(chosen)} on {os.cpu_count()} cores | {took:.1f} s, {len(chosen) / took:.0f}/s |")
        print(f"\nload average at the end: {os.getloadavg()[0]:.1f}")
        registry.database.close()
        plain.database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="decisions in the log; the goal's figure is 1000000")
    parser.add_argument("--sample", type=int, default=10_000, help="decisions to replay")
    arguments = parser.parse_args()
    measure(arguments.size, arguments.sample)
