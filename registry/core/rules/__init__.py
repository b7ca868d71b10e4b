"""Mentions and use to verdicts: what the rightsholders say about the characters that a prompt names."""

from registry.core.rules.combine import Judgement, Lookup, combine, judge
from registry.core.rules.effective import EffectivePolicy, compile_policy

__all__ = ["EffectivePolicy", "Judgement", "Lookup", "combine", "compile_policy", "judge"]
