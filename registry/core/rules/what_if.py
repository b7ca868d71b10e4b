"""What if: past checks judged again under a draft policy, and counted by direction; no prompt is needed or shown."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from registry.core.model import STRICTNESS, Mention, Outcome, Use
from registry.core.rules.combine import Lookup, judge


class Asked(NamedTuple):
    """One past check, as its decision recorded it. `decision` is its id, `unruled` the service's default if it had one."""

    decision: str
    mentions: tuple[Mention, ...]
    use: Use | None
    recipient: str | None = None
    at: datetime | None = None
    unruled: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Flips:
    """What a draft would have changed. `counts` are by (before, after); `examples` are decision ids by the same key."""

    judged: int
    counts: Mapping[tuple[Outcome, Outcome], int]
    examples: Mapping[tuple[Outcome, Outcome], tuple[str, ...]]

    @property
    def stricter(self) -> int:
        """How many decisions would have been stricter."""
        return sum(n for (before, after), n in self.counts.items() if STRICTNESS[after] > STRICTNESS[before])

    @property
    def looser(self) -> int:
        """How many decisions would have been looser."""
        return sum(n for (before, after), n in self.counts.items() if STRICTNESS[after] < STRICTNESS[before])


def _everybody(character: str) -> bool:  # noqa: ARG001
    return True


def what_if(
    asked: Iterable[Asked],
    before: Lookup,
    after: Lookup,
    *,
    covers: Callable[[str], bool] = _everybody,
    unruled: Outcome = Outcome.restricted,
    examples: int = 5,
) -> Flips:
    """Judge every past check under both sets of policies. Pure; `examples` bounds the ids kept per direction.

    Only verdicts about characters that `covers` says count: others are company, and what is said about them stays theirs.
    """
    counts: Counter[tuple[Outcome, Outcome]] = Counter()
    kept: dict[tuple[Outcome, Outcome], tuple[str, ...]] = {}
    judged = 0
    for check in asked:
        judged += 1
        old, new = (_outcome(check, lookup, covers, check.unruled or unruled) for lookup in (before, after))
        if old is not new:
            counts[old, new] += 1
            kept[old, new] = (*kept.get((old, new), ()), check.decision)[:examples]
    return Flips(judged, counts, kept)


def _outcome(check: Asked, lookup: Lookup, covers: Callable[[str], bool], unruled: Outcome) -> Outcome:
    verdicts = judge(check.mentions, check.use, lookup, recipient=check.recipient, at=check.at, unruled=unruled).verdicts
    outcomes = (verdict.outcome for verdict in verdicts if covers(verdict.character))
    return max(outcomes, key=STRICTNESS.__getitem__, default=Outcome.allowed)
