"""`make soak`: many rightsholders change their characters while services check them; every answer is held against the writes.

A write answers with the revision at which it holds; a check answers with the revision that it was judged at. So each
verdict can be looked up afterwards in what had been written up to that revision: one that differs is wrong. A check that
starts after a write was answered must be judged at that revision or a later one. In the end every character must read
as it was last written.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.catalogs import catalog_file
from tests.benchmarks.serving import free_port, registry_command, served, start_registry

SYLLABLES = ["zor", "van", "thel", "quix", "mere", "brul", "gond", "fip", "lax", "worm", "tep", "ruk", "jast", "ivo", "kelm", "dru", "pash"]
STATES = ("prohibited", "allowed", None)  # None: withdrawn


class Connection:
    """One kept-alive HTTP connection."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key

    async def open(self) -> "Connection":
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict]:
        """Send one request; return status and body of its answer."""
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
        self.writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r")[0])
        return int(answer.split(b" ")[1]), json.loads(await self.reader.readexactly(length))


@dataclass
class Owned:
    """A rightsholder's character, and what was written about it: (revision, state) in order."""

    key: str
    ref: str
    name: str
    written: list[tuple[int, str | None]] = field(default_factory=list)

    def state_at(self, revision: int) -> str | None:
        """Return what was in force at a revision."""
        at = bisect_right(self.written, revision, key=lambda w: w[0])
        return self.written[at - 1][1] if at else None


@dataclass
class Seen:
    """What happened."""

    checks: list[tuple[Owned, int, str | None]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    writes: int = 0
    stale: int = 0
    newest: int = 0
    errors: Counter = field(default_factory=Counter)


def coined(count: int) -> list[str]:
    """Return names that nobody else has, far from one another."""
    chance, names = random.Random(7), set()
    while len(names) < count:
        names.add(" ".join("".join(chance.sample(SYLLABLES, 3)).capitalize() for _ in range(2)))
    return sorted(names)


async def write(owned: Owned, connection: Connection, seen: Seen, state: str | None) -> None:
    """Write one state of a character and note the revision that it holds from."""
    path = f"/v1/characters/ref:{owned.ref}"
    if state is None:
        status, body = await connection.ask("DELETE", path)
    elif owned.written:
        status, body = await connection.ask("PATCH", path, {"status": "active", "policy": {"usage": state}})
    else:
        status, body = await connection.ask("PUT", path, {"name": owned.name, "policy": {"usage": state}})
    if status not in {200, 201}:
        seen.errors[f"write {status} {body.get('type')}"] += 1
        return
    owned.written.append((body["revision"], state))
    seen.newest = max(seen.newest, body["revision"])
    seen.writes += 1


async def keep_writing(owned: Owned, port: int, seen: Seen, until: float, pause: float) -> None:
    """Change the character again and again."""
    chance = random.Random(owned.ref)
    connection = await Connection(port, owned.key).open()
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(0, 2 * pause))
        last = owned.written[-1][1]
        await write(owned, connection, seen, chance.choice([s for s in STATES if s != last]))


async def keep_checking(everyone: list[Owned], port: int, key: str, seen: Seen, until: float) -> None:
    """Check prompts that name one of the characters."""
    connection, chance = await Connection(port, key).open(), random.Random()
    while time.monotonic() < until:
        owned, newest, start = chance.choice(everyone), seen.newest, time.perf_counter()
        status, body = await connection.ask("POST", "/v1/check", {"prompt": f"a watercolour of {owned.name} at the harbour in the rain"})
        seen.times.append(time.perf_counter() - start)
        if status != 200:
            seen.errors[f"check {status} {body.get('type')}"] += 1
            continue
        seen.stale += body["revision"] < newest
        named = any(v["character"]["name"] == owned.name for v in body["verdicts"])
        seen.checks.append((owned, body["revision"], body["outcome"] if named else None))


async def soak(port: int, keys: dict[str, str], arguments: argparse.Namespace) -> tuple[list[Owned], Seen]:
    """Let everyone write and check for so many seconds."""
    seen, everyone = Seen(), []
    operator = await Connection(port, keys["operator"]).open()
    for number, name in enumerate(coined(arguments.rightsholders)):
        _, organisation = await operator.ask("POST", "/v1/organisations", {"role": "rightsholder", "ref": f"soak-{number}", "name": name})
        _, key = await operator.ask("POST", f"/v1/organisations/{organisation['id']}/keys", {"label": "soak"})
        everyone.append(Owned(key["secret"], f"soak-{number}", name))
        await write(everyone[-1], await Connection(port, key["secret"]).open(), seen, "prohibited")
    until = time.monotonic() + arguments.seconds
    writing = [keep_writing(owned, port, seen, until, arguments.pause) for owned in everyone]
    checking = [keep_checking(everyone, port, keys["service"], seen, until) for _ in range(arguments.connections)]
    await asyncio.gather(*writing, *checking)
    return everyone, seen


async def count_lost(everyone: list[Owned], port: int) -> int:
    """Count the characters that do not read as they were last written."""
    lost = 0
    for owned in everyone:
        connection = await Connection(port, owned.key).open()
        _, body = await connection.ask("GET", f"/v1/characters/ref:{owned.ref}")
        state = body["policy"]["usage"] if body["status"] == "active" else None
        lost += (body["revision"], state) != owned.written[-1]
    return lost


def report(everyone: list[Owned], seen: Seen, lost: int, seconds: float) -> bool:
    """Print the figures; return whether everything was right."""
    wrong = [(o.name, revision, found, o.state_at(revision)) for o, revision, found in seen.checks if found != o.state_at(revision)]
    times = sorted(1000 * t for t in seen.times)
    print(f"{len(everyone)} rightsholders, {seen.writes} writes, {len(seen.checks)} checks in {seconds:.0f} s")
    errors = sum(seen.errors.values())
    print(f"errors {errors}, lost writes {lost}, wrong verdicts {len(wrong)}, checks behind a finished write {seen.stale}")
    print(f"check p50 {statistics.median(times):.1f} ms, p99 {times[int(0.99 * len(times))]:.1f} ms, {len(times) / seconds:.0f}/s")
    for kind, count in seen.errors.most_common(5):
        print(f"  {count} x {kind}")
    for name, revision, found, expected in wrong[:5]:
        print(f"  wrong: {name} at revision {revision}: answered {found}, written {expected}")
    return not (seen.errors or lost or wrong or seen.stale)


def main(arguments: argparse.Namespace) -> bool:
    """Run the soak on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home, settings = Path(folder), {}
        if arguments.database_url:
            settings["REGISTRY_DATABASE_URL"] = arguments.database_url
        keys = json.loads(registry_command(home, "init", "--json", **settings))
        if arguments.catalog:
            registry_command(home, "import", str(catalog_file(home)), "--json", **settings)
        port = free_port()
        with served(start_registry(home, port, **settings), f"http://127.0.0.1:{port}/readyz"), suppress(KeyboardInterrupt):
            everyone, seen = asyncio.run(soak(port, keys, arguments))
            lost = asyncio.run(count_lost(everyone, port))
        print(registry_command(home, "verify", **settings))
        return report(everyone, seen, lost, arguments.seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--rightsholders", type=int, default=200)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--pause", type=float, default=2.0, help="mean seconds between two writes of one rightsholder")
    parser.add_argument("--catalog", action="store_true", help="import a large catalog first")
    parser.add_argument("--database-url", help="a PostgreSQL database instead of SQLite")
    raise SystemExit(not main(parser.parse_args()))
