"""The vocabulary of policies as a value (SKOS concepts with an English and a Japanese label), and words.py made from it.

`policies/vocabulary.yaml` is the source; `registry.store.policy_files` reads it; `words_module` writes what code and
types need into `registry/core/words.py`, so that core, and a client in another process, need no file at run time.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.core.errors import InvalidInput

VALUE_LISTS = ("purpose", "media", "theme", "co_appearance", "aspect")
TERM_LISTS = ("left_operands", "operators", "duties", "usages", *VALUE_LISTS, "facts", "reason_codes")


@dataclass(frozen=True, slots=True)
class Term:
    """One word: labels, definition, who asserts it, what it maps to in ODRL 2.2 or DDEX."""

    key: str
    en: str
    ja: str
    definition: str = ""
    asserted_by: str = ""
    kind: str = ""
    kinds: tuple[str, ...] = ()
    many: bool = False
    broader: str = ""
    operand: str = ""
    outcome: str = ""
    odrl: str = ""
    ddex: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words by list, the country codes and their groups."""

    version: int
    lists: Mapping[str, tuple[Term, ...]]
    territories: tuple[str, ...]
    groups: tuple[Term, ...]
    members: Mapping[str, tuple[str, ...]]


def read_vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """Read the parsed YAML. Raises InvalidInput where a term has an unknown field or none of the labels."""
    territories = tuple(data["territories"].split())
    groups = data["territory_groups"]
    return Vocabulary(
        version=data["version"],
        lists={name: tuple(_term(name, key, fields) for key, fields in data[name].items()) for name in TERM_LISTS},
        territories=territories,
        groups=tuple(Term(key, group["en"], group["ja"]) for key, group in groups.items()),
        members={key: territories if group["members"] == "*" else tuple(group["members"].split()) for key, group in groups.items()},
    )


def _term(name: str, key: str, fields: Mapping[str, Any]) -> Term:
    try:
        return Term(key, **{**fields, "kinds": tuple(fields.get("kinds", ()))})
    except TypeError as error:
        raise InvalidInput(f"`{name}/{key}` of the vocabulary: {error}") from error


def words_module(vocabulary: Vocabulary) -> str:
    """Return the text of `registry/core/words.py`."""
    return "\n".join(_lines(vocabulary)) + "\n"


def _lines(vocabulary: Vocabulary) -> Iterator[str]:
    yield '"""The words of policies as types and tables. Made from policies/vocabulary.yaml: do not edit, regenerate."""'
    yield ""
    yield "# fmt: off"
    yield "# ruff: noqa: E501, SIM905"
    yield "from typing import Final, Literal, NamedTuple"
    yield ""
    yield f"VOCABULARY_VERSION: Final = {vocabulary.version}"
    yield ""
    for type_name, list_name in _TYPES.items():
        yield f"{type_name} = Literal[{_quoted(term.key for term in vocabulary.lists[list_name])}]"
    yield ""
    yield ""
    yield "class Label(NamedTuple):"
    yield "    en: str"
    yield "    ja: str"
    yield ""
    yield ""
    for table, list_name in (("OPERANDS", "left_operands"), ("OPERATORS", "operators"), ("DUTIES", "duties"), ("REASONS", "reason_codes")):
        yield f"{table}: Final[dict[str, Label]] = {{"
        yield from (f"    {_label(t)}," for t in vocabulary.lists[list_name])
        yield "}"
    yield "VALUES: Final[dict[str, dict[str, Label]]] = {"
    for name in VALUE_LISTS:
        yield f'    "{name}": {{'
        yield from (f"        {_label(t)}," for t in vocabulary.lists[name])
        yield "    },"
    yield '    "territory": {'
    yield from (f"        {_label(t)}," for t in vocabulary.groups)
    yield "    },"
    yield "}"
    yield "BROADER: Final[dict[str, dict[str, str]]] = {"
    for name in VALUE_LISTS:
        pairs = ", ".join(f'"{t.key}": "{t.broader}"' for t in vocabulary.lists[name] if t.broader)
        yield f'    "{name}": {{{pairs}}},'
    yield "}"
    yield from _facts_about_operands(vocabulary)
    yield f'TERRITORIES: Final = frozenset("{" ".join(vocabulary.territories)}".split())'
    yield "TERRITORY_GROUPS: Final[dict[str, frozenset[str]]] = {"
    for key, members in vocabulary.members.items():
        value = "TERRITORIES" if members == vocabulary.territories else f'frozenset("{" ".join(members)}".split())'
        yield f'    "{key}": {value},'
    yield "}"


def _facts_about_operands(vocabulary: Vocabulary) -> Iterator[str]:
    operands, operators = vocabulary.lists["left_operands"], vocabulary.lists["operators"]
    yield f"OPERAND_KIND: Final[dict[str, str]] = {{{_pairs((t.key, t.kind) for t in operands)}}}"
    many = _quoted(t.key for t in operands if t.many)
    yield f"MANY: Final = frozenset({{{many}}})"
    yield "OPERATORS_OF: Final[dict[str, tuple[str, ...]]] = {"
    for kind in dict.fromkeys(t.kind for t in operands):
        yield f'    "{kind}": ({_quoted(t.key for t in operators if kind in t.kinds)}),'
    yield "}"
    reasons = vocabulary.lists["reason_codes"]
    yield f"PROHIBITED_BY: Final[dict[str, ReasonCode]] = {{{_pairs((t.operand, t.key) for t in reasons if t.operand)}}}"
    terms = (t for name in ("left_operands", "operators", "duties") for t in vocabulary.lists[name])
    yield f"ODRL: Final[dict[str, str]] = {{{_pairs((t.key, t.odrl) for t in terms)}}}"


def _label(term: Term) -> str:
    en, ja = (json.dumps(text, ensure_ascii=False) for text in (term.en, term.ja))
    return f'"{term.key}": Label({en}, {ja})'


def _quoted(keys: Iterator[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)


def _pairs(pairs: Iterator[tuple[str, str]]) -> str:
    return ", ".join(f'"{key}": "{value}"' for key, value in pairs)


_TYPES = {
    "LeftOperand": "left_operands",
    "Operator": "operators",
    "DutyAction": "duties",
    "ReasonCode": "reason_codes",
    "Purpose": "purpose",
    "Media": "media",
    "Theme": "theme",
    "CoAppearance": "co_appearance",
    "Aspect": "aspect",
}
