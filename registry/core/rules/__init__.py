"""Mentions and use to verdicts: what the rightsholders say about the characters that a prompt names."""

from registry.core.rules.effective import EffectivePolicy, compile_policy
from registry.core.rules.evaluate import Judgement, combine, judge

__all__ = ["EffectivePolicy", "Judgement", "combine", "compile_policy", "judge"]
