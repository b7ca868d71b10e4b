"""Canonical JSON (RFC 8785) against another implementation of it."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.core.decision_log.canonical import MAX_SAFE_INTEGER, canonical_bytes
from registry.core.errors import InvalidInput

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
keys = st.text(st.characters(max_codepoint=127), max_size=6)
atoms = st.none() | st.booleans() | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) | texts
values = st.recursive(atoms, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)
objects = st.dictionaries(keys, values, max_size=6)


@given(objects)
def test_the_bytes_are_those_of_the_reference_implementation(value: dict[str, object]) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(objects)
def test_the_bytes_read_back_as_the_value(value: dict[str, object]) -> None:
    assert json.loads(canonical_bytes(value)) == value


@given(objects, st.randoms(use_true_random=False))
def test_the_order_of_keys_never_changes_the_bytes(value: dict[str, object], random: object) -> None:
    assert canonical_bytes(_shuffled(value, random)) == canonical_bytes(value)


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), MAX_SAFE_INTEGER + 1, -MAX_SAFE_INTEGER - 1, {"é": 1}, {1: 2}, b"x", "\udcff", {1, 2}]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        canonical_bytes({"a": [value]})


def _shuffled(value: object, random: object) -> object:
    if isinstance(value, list):
        return [_shuffled(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    random.shuffle(names)
    return {name: _shuffled(value[name], random) for name in names}
