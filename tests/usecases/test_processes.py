"""Four processes write to one log at once: dense, no index twice, every receipt verifies."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.core.decision_log.checkpoint import LogKeys
from registry.core.decision_log.proof import verify_receipt
from registry.usecases.log import fill_tree, public_keys
from registry.usecases.receipts import make_receipt
from registry.usecases.verify_database import verify_database

ROOT = Path(__file__).parents[2]
EACH = 75
WRITER = """
import asyncio, json, sys
from registry.usecases.keyring import authenticate
from registry.usecases.check import check
from registry.usecases.registry import open_registry

async def main():
    registry = open_registry(sys.argv[1])
    caller = authenticate(registry, sys.argv[2])
    sys.stdin.readline()
    made = []
    for _ in range(int(sys.argv[3]) // 15):
        made += await asyncio.gather(*(check(registry, caller, "Quixotania Vale and a chair") for _ in range(15)))
    await registry.log.close()
    print(json.dumps([[one.decision.id, one.receipt.index] for one in made]))

asyncio.run(main())
"""


@pytest.fixture
def writers(database_url, registry, keys):
    command = [sys.executable, "-c", WRITER, database_url, keys["service"], str(EACH)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    yield started
    for process in started:
        process.kill()
        process.wait(20)


def test_four_processes_write_one_dense_log(registry, callers, writers):
    for process in writers:
        process.stdin.write("go\n")
        process.stdin.flush()
    finished = [process.communicate(timeout=120) for process in writers]
    assert [process.returncode for process in writers] == [0] * 4, [err[-500:] for _, err in finished]
    made = [tuple(pair) for out, _ in finished for pair in json.loads(out)]
    indices = sorted(index for _, index in made)
    with registry.database.read() as session:
        first = session.scalar(text("SELECT min(log_index) FROM decision"))
    assert indices == list(range(first, first + 4 * EACH))
    fill_tree(registry)
    known = public_keys(registry)
    for decision, index in made:
        receipt = make_receipt(registry, callers["service"], decision)
        assert verify_receipt(receipt, receipt.extra, LogKeys(known.origin, known.keys)).index == index
    verify_database(registry, known.origin, known.keys)
