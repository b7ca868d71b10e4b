"""Killed under load, out of disk: every decision that was answered stands in the log, and the log is whole."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import threading
import time

import pytest
from sqlalchemy import text

from registry.core.decision_log.merkle import Frontier, leaf_hash
from registry.store.database import Database
from tests.benchmarks.serving import check_request, free_port, registry_command, served, start_registry, wait_for

CONNECTIONS = 16


async def keep_asking(port, request, answered, stop):
    """Ask over one connection until told to stop or the server is gone; note every decision that was answered whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):  # the server was killed
        while not stop.is_set():
            status, body = await ask_once(reader, writer, request)
            if status == 200:
                answered.append((body["receipt"]["index"], body["decision_id"], body["receipt"]["leaf_hash"]))


async def ask_once(reader, writer, request):
    """Send one request and return status and body of its answer."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r")[0])
    return int(head.split(b" ")[1]), json.loads(await reader.readexactly(length))


def load_in_thread(port, request):
    answered, stop = [], threading.Event()

    async def everyone():
        await asyncio.gather(*(keep_asking(port, request, answered, stop) for _ in range(CONNECTIONS)))

    thread = threading.Thread(target=lambda: asyncio.run(everyone()))
    thread.start()
    return answered, stop, thread


def assert_log_is_whole(database_url, answered):
    database = Database(database_url)
    with database.read() as session:
        rows = session.execute(text("SELECT log_index, hash, data FROM leaf ORDER BY log_index")).all()
        head = session.execute(text("SELECT size, root FROM tree_head")).one()
    database.close()
    assert [row.log_index for row in rows] == list(range(head.size))
    assert all(leaf_hash(bytes(row.data)) == bytes(row.hash) for row in rows)
    assert Frontier().extended(bytes(row.hash) for row in rows).root() == bytes(head.root)
    stored = {row.log_index: (json.loads(bytes(row.data)).get("id"), bytes(row.hash).hex()) for row in rows}
    lost = [answer for answer in answered if stored.get(answer[0]) != answer[1:]]
    assert lost == []


def test_killed_under_load_no_answered_decision_is_lost(database_url, tmp_path, rounds):
    settings = {"REGISTRY_DATABASE_URL": database_url}
    key = json.loads(registry_command(tmp_path, "init", "--json", **settings))["service"]
    port, everything = free_port(), []
    for number in range(rounds):
        server = start_registry(tmp_path, port, **settings)
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", server)
            answered, _, thread = load_in_thread(port, check_request("Pikachu in the rain", key))
            time.sleep(0.3 + 0.05 * (number % 7))
        finally:
            server.send_signal(signal.SIGKILL)
            server.wait(10)
        thread.join()
        assert len(answered) > CONNECTIONS
        everything += answered
    assert_log_is_whole(database_url, everything)


def test_a_graceful_stop_answers_what_it_accepted(database_url, tmp_path):
    settings = {"REGISTRY_DATABASE_URL": database_url}
    key = json.loads(registry_command(tmp_path, "init", "--json", **settings))["service"]
    port = free_port()
    server = start_registry(tmp_path, port, **settings)
    with served(server, f"http://127.0.0.1:{port}/readyz"):
        answered, stop, thread = load_in_thread(port, check_request("x", key))
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        stop.set()
        thread.join()
    assert server.returncode in {0, -signal.SIGTERM}
    assert_log_is_whole(database_url, answered)
    database = Database(database_url)
    with database.read() as session:
        decisions = session.scalar(text("SELECT count(*) FROM decision"))
    database.close()
    assert decisions == len(answered)


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("cannot mount a small file system here (not root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_503_and_recovers_by_itself(small_disk):
    key = json.loads(registry_command(small_disk, "init", "--json"))["service"]
    port = free_port()
    with served(start_registry(small_disk, port), f"http://127.0.0.1:{port}/readyz"):
        first = ask(port, key)
        assert first[0] == 200
        filler = small_disk / "filler"
        fill(filler)
        answers = [first]
        while answers[-1][0] == 200:
            answers.append(ask(port, key))
            assert len(answers) < 10_000
        assert answers[-1][0] == 503
        assert answers[-1][1]["type"].endswith("log-unavailable")
        filler.unlink()
        again = ask(port, key)
        assert again[0] == 200
    good = [body for status, body in [*answers, again] if status == 200]
    noted = [(b["receipt"]["index"], b["decision_id"], b["receipt"]["leaf_hash"]) for b in good]
    assert_log_is_whole(f"sqlite:///{small_disk}/registry.db", noted)


def fill(filler):
    """Take all the space that is left."""
    with filler.open("wb", buffering=0) as file:
        for block in (65_536, 4_096, 512):
            try:
                while True:
                    file.write(os.urandom(block))
            except OSError:
                continue


def ask(port, key):
    async def once():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            return await ask_once(reader, writer, check_request("Pikachu in the rain, long shot " * 20, key))

    return asyncio.run(once())
