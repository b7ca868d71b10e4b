"""Judge the characters that a prompt names: one verdict each, the strictest counts."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from registry.core.model import STRICTNESS, Mention, MentionStatus, Outcome, Reason, Use, Verdict
from registry.core.rules.effective import EffectivePolicy
from registry.core.rules.reasons import NO_CHARACTER_NAMED, NO_POLICY

Lookup = Callable[[str], EffectivePolicy | None]

_ALLOWED = Outcome.allowed
_RESTRICTED = Outcome.restricted
_DISMISSED = MentionStatus.dismissed
_NO_POLICY = (NO_POLICY,)


class Judgement(NamedTuple):
    """The answer for one prompt: the strictest outcome, the reasons of the verdicts that are as strict, all verdicts."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    verdicts: tuple[Verdict, ...]


_NOBODY = Judgement(_ALLOWED, (NO_CHARACTER_NAMED,), ())


def judge(mentions: Sequence[Mention], use: Use | None, lookup: Lookup, *, unruled: Outcome = _RESTRICTED) -> Judgement:
    """Judge every candidate of every mention that is not dismissed. Pure and total.

    `lookup` gives the effective policy of a character id; `unruled` is the outcome where no policy says a usage.
    Verdicts stand in the order in which the characters are first named.
    """
    del use  # a plain usage holds for every use
    named = _named(mentions)
    if not named:
        return _NOBODY
    verdicts = tuple(_verdict(character, lookup(character), tuple(places), unruled) for character, places in named.items())
    return combine(verdicts)


def combine(verdicts: tuple[Verdict, ...]) -> Judgement:
    """Let the strictest verdict count; its reasons, and those of verdicts as strict, are the decision's."""
    outcome = max((v.outcome for v in verdicts), key=STRICTNESS.__getitem__)
    reasons = dict.fromkeys(r for v in verdicts if v.outcome is outcome for r in v.reasons)
    return Judgement(outcome, tuple(reasons), verdicts)


def _named(mentions: Sequence[Mention]) -> dict[str, list[int]]:
    """Map each character that is judged to the positions of its mentions."""
    named: dict[str, list[int]] = {}
    for place, mention in enumerate(mentions):
        if mention.status is not _DISMISSED:
            for character in mention.candidates:
                named.setdefault(character, []).append(place)
    return named


def _verdict(character: str, policy: EffectivePolicy | None, places: tuple[int, ...], unruled: Outcome) -> Verdict:
    if policy is None:
        return Verdict(character, unruled, _NO_POLICY, (), (), places)
    if policy.usage is None:
        return Verdict(character, unruled, _NO_POLICY, (), (), places, policy.contact)
    return Verdict(character, policy.usage, policy.reasons, (), (), places, policy.contact)
