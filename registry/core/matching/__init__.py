"""Prompt to mentions: find every registered name, in the prompt as sent."""

from registry.core.matching.facts import WordFacts
from registry.core.matching.lexicon import Lexicon, compile_lexicon, extend_lexicon, names_of
from registry.core.matching.mentions import MATCHER_VERSION, find_mentions
from registry.core.matching.report import AliasReport, NameWeight, Preview, everyday_titles, fold_name, preview, report_aliases, weigh_names

__all__ = [
    "MATCHER_VERSION",
    "AliasReport",
    "Lexicon",
    "NameWeight",
    "Preview",
    "WordFacts",
    "compile_lexicon",
    "everyday_titles",
    "extend_lexicon",
    "find_mentions",
    "fold_name",
    "names_of",
    "preview",
    "report_aliases",
    "weigh_names",
]
