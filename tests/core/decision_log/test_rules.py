"""What must hold between the entries of a log."""

import pytest

from registry.core.decision_log.rules import EntryRules
from registry.core.errors import LogChanged


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"type":"note" }',
        b'{"type":"note","a":1}',
        b'{"a":1.5,"type":"note"}',
        b'{"a":1e3,"type":"note"}',
        b'{"a":NaN,"type":"note"}',
        b'{"a":9007199254740992,"type":"note"}',
        b'{"a":1,"a":1,"type":"note"}',
        b'{"a":"\\u0041","type":"note"}',
        b'{"a":"\xff","type":"note"}',
        b'\xef\xbb\xbf{"type":"note"}',
    ],
)
def test_what_is_not_canonical_is_refused_with_its_index(entry):
    with pytest.raises(LogChanged, match="entry 7 ") as found:
        EntryRules().read(7, entry)
    assert found.value.code == "WRONG_ENTRY"


def test_a_decision_stands_at_the_revision_of_the_changes_before_it():
    rules = EntryRules()
    rules.read(0, b'{"type":"catalog.work"}')
    rules.read(1, b'{"type":"erasure"}')
    rules.read(2, b'{"revision":1,"type":"decision"}')
    assert (rules.revision, rules.counts) == (1, {"catalog.work": 1, "erasure": 1, "decision": 1})
    for said in (b"0", b"2", b'"1"', b"null", b"true"):
        with pytest.raises(LogChanged, match="entry 3 ") as found:
            rules.read(3, b'{"revision":' + said + b',"type":"decision"}')
        assert found.value.code == "WRONG_REVISION"


def test_numbers_as_large_as_json_carries_safely_pass():
    assert EntryRules().read(0, b'{"a":-9007199254740991,"type":"note"}')["a"] == -9007199254740991
