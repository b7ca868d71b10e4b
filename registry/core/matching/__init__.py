"""Prompt to mentions: find every registered name, in the prompt as sent."""

from registry.core.matching.detect import MATCHER_VERSION, find_mentions
from registry.core.matching.lexicon import Lexicon, compile_lexicon, extend_lexicon

__all__ = ["MATCHER_VERSION", "Lexicon", "compile_lexicon", "extend_lexicon", "find_mentions"]
