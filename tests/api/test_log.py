"""The log over HTTP, as a reader who trusts nobody: tiles, entries, proofs and receipts lead to the signed head."""

import json
from base64 import b64decode

import pytest

from registry.core.decision_log.audit import verified_entries, verified_tiles
from registry.core.decision_log.checkpoint import LogKeys, verify_checkpoint
from registry.core.decision_log.keys import parse_vkey
from registry.core.decision_log.note import parse_note
from registry.core.decision_log.proof import parse_receipt, verify_receipt
from registry.core.decision_log.tiles import format_tile_path
from registry.core.decision_log.verify import verify_consistency, verify_inclusion
from registry.store.log import LeafDraft
from registry.usecases.log import fill_tree
from tests.store.leaves import append

CHARACTER = {"ref": "p", "name": "Pikachu", "policy": {"usage": "prohibited"}}


@pytest.fixture
def log_keys(http):
    shown = http("GET", "/log/keys").json()
    return LogKeys(shown["origin"], tuple(parse_vkey(key) for key in shown["keys"]))


def read(http, path, role=None):
    answer = http("GET", f"/log/{path}", role)
    assert answer.status_code == 200, answer.text
    return answer.content


def head(http, log_keys):
    return verify_checkpoint(parse_note(read(http, "checkpoint")), log_keys).checkpoint


@pytest.mark.parametrize("is_filled", [False, True])
def test_a_reader_walks_the_tiles_to_every_entry(registry, http, log_keys, is_filled):
    append(registry, [LeafDraft("note", b'{"n":%d}' % n) for n in range(600)])
    if is_filled:
        fill_tree(registry)
    seen = head(http, log_keys)
    tiles = verified_tiles(seen.size, seen.root, lambda tile: read(http, format_tile_path(tile)))
    entries = dict(verified_entries(seen.size, tiles, lambda bundle: read(http, format_tile_path(bundle), "auditor")))
    assert len(entries) == seen.size
    assert entries[seen.size - 1] == b'{"n":599}'


def test_full_tiles_may_be_kept_for_ever_the_head_may_not(registry, http):
    append(registry, [LeafDraft("note", b"%d" % n) for n in range(300)])
    assert "immutable" in http("GET", "/log/tile/0/000").headers["cache-control"]
    assert http("GET", "/log/tile/0/001.p/3").headers["cache-control"] == "no-store"
    assert http("GET", "/log/checkpoint").headers["cache-control"] == "no-store"
    assert "immutable" not in http("GET", "/log/tile/entries/000", "auditor").headers["cache-control"]


@pytest.mark.parametrize("path", ["0/9", "0/000", "0/000.p/99", "1/000", "99/000", "x/000", "entries/000", "0/000.p/0", "0/000.p/256"])
def test_what_the_log_does_not_have_is_not_found(http, path):
    answer = http("GET", f"/log/tile/{path}", "auditor")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:character-registry:problem:not-found")


def test_hash_tiles_are_for_anyone_whatever_key_they_send(registry, http):
    append(registry, [LeafDraft("note", b"%d" % n) for n in range(300)])
    assert [http("GET", "/log/tile/0/000", role).status_code for role in (None, "service", "auditor")] == [200, 200, 200]


def test_entries_are_for_auditors_and_the_operator(http):
    path = "/log/tile/entries/000.p/1"
    assert {role: http("GET", path, role).status_code for role in (None, "service", "rightsholder", "auditor", "operator")} == {
        None: 401,
        "service": 403,
        "rightsholder": 403,
        "auditor": 200,
        "operator": 200,
    }


def test_proofs_over_http_verify(registry, http, log_keys):
    append(registry, [LeafDraft("note", b"%d" % n) for n in range(300)])
    before = head(http, log_keys)
    append(registry, [LeafDraft("note", b"more %d" % n) for n in range(400)])
    for index in (0, 1, 255, 256, 511, 700):
        shown = http("GET", "/log/proof/inclusion", params={"index": index}).json()
        now = verify_checkpoint(parse_note(shown["checkpoint"].encode()), log_keys).checkpoint
        verify_inclusion(b64decode(shown["leaf_hash"]), index, now.size, [b64decode(h) for h in shown["hashes"]], now.root)
    shown = http("GET", "/log/proof/consistency", params={"old": before.size}).json()
    now = verify_checkpoint(parse_note(shown["checkpoint"].encode()), log_keys).checkpoint
    verify_consistency(before.size, before.root, now.size, now.root, [b64decode(h) for h in shown["hashes"]])
    assert http("GET", "/log/proof/inclusion", params={"index": now.size}).status_code == 422
    assert http("GET", "/log/proof/consistency", params={"old": now.size + 1}).status_code == 422


def test_a_receipt_proves_the_decision_offline(http, log_keys):
    http("POST", "/v1/characters", "rightsholder", json=CHARACTER)
    decision = http.check("Pikachu in the rain")
    path = f"/v1/decisions/{decision['decision_id']}/receipt"
    for role in ("service", "auditor", "operator"):
        receipt = parse_receipt(http("GET", path, role).content)
        assert verify_receipt(receipt, receipt.extra, log_keys).index == decision["receipt"]["index"]
        assert json.loads(receipt.extra)["id"] == decision["decision_id"]
    assert parse_receipt(http("GET", path, "rightsholder").content).extra is None
    assert http("GET", path).status_code == 401
    assert http("GET", "/v1/decisions/dec_0/receipt", "service").status_code == 404


def test_a_log_that_was_changed_behind_its_back_gives_no_proof(registry, http):
    decision = http.check("a chair")
    with registry.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE leaf SET hash = (SELECT root FROM tree_head) WHERE log_index = {decision['receipt']['index']}")
    answer = http("GET", f"/v1/decisions/{decision['decision_id']}/receipt", "service")
    assert (answer.status_code, "registry verify" in answer.json()["detail"]) == (503, True)


def test_without_the_key_there_is_no_checkpoint_but_checks_go_on(registry, http):
    registry.log_key.path.unlink()
    assert http("GET", "/log/checkpoint").status_code == 503
    assert http.check("a chair")["outcome"] == "allowed"
