"""Judge a prompt: every candidate of every mention gets a verdict, and the strictest counts (Cedar: the deciding rules are named)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from registry.core.model import STRICTNESS, Mention, MentionStatus, Outcome, Reason, Use, Verdict
from registry.core.rules.company import Cast, Owner
from registry.core.rules.compiled import Answer
from registry.core.rules.effective import EffectivePolicy, as_disputed, compile_policy
from registry.core.rules.evaluate import evaluate, strictest
from registry.core.rules.facts import facts_of
from registry.core.rules.reasons import NO_CHARACTER_NAMED
from registry.core.rules.ruleset import RuleSet

Lookup = Callable[[str], EffectivePolicy | None]

_RESTRICTED = Outcome.restricted
_DISMISSED = MentionStatus.dismissed
_new = tuple.__new__  # half the cost of calling a named tuple, on the two lines where that counts


class Judgement(NamedTuple):
    """The answer for one prompt: the strictest outcome, the reasons of the verdicts that are as strict, all verdicts."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    verdicts: tuple[Verdict, ...]


_NOBODY = Judgement(Outcome.allowed, (NO_CHARACTER_NAMED,), ())


def judge(
    mentions: Sequence[Mention],
    use: Use | None,
    lookup: Lookup,
    *,
    recipient: str | None = None,
    at: datetime | None = None,
    unruled: Outcome = _RESTRICTED,
) -> Judgement:
    """Judge every candidate of every mention that is not dismissed. Pure and total.

    `use` is what the service claims; `recipient` (its ref) and `at` (now, with an offset) are what the registry knows.
    `lookup` gives the effective policy of a character id; `unruled` is the outcome where no policy says a usage.
    Verdicts stand in the order in which the characters are first named.
    """
    named = _named(mentions)
    if not named:
        return _NOBODY
    circumstances: _Circumstances | None = None
    verdicts = []
    for character, places in named.items():
        policy = lookup(character) or _stranger(character)
        answer = policy.plain
        if answer is None:
            if circumstances is None:
                circumstances = _Circumstances(mentions, lookup, use, recipient, at, unruled)
            answer = circumstances.answer(policy)
        outcome, reasons, duties, missing = answer
        verdicts.append(_new(Verdict, (character, outcome or unruled, reasons, duties, missing, tuple(places), policy.contact)))
    return combine(tuple(verdicts))


def combine(verdicts: tuple[Verdict, ...]) -> Judgement:
    """Let the strictest verdict count; its reasons, and those of verdicts as strict, are the decision's."""
    if len(verdicts) == 1:
        return _new(Judgement, (verdicts[0].outcome, verdicts[0].reasons, verdicts))
    outcomes = {verdict.outcome for verdict in verdicts}
    outcome = max(outcomes, key=STRICTNESS.__getitem__)
    reasons = dict.fromkeys(reason for verdict in verdicts if verdict.outcome is outcome for reason in verdict.reasons)
    return Judgement(outcome, tuple(reasons), verdicts)


def _named(mentions: Sequence[Mention]) -> dict[str, list[int]]:
    """Map each character that is judged to the positions of its mentions."""
    named: dict[str, list[int]] = {}
    for place, mention in enumerate(mentions):
        if mention.status is not _DISMISSED:
            for character in mention.candidates:
                if character in named:
                    named[character].append(place)
                else:
                    named[character] = [place]
    return named


def _stranger(character: str) -> EffectivePolicy:
    """Return the policy of a character that the lookup does not know: nobody has ruled, and it is company for all others."""
    return compile_policy(None, None, None, character=character, work=None, rightsholder=f"unknown:{character}")


@dataclass(slots=True)
class _Circumstances:
    """What rules may ask about one check; each is worked out when the first rule asks."""

    mentions: Sequence[Mention]
    lookup: Lookup
    use: Use | None
    recipient: str | None
    at: datetime | None
    unruled: Outcome
    claims: int = 0
    cast: Cast | None = None

    def answer(self, policy: EffectivePolicy) -> Answer:
        """Evaluate what is in force now; without a clock, every period, and the strictest counts."""
        answer = self._answer(policy)
        return as_disputed(answer) if policy.disputed else answer

    def _answer(self, policy: EffectivePolicy) -> Answer:
        self.claims = self.claims or facts_of(self.use)
        if len(policy.rules.periods) == 1:
            return self._answer_of(policy.rules.periods[0], policy.character)
        if self.at is not None:
            return self._answer_of(policy.rules.at(self.at), policy.character)
        return strictest((self._answer_of(rules, policy.character) for rules in policy.rules.periods), "date_time")

    def _answer_of(self, rules: RuleSet, character: str) -> Answer:
        licence = self.use.licence if self.use else None
        facts = self.claims | rules.texts.facts(self.recipient, licence)
        return evaluate(rules, facts | self._company(character) if rules.asks_company else facts, self.unruled)

    def _company(self, character: str) -> int:
        if self.cast is None:
            self.cast = Cast(self.mentions, self._owner, self.use.real_persons if self.use else None)
        return self.cast.company_of(character)

    def _owner(self, character: str) -> Owner:
        policy = self.lookup(character) or _stranger(character)
        return policy.work, policy.rightsholder
