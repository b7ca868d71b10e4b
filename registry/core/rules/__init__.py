"""Mentions and use to verdicts: what the rightsholders say about the characters that a prompt names."""

from registry.core.rules.combine import Judgement, Lookup, combine, judge
from registry.core.rules.effective import EffectivePolicy, compile_policy
from registry.core.rules.lenient import read_policy
from registry.core.rules.remedies import Rewritten, rewrite

__all__ = ["EffectivePolicy", "Judgement", "Lookup", "Rewritten", "combine", "compile_policy", "judge", "read_policy", "rewrite"]
