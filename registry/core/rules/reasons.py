"""Reason codes and their sentences: why a verdict is what it is, in English and Japanese."""

from registry.core.model import Outcome, Reason

NO_CHARACTER_NAMED = Reason(
    "NO_CHARACTER_NAMED",
    None,
    "The prompt names no registered character. This says what the registry knows, not that the generation is lawful.",
    "登録されたキャラクターの名前は含まれていません。これは登録情報に基づく回答であり、生成が適法であることを保証するものではありません。",
)
NO_POLICY = Reason(
    "NO_POLICY",
    None,
    "The character is registered, but its rightsholder has not said how it may be used.",
    "このキャラクターは登録されていますが、権利者は利用条件を定めていません。",
)
_USAGE = {
    Outcome.allowed: (
        "USAGE_ALLOWED",
        "The rightsholder allows this character to be used.",
        "権利者はこのキャラクターの利用を認めています。",
    ),
    Outcome.restricted: (
        "USAGE_RESTRICTED",
        "The rightsholder restricts this character: ask for consent first.",
        "権利者はこのキャラクターの利用を制限しています。事前に許諾を得てください。",
    ),
    Outcome.prohibited: (
        "USAGE_PROHIBITED",
        "The rightsholder does not allow this character to be used at all.",
        "権利者はこのキャラクターの利用を一切認めていません。",
    ),
}


def usage_reason(usage: Outcome, rule: str) -> Reason:
    """Return the reason for a plain `usage`; `rule` says where it stands, such as `work:w1`."""
    code, text, text_ja = _USAGE[usage]
    return Reason(code, rule, text, text_ja)
