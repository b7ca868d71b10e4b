"""The vocabulary is one source: what is made from it is up to date, and code asks about nothing that it lacks."""

import typing
from pathlib import Path

import pytest

from registry.core import words
from registry.core.errors import InvalidInput
from registry.core.policy import Policy
from registry.core.rules.accepted import COMPARE, NEGATED
from registry.core.use import Use
from registry.core.vocabulary import TERM_LISTS, VALUE_LISTS, read_vocabulary
from registry.store.policy_files import load_vocabulary, policies_folder, read_yaml

from .regenerate import MADE, ROOT

VOCABULARY = load_vocabulary()


@pytest.mark.parametrize("path", MADE)
def test_what_is_made_from_the_vocabulary_is_up_to_date(path):
    assert (ROOT / path).read_text("utf-8") == MADE[path](), "run `python tests/policies/regenerate.py`"


def test_every_term_has_both_labels_and_every_word_a_definition():
    for name in TERM_LISTS:
        for term in VOCABULARY.lists[name]:
            assert term.en
            assert term.ja
            assert term.definition or name == "reason_codes", term.key


def test_every_operand_is_asserted_by_somebody_and_maps_to_a_term():
    for term in VOCABULARY.lists["left_operands"]:
        assert term.asserted_by in {"service", "registry"}
        assert term.odrl.split(":")[0] in {"odrl", "registry"}


def test_what_the_service_asserts_is_a_field_of_a_use_and_what_the_registry_knows_is_none():
    asserted = {t.key for name in ("left_operands", "facts") for t in VOCABULARY.lists[name] if t.asserted_by == "service"}
    assert asserted == set(Use.model_fields)


def test_every_operator_is_one_that_code_compares_with():
    assert {t.key for t in VOCABULARY.lists["operators"]} == set(COMPARE) | NEGATED | {"is_any_of"}


def test_broader_words_exist_and_do_not_go_in_circles():
    for name in VALUE_LISTS:
        broader = words.BROADER[name]
        for word in broader:
            seen = [word]
            while seen[-1] in broader:
                assert broader[seen[-1]] not in seen
                seen.append(broader[seen[-1]])
            assert seen[-1] in words.VALUES[name]


def test_the_countries_are_those_of_iso_3166_and_groups_hold_only_countries():
    assert len(words.TERRITORIES) == 249
    assert all(members <= words.TERRITORIES for members in words.TERRITORY_GROUPS.values())
    assert len(words.TERRITORY_GROUPS["EU"]) == 27
    assert words.TERRITORY_GROUPS["EEA"] - words.TERRITORY_GROUPS["EU"] == {"IS", "LI", "NO"}
    system = Path("/usr/share/zoneinfo/iso3166.tab")
    if system.is_file():
        assert {line[:2] for line in system.read_text("utf-8").splitlines() if not line.startswith("#")} == words.TERRITORIES


def test_every_reason_code_has_an_outcome_and_a_sentence_that_can_be_filled():
    assert {t.key for t in VOCABULARY.lists["reason_codes"]} == set(typing.get_args(words.ReasonCode))
    for label in words.REASONS.values():
        assert "{rule}" not in label.en.format(rule="x") + label.ja.format(rule="x")


def test_a_term_with_an_unknown_field_is_refused_by_name():
    data = read_yaml((policies_folder() / "vocabulary.yaml").read_text("utf-8"), "vocabulary.yaml")
    data["duties"]["inform"]["colour"] = "red"
    with pytest.raises(InvalidInput, match="`duties/inform` of the vocabulary"):
        read_vocabulary(data)


def test_yaml_reads_norway_as_norway_and_dates_as_text():
    read = read_yaml('{a: NO, b: 2026-01-01, c: true, d: on, e: "no", f: 3}', "x")
    assert read == {"a": "NO", "b": "2026-01-01", "c": True, "d": "on", "e": "no", "f": 3}


def test_the_simple_form_stays_what_an_import_file_says():
    assert Policy.model_validate_json('{"usage":"prohibited"}').model_dump(mode="json", exclude_defaults=True) == {"usage": "prohibited"}
