"""Entry bundles (C2SP tlog-tiles)."""

from hypothesis import given
from hypothesis import strategies as st

from registry.core.decision_log.entries import MAX_ENTRY_SIZE, decode_entries, encode_entries, verify_entries
from registry.core.decision_log.merkle import leaf_hash
from registry.core.decision_log.tiles import Bundle
from registry.core.errors import Malformed, ProofRejected
from tests.core.decision_log.logs import code_of

bundles = st.lists(st.binary(max_size=300), min_size=1, max_size=256).map(tuple)


@given(bundles)
def test_a_bundle_reads_back_as_its_entries(entries: tuple[bytes, ...]) -> None:
    assert decode_entries(encode_entries(entries), len(entries)) == entries


@given(st.binary(max_size=60), st.integers(1, 6))
def test_bytes_that_can_be_read_are_the_only_ones_for_their_entries(data: bytes, width: int) -> None:
    try:
        entries = decode_entries(data, width)
    except Malformed as error:
        assert error.code in {"TRUNCATED", "TRAILING_BYTES"}  # noqa: PT017
    else:
        assert encode_entries(entries) == data


@given(bundles, st.data())
def test_a_bundle_that_was_cut_or_goes_on_is_refused(entries: tuple[bytes, ...], data: st.DataObject) -> None:
    whole = encode_entries(entries)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert code_of(lambda: decode_entries(whole[:cut], len(entries)), Malformed) == "TRUNCATED"
    assert code_of(lambda: decode_entries(whole + b"\0", len(entries)), Malformed) == "TRAILING_BYTES"
    assert code_of(lambda: decode_entries(whole, len(entries) + 1), Malformed) == "TRUNCATED"


def test_the_longest_entry_fits_and_one_byte_more_does_not() -> None:
    longest = b"x" * MAX_ENTRY_SIZE
    assert decode_entries(encode_entries([longest]), 1) == (longest,)
    assert code_of(lambda: encode_entries([longest + b"x"]), Malformed) == "ENTRY_TOO_LONG"


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=20, unique=True), st.data())
def test_a_changed_entry_is_found_and_named_by_its_index_in_the_log(entries: list[bytes], data: st.DataObject) -> None:
    tile = b"".join(leaf_hash(entry) for entry in entries)
    bundle = Bundle(3, len(entries))
    assert verify_entries(bundle, encode_entries(entries), tile) == tuple(entries)
    at = data.draw(st.integers(0, len(entries) - 1))
    changed = [*entries[:at], entries[at] + b"!", *entries[at + 1 :]]
    try:
        verify_entries(bundle, encode_entries(changed), tile)
    except ProofRejected as error:
        assert (error.code, error.message.split()[1]) == ("WRONG_ENTRY", str(3 * 256 + at))  # noqa: PT017
    else:
        raise AssertionError("a changed entry was accepted")
