"""`make fuzz SECONDS=60`: feeds every target in turn for its share of the time, and prints how many inputs were tried."""

import argparse
import contextlib
import itertools
import sys
import tempfile
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from registry.usecases.init import initialise
from registry.usecases.keyring import authenticate
from registry.usecases.registry import open_registry
from tests.fuzz.targets import Target, format_targets, policy_targets, registry_targets


class _TimeUp(KeyboardInterrupt):
    """Ends a round of Hypothesis at once, without being taken for a crash."""


def feed(target: Target, *, seconds: float, seed: int, at_most: int = 10**9) -> tuple[int, int]:
    """Feed a target until the time is up; return how many inputs were tried and how many of them were refused."""
    deadline, tried, refused = time.monotonic() + seconds, 0, 0

    def one(value: object) -> None:
        nonlocal tried, refused
        if time.monotonic() > deadline or tried >= at_most:
            raise _TimeUp
        tried += 1
        try:
            target.feed(value)
        except target.answers:
            refused += 1

    limits = settings(
        max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink]
    )
    with contextlib.suppress(_TimeUp):
        for number in itertools.count(seed):
            before = tried
            seeded(number)(limits(given(target.inputs)(one)))()
            if tried == before:
                raise RuntimeError("no inputs")
    return tried, refused


def main() -> None:
    """Print a line for each target; exit with 1 when one crashed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        registry = open_registry(f"sqlite:///{folder}/registry.db")
        callers = {role: authenticate(registry, key) for role, key in initialise(registry).items()}
        targets = [*format_targets(), *policy_targets(Path(folder)), *registry_targets(registry, callers)]
        crashed = [target.name for target in targets if not _tried(target, arguments.seconds / len(targets), arguments.seed)]
        registry.database.close()
    print(f"seed {arguments.seed}; " + (f"crashed: {', '.join(crashed)}" if crashed else "nothing crashed, nothing was half applied"))
    sys.exit(bool(crashed))


def _tried(target: Target, seconds: float, seed: int) -> bool:
    try:
        tried, refused = feed(target, seconds=seconds, seed=seed)
    except Exception:  # noqa: BLE001  whatever it is, it is what we look for
        traceback.print_exc()
        return False
    print(f"{target.name:<30} {tried:>8} tried {refused:>8} refused", flush=True)
    return True


if __name__ == "__main__":
    main()
