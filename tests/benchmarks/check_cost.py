"""`make bench`: the whole durable check against an empty FastAPI endpoint, one worker each, rounds interleaved in one run."""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.catalogs import catalog_file, prompts
from tests.benchmarks.load import Load, run_load
from tests.benchmarks.serving import check_request, free_port, registry_command, served, start_registry


def resident_megabytes(pid: int) -> int:
    """Memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


def measure(*, seconds: float, rounds: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        keys = json.loads(registry_command(home, "init", "--json"))
        start = time.perf_counter()
        counts = json.loads(registry_command(home, "import", str(catalog_file(home)), "--json"))
        took = time.perf_counter() - start
        print(f"import: {counts['characters']} characters in {took:.1f} s, {counts['characters'] / took:.0f} a second (the whole command)")
        texts = prompts()
        ours, theirs = free_port(), free_port()
        start = time.perf_counter()
        with served(start_registry(home, ours), f"http://127.0.0.1:{ours}/readyz") as our_pid:
            print(f"process start to ready: {time.perf_counter() - start:.2f} s; memory then: {resident_megabytes(our_pid)} MB")
            empty = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.empty_endpoint", str(theirs)])
            with served(empty, f"http://127.0.0.1:{theirs}/openapi.json") as their_pid:
                sides = {
                    "check": (ours, [check_request(text, keys["service"]) for text in texts], our_pid),
                    "empty": (theirs, [check_request(text) for text in texts], their_pid),
                }
                compare(sides, seconds=seconds, rounds=rounds)
            print(f"memory after: {resident_megabytes(our_pid)} MB")


def compare(sides: dict[str, tuple[int, list[bytes], int]], *, seconds: float, rounds: int) -> None:
    """Run both sides in turn and print medians and the ratio of each pair of rounds."""
    print("\n| connections | side | requests/s | p50 ms | p99 ms | server CPU us/request |\n|---|---|---|---|---|---|")
    for connections in (1, 16, 64):
        found: dict[str, list[Load]] = {name: [] for name in sides}
        for number in range(rounds + 1):
            for name, (port, requests, pid) in sides.items():
                load = asyncio.run(run_load(port, requests, connections=connections, seconds=seconds, pid=pid))
                if load.failures:
                    raise SystemExit(f"{name}: {load.failures} of {load.requests} requests were not answered with 200")
                if number:  # the first round warms up
                    found[name].append(load)
        for name, loads in found.items():
            shown = [statistics.median(getattr(load, field) for load in loads) for field in ("per_second", "p50", "p99", "cpu")]
            print(f"| {connections} | {name} | {shown[0]:.0f} | {shown[1]:.2f} | {shown[2]:.2f} | {shown[3]:.0f} |")
        ratios = [a.per_second / b.per_second for a, b in zip(found["check"], found["empty"], strict=True)]
        print(
            f"| {connections} | ratio | {statistics.median(ratios):.2f} (min {min(ratios):.2f}, max {max(ratios):.2f}) | | | |", flush=True
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds of each side")
    arguments = parser.parse_args()
    measure(seconds=arguments.seconds, rounds=arguments.rounds)
