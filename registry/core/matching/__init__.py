"""Prompt to mentions: find every registered name, in the prompt as sent."""

from registry.core.matching.compiled import read_key, segment_from_bytes, segment_to_bytes
from registry.core.matching.facts import WordFacts
from registry.core.matching.lexicon import Lexicon, compile_lexicon, extend_lexicon
from registry.core.matching.mentions import MATCHER_VERSION, find_mentions
from registry.core.matching.report import AliasReport, NameWeight, Preview, everyday_titles, fold_name, preview, report_aliases, weigh_names
from registry.core.matching.segment import names_of

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
    "read_key",
    "report_aliases",
    "segment_from_bytes",
    "segment_to_bytes",
    "weigh_names",
]
