"""Random policies, uses and prompts, drawn from pools made once: small worlds, so that rules and uses meet; simple ones first."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from registry.core.model import Mention, MentionStatus, Outcome, Policy, Use
from registry.core.policy import Constraint, Duty, Permission, Prohibition
from registry.core.words import DUTIES, OPERAND_KIND, OPERATORS_OF, VALUES

MOMENTS = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 7)]
RIGHT = {
    **{operand: tuple(words) for operand, words in VALUES.items()},
    "territory": ("JP", "US", "FR", "DE", "NO", "EU", "EEA", "Worldwide"),
    "recipient": ("svc-a", "svc-b"),
    "licence": ("L1", "L2"),
    "date_time": tuple(m.isoformat() for m in MOMENTS),
    "audience": (0, 3, 12, 18, 120),
}
RNG = Random(20260101)


def some(values, *, least=1, most=4):
    return tuple(RNG.sample(values, min(RNG.randint(least, most), len(values))))


def constraint():
    operand = RNG.choice(tuple(OPERAND_KIND))
    operator = RNG.choice(OPERATORS_OF[OPERAND_KIND[operand]])
    right = some(RIGHT[operand]) if operator.startswith("is_") else RNG.choice(RIGHT[operand])
    return Constraint(left_operand=operand, operator=operator, right_operand=right)


def constraints(least):
    same = [constraint()] if RNG.random() < 0.2 else []
    chosen = [constraint() for _ in range(RNG.choice((1, 1, 1, 2, 2, 3)) if RNG.random() < 0.9 else least)]
    return (*chosen, *(c for c in same if c.left_operand in {x.left_operand for x in chosen}))


def duty():
    return Duty(action=RNG.choice(tuple(DUTIES)), text=RNG.choice((None, "(c) Sakura")))


CONSTRAINTS = [constraints(0) for _ in range(1500)]
PROHIBITIONS = [Prohibition(constraints=c) for c in sorted(CONSTRAINTS, key=len) if c]
PERMISSIONS = [Permission(constraints=c, duties=tuple(duty() for _ in range(RNG.choice((0, 0, 1, 2))))) for c in CONSTRAINTS]


def policy(*, dated):
    usage = RNG.choice((None, *Outcome, Outcome.restricted, Outcome.restricted))
    allowed = some(PERMISSIONS, least=0, most=3) if usage is Outcome.restricted else ()
    forbidden = some(PROHIBITIONS, least=int(usage is None), most=2)
    begin = RNG.choice((None, *MOMENTS)) if dated else None
    end = RNG.choice((None, *(m for m in MOMENTS if begin is None or m > begin))) if dated else None
    return Policy(usage=usage, permissions=allowed, prohibitions=forbidden, valid_from=begin, valid_until=end)


def maybe(operand, *, least=1):
    return RNG.choice((None, some(RIGHT[operand], least=least, most=3), some(RIGHT[operand], most=1)))


def use():
    return Use(
        **{operand: maybe(operand) for operand in ("purpose", "media", "territory", "aspect")},
        theme=maybe("theme", least=0),
        audience=RNG.choice((None, 0, 2, 3, 13, 18, 120)),
        licence=RNG.choice((None, "L1", "L2", "L3")),
        real_persons=RNG.choice((None, True, False)),
    )


def size(value):
    return len(repr(value))


prohibitions = st.sampled_from(PROHIBITIONS)
policies = st.sampled_from(sorted((policy(dated=False) for _ in range(1500)), key=size))
dated_policies = st.sampled_from(sorted((policy(dated=True) for _ in range(1500)), key=size))
uses = st.sampled_from(sorted((use() for _ in range(1500)), key=size))
recipients = st.sampled_from((None, "svc-a", "svc-b", "svc-c"))
moments = st.sampled_from([MOMENTS[0] - timedelta(days=1), *MOMENTS, *(m + timedelta(hours=1) for m in MOMENTS)])

OWNERS = {"a": ("w1", "r1"), "b": ("w1", "r1"), "c": ("w2", "r1"), "d": ("w3", "r2"), "e": (None, "r2"), "f": (None, "r2")}
casts = st.lists(st.sampled_from([some(tuple(OWNERS), most=3) for _ in range(60)]), max_size=3)


def mentions_of(groups, status=MentionStatus.linked):
    """Return one mention per group of candidates, side by side."""
    return tuple(Mention(n * 2, n * 2 + 1, "x", "x", "exact", status, 100, group) for n, group in enumerate(groups))
