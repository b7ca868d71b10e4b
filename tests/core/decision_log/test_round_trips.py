"""Parse and format are pairs: every value survives, and every text that can be read is the only one for its value."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.decision_log import checkpoint, keys, note, proof, witness
from registry.core.errors import Malformed
from tests.core.decision_log import strategies

BYTES = {
    "note": (note.parse_note, note.format_note, strategies.notes),
    "receipt": (proof.parse_receipt, proof.format_receipt, strategies.receipts),
    "add-checkpoint": (witness.parse_add_checkpoint, witness.format_add_checkpoint, strategies.requests),
}
TEXT = {
    "checkpoint": (checkpoint.parse_checkpoint, checkpoint.format_checkpoint, strategies.checkpoints),
    "signatures": (note.parse_signatures, note.format_signatures, st.lists(strategies.signatures, min_size=1, max_size=4).map(tuple)),
    "skey": (keys.parse_skey, keys.format_skey, strategies.signing_keys),
    "vkey": (keys.parse_vkey, keys.format_vkey, strategies.signing_keys.map(lambda key: key.verifier)),
}
PAIRS = {**BYTES, **TEXT}


@pytest.mark.parametrize("name", PAIRS)
@given(data=st.data())
def test_a_value_survives_being_written_and_read(name: str, data: st.DataObject) -> None:
    parse, form, values = PAIRS[name]
    value = data.draw(values)
    assert parse(form(value)) == value


@pytest.mark.parametrize("name", BYTES)
@given(data=st.data())
def test_changed_bytes_are_refused_or_read_as_another_value(name: str, data: st.DataObject) -> None:
    parse, form, values = BYTES[name]
    written = form(data.draw(values))
    _read_back(parse, form, _changed(data, written, lambda number: bytes([number]), st.integers(0, 255)))


@pytest.mark.parametrize("name", TEXT)
@given(data=st.data())
def test_changed_text_is_refused_or_read_as_another_value(name: str, data: st.DataObject) -> None:
    parse, form, values = TEXT[name]
    written = form(data.draw(values))
    _read_back(parse, form, _changed(data, written, chr, st.integers(0, 0x3100)))


def _changed(data: st.DataObject, written: Any, one: Callable[[int], Any], numbers: st.SearchStrategy[int]) -> Any:
    start = data.draw(st.integers(0, len(written)))
    end = data.draw(st.integers(start, min(start + 2, len(written))))
    inserted = [one(number) for number in data.draw(st.lists(numbers, max_size=2))]
    return written[:start] + type(written)().join(inserted) + written[end:]


def _read_back(parse: Callable[[Any], Any], form: Callable[[Any], Any], changed: Any) -> None:
    try:
        value = parse(changed)
    except Malformed:
        return
    assert form(value) == changed
