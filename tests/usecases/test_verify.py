"""Verifying a receipt, a saved log and a live log from visit to visit, with the public key alone."""

import pytest

from registry.core.decision_log.checkpoint import LogKeys
from registry.core.decision_log.proof import format_receipt
from registry.core.errors import InvalidInput, NotFound, VerificationFailed
from registry.store.log import LeafDraft
from registry.usecases.check import check
from registry.usecases.log import public_keys
from registry.usecases.log_state import read_state, write_state
from registry.usecases.receipts import make_receipt
from registry.usecases.verify import copy_log, folder_reader, verify_log, verify_receipt_file
from tests.store.leaves import append


@pytest.fixture
def log_keys(registry):
    known = public_keys(registry)
    return LogKeys(known.origin, known.keys)


@pytest.fixture
def auditor(http):
    return lambda path: read(http, path, "auditor")


def read(http, path, role=None):
    answer = http("GET", f"/log/{path}", role)
    if answer.status_code != 200:
        raise NotFound(answer.text)
    return answer.content


def fill(registry, count):
    append(registry, [LeafDraft("note", b'{"n":%d,"type":"note"}' % n) for n in range(count)])


def test_a_live_log_is_followed_from_visit_to_visit(registry, http, log_keys, auditor, tmp_path):
    state = tmp_path / "my.state"
    fill(registry, 300)
    first = verify_log(auditor, log_keys, None, with_tiles=True, with_entries=True)
    assert any("all 3 tiles" in words for words in first.words), first.words
    write_state(state, first.seen)
    fill(registry, 400)
    again = verify_log(auditor, None, read_state(state), with_entries=True)
    assert any(f"continues the {first.seen.head.size} entries" in words for words in again.words)
    assert any(f"entries {first.seen.head.size} to" in words for words in again.words)
    assert verify_log(lambda path: read(http, path), None, first.seen).seen.head == again.seen.head


def test_a_log_that_went_back_or_another_way_is_caught(registry, http, log_keys, auditor):
    fill(registry, 20)
    seen = verify_log(auditor, log_keys, None).seen
    fill(registry, 20)
    later = verify_log(auditor, log_keys, None).seen
    older = {path: auditor(path) for path in ("checkpoint", "tile/0/000.p/41")}
    forked = type(seen)(type(seen.head)(seen.head.origin, seen.head.size, later.head.root), seen.keys)
    with pytest.raises(VerificationFailed) as other:
        verify_log(older.__getitem__, log_keys, forked)
    assert other.value.code == "ANOTHER_HISTORY"
    fill(registry, 1)
    newest = verify_log(auditor, log_keys, None).seen
    with pytest.raises(VerificationFailed, match="went back: it had 42 entries") as back:
        verify_log(older.__getitem__, log_keys, newest)
    assert back.value.code == "WENT_BACK"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("tile/entries/000", "WRONG_ENTRY"),
        ("tile/0/000", "WRONG_TILE"),
        ("tile/1/000.p/1", "WRONG_ROOT"),
        ("checkpoint", "WRONG_SIGNATURE"),
    ],
)
def test_a_saved_log_verifies_offline_and_every_change_of_it_is_found(registry, http, log_keys, auditor, tmp_path, path, code):
    fill(registry, 300)
    size = copy_log(auditor, tmp_path / "copy", with_entries=True)
    check_folder = lambda: verify_log(folder_reader(tmp_path / "copy"), log_keys, None, with_tiles=True, with_entries=True)  # noqa: E731
    assert check_folder().seen.head.size == size
    file = tmp_path / "copy" / path
    data = bytearray(file.read_bytes())
    data[data.index(b"\n301\n") + 1 if path == "checkpoint" else 20] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(VerificationFailed) as found:
        check_folder()
    assert found.value.code == code, found.value.message


def test_a_saved_log_that_lacks_a_file_is_no_proof(registry, http, log_keys, auditor, tmp_path):
    fill(registry, 300)
    copy_log(auditor, tmp_path / "copy", with_entries=False)
    (tmp_path / "copy/tile/0/000").unlink()
    with pytest.raises(NotFound, match="tile/0/000"):
        verify_log(folder_reader(tmp_path / "copy"), log_keys, None, with_tiles=True)


def test_an_entry_at_another_revision_than_its_place_is_found(registry, http, log_keys, auditor):
    fill(registry, 3)
    append(registry, [LeafDraft("decision", b'{"revision":7,"type":"decision"}')])
    with pytest.raises(VerificationFailed, match="entry 4 says it was decided at revision 7") as found:
        verify_log(auditor, log_keys, None, with_entries=True)
    assert found.value.code == "WRONG_REVISION"


def test_a_receipt_says_in_words_what_it_proves(registry, callers, run, log_keys):
    decision = run(check(registry, callers["service"], "a chair")).decision
    whole = format_receipt(make_receipt(registry, callers["service"], decision.id))
    words = " / ".join(verify_receipt_file(whole, log_keys))
    assert f"the decision {decision.id}" in words
    assert "not signed" not in words
    bare = format_receipt(make_receipt(registry, callers["auditor"], decision.id)).replace(b"extra", b"extrb", 1)
    with pytest.raises(VerificationFailed):
        verify_receipt_file(bare, log_keys)
    with pytest.raises(VerificationFailed) as wrong:
        verify_receipt_file(whole, log_keys, leaf=b"another leaf")
    assert wrong.value.code == "WRONG_ROOT"


def test_who_gives_no_key_is_told(registry, auditor):
    with pytest.raises(InvalidInput, match="--key"):
        verify_log(auditor, None, None)


def test_a_state_file_of_something_else_is_not_overwritten(tmp_path):
    (tmp_path / "state").write_text("{}")
    with pytest.raises(InvalidInput, match="not a state file"):
        read_state(tmp_path / "state")
