"""What logging in with a name that exists and one that does not takes, side by side, alternating: medians and their ratio.

Every try fails (a wrong password), from an address of its own, as one that is guessing would see it; waits are forgotten in between.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from registry.core.errors import NotAuthenticated
from registry.core.scopes import Rights
from registry.store.attempts import forget_failures
from registry.usecases.backoff import attempt_of
from registry.usecases.init import initialise, local_caller
from registry.usecases.members import invite_member, set_password
from registry.usecases.registry import Registry, open_registry
from registry.usecases.sessions import log_in

ROUNDS = 100
NAMES = ("ann@example.org", "nobody@example.org")


def one(registry: Registry, organisation: str, email: str) -> float:
    """Return the milliseconds of one failed log-in."""
    with registry.database.write_aside() as session:
        owner = local_caller(registry, organisation).organisation.id
        forget_failures(session, [attempt_of(owner, email, None, is_known=False).account])
        session.commit()
    start = time.perf_counter()
    try:
        log_in(registry, organisation=organisation, email=email, password="wrong wrong wrong", code=None, address=None)
    except NotAuthenticated:
        return 1000 * (time.perf_counter() - start)
    raise RuntimeError("a wrong password was taken")


def main(rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        registry = open_registry(f"sqlite:///{Path(folder) / 'registry.db'}")
        initialise(registry)
        owner = local_caller(registry, "rightsholder").organisation
        link = invite_member(registry, None, owner.id, email=NAMES[0], name="Ann", rights=Rights.owner)
        set_password(registry, link.token, "correct horse battery staple")
        times: dict[str, list[float]] = {name: [] for name in NAMES}
        for number in range(2 * rounds):
            name = NAMES[(number + number // 2) % 2]  # A B B A: neither always comes first
            times[name].append(one(registry, "rightsholder", name))
        registry.database.close()
    known, unknown = (statistics.median(times[name]) for name in NAMES)
    spread = statistics.quantiles(times[NAMES[0]], n=10)
    print(f"{rounds} failed log-ins each, alternating")
    print(f"a name that exists      median {known:7.2f} ms   (p10 {spread[0]:.2f}, p90 {spread[-1]:.2f})")
    print(f"a name that does not    median {unknown:7.2f} ms")
    print(f"ratio                   {known / unknown:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
