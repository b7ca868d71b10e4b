"""What judging costs: `python tests/benchmarks/rules.py`, nanoseconds per judged character, CPU time, best of seven."""

import timeit
import tracemalloc
from datetime import UTC, datetime
from time import process_time

from registry.core.model import Mention, MentionStatus, Policy, Use
from registry.core.rules import compile_policy, judge
from registry.core.words import VALUES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
USE = Use(purpose="fan_work", media="image", territory="JP", audience=0, theme=(), aspect=("name", "likeness"), real_persons=False)


def constraint(place):
    """Return the place-th of many different constraints, one in ten about company."""
    operand = ("theme", "purpose", "media", "territory", "audience", "theme", "territory", "purpose", "theme", "co_appearance")[place % 10]
    right = {"territory": ("CN", "US", "EU"), "audience": 18, "co_appearance": ("real_persons",), "purpose": ("commercial", "political")}
    values = right.get(operand) or (list(VALUES[operand])[1 + place % 3],)
    return {"left_operand": operand, "operator": "gteq" if operand == "audience" else "is_any_of", "right_operand": values}


def thirty_rules():
    """Return 25 prohibitions of one or two constraints, none of which holds, and 5 permissions of which the last does."""
    prohibitions = [{"constraints": [constraint(n)] + [constraint(n + 4)] * (n % 2), "note": str(n)} for n in range(25)]
    prohibitions = [{**p, "id": f"p{n}"} for n, p in enumerate(prohibitions)]
    permissions = [{"id": f"q{n}", "constraints": [constraint(n)]} for n in range(4)]
    return Policy(usage="restricted", prohibitions=prohibitions, permissions=[*permissions, {"id": "z"}])


def cost(policy, characters):
    """Return the nanoseconds per character of judging a prompt that names so many."""
    known = {str(n): compile_policy(None, policy, None, character=str(n), work=str(n % 3), rightsholder="r") for n in range(characters)}
    mentions = tuple(Mention(n, n + 1, "x", "x", "exact", MentionStatus.linked, 100, (str(n),)) for n in range(characters))
    number = 40_000 // characters
    run = lambda: judge(mentions, USE, known.get, recipient="svc", at=NOW)  # noqa: E731
    return min(timeit.repeat(run, number=number, repeat=7, timer=process_time)) / number / characters * 1e9


def compiling(count, own, work, shared):
    """Return microseconds and bytes per character of compiling so many characters."""
    tracemalloc.start()
    kept = [
        compile_policy(own and Policy(usage="allowed"), work, None, character=str(n), work="w", rightsholder="r", shared=shared)
        for n in range(count)
    ]
    size = tracemalloc.get_traced_memory()[0] / len(kept)
    tracemalloc.stop()
    begin = process_time()
    for n in range(count):
        compile_policy(own and Policy(usage="allowed"), work, None, character=str(n), work="w", rightsholder="r", shared=shared)
    return (process_time() - begin) / count * 1e6, size


if __name__ == "__main__":
    for name, policy in {"usage only": Policy(usage="allowed"), "30 rules": thirty_rules()}.items():
        for characters in (1, 5, 20):
            print(f"{name:<12} {characters:>3} characters: {cost(policy, characters):>7.0f} ns each")
    for name, own, work in (("own usage", True, None), ("30 rules of the work", False, thirty_rules())):
        microseconds, size = compiling(20_000, own, work, {})
        print(f"compiling, {name}: {microseconds:.1f} us and {size:.0f} bytes a character")
