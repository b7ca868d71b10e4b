"""Mentions and use to verdicts: what the rightsholders say about the characters that a prompt names."""

from registry.core.rules.claims import facts_for_the_log
from registry.core.rules.combine import Judgement, Lookup, combine, judge
from registry.core.rules.effective import EffectivePolicy, Shared, compile_policy
from registry.core.rules.lenient import NOTHING_READABLE, read_policy
from registry.core.rules.remedies import Rewritten, rewrite

__all__ = [
    "NOTHING_READABLE",
    "EffectivePolicy",
    "Judgement",
    "Lookup",
    "Rewritten",
    "Shared",
    "combine",
    "compile_policy",
    "facts_for_the_log",
    "judge",
    "read_policy",
    "rewrite",
]
