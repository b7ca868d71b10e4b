"""Reason codes with their sentences: why a verdict is what it is, in English and Japanese (texts: policies/vocabulary.yaml)."""

from registry.core.model import Outcome, Reason
from registry.core.words import REASONS, ReasonCode


def reason(code: ReasonCode, rule: str | None = None, words: tuple[str, str] = ("", "")) -> Reason:
    """Return the reason `code`, decided by `rule`; `words` are the rule in English and in Japanese."""
    sentence = REASONS[code]
    return Reason(code, rule, sentence.en.format(rule=words[0]), sentence.ja.format(rule=words[1]))


NO_CHARACTER_NAMED = reason("NO_CHARACTER_NAMED")
NO_POLICY = reason("NO_POLICY")

USAGE_CODES: dict[Outcome, ReasonCode] = {
    Outcome.allowed: "USAGE_ALLOWED",
    Outcome.restricted: "USAGE_RESTRICTED",
    Outcome.prohibited: "USAGE_PROHIBITED",
}
