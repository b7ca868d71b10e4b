"""Reason codes with their sentences: why a verdict is what it is, in English and Japanese (texts: policies/vocabulary.yaml)."""

from registry.core.model import Outcome, Reason
from registry.core.words import REASONS, ReasonCode


def reason(code: ReasonCode, rule: str | None = None, words: tuple[str, str] = ("", "")) -> Reason:
    """Return the reason `code`, decided by `rule`; `words` are the rule in English and in Japanese."""
    en, ja = REASONS[code]
    if "{" in en:
        en, ja = en.format(rule=words[0]), ja.format(rule=words[1])
    return Reason(code, rule, en, ja)


NO_CHARACTER_NAMED = reason("NO_CHARACTER_NAMED")
NO_POLICY = reason("NO_POLICY")
DISPUTED = reason("DISPUTED")

USAGE_CODES: dict[Outcome, ReasonCode] = {
    Outcome.allowed: "USAGE_ALLOWED",
    Outcome.restricted: "USAGE_RESTRICTED",
    Outcome.prohibited: "USAGE_PROHIBITED",
}
