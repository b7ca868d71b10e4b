"""The log's key changes, witnesses cosign: readers follow by themselves, and only where the old key vouches."""

import stat

import pytest

from registry.core.decision_log.checkpoint import LogKeys, verify_checkpoint
from registry.core.decision_log.keys import KeyType, SigningKey, parse_vkey
from registry.core.decision_log.note import parse_note
from registry.core.decision_log.proof import parse_receipt, verify_receipt
from registry.core.errors import NotFound, Unavailable, VerificationFailed
from registry.store.log import LeafDraft
from registry.usecases.log import current_checkpoint, make_log_key, public_keys
from registry.usecases.log_key import LogKeyFile
from registry.usecases.rotation import Witness, cosign, rotate_log_key
from registry.usecases.verify import copy_log, folder_reader, verify_log
from registry.usecases.verify_database import verify_database
from tests.store.leaves import append
from tests.usecases.witness_server import running_witness

WITNESS_KEY = SigningKey("witness.example/w1", KeyType.COSIGNATURE_V1, b"w" * 32)


@pytest.fixture
def first_keys(registry):
    known = public_keys(registry)
    return LogKeys(known.origin, known.keys)


def reader(http):
    def read(path):
        answer = http("GET", f"/log/{path}", "auditor")
        if answer.status_code != 200:
            raise NotFound(answer.text)
        return answer.content

    return read


def test_readers_follow_a_change_of_key_by_themselves(registry, http, first_keys):
    append(registry, [LeafDraft("note", b'{"type":"note"}')])
    seen = verify_log(reader(http), first_keys, None).seen
    second, third = rotate_log_key(registry), rotate_log_key(registry)
    append(registry, [LeafDraft("note", b'{"type":"note"}')])
    verified = verify_log(reader(http), None, seen)
    assert "the old key vouches for the new one" in verified.words[0]
    assert verified.seen.keys[1:] == (parse_vkey(second), parse_vkey(third))
    assert len(verify_log(reader(http), LogKeys(first_keys.origin, (parse_vkey(third),)), None).words) == 2
    known = public_keys(registry)
    verify_database(registry, known.origin, known.keys)


def test_a_key_that_nobody_vouches_for_is_not_followed(registry, http, first_keys, tmp_path):
    rotate_log_key(registry)
    copy_log(reader(http), tmp_path / "copy", with_entries=False)
    keys = tmp_path / "copy/keys"
    keys.write_text(keys.read_text().replace('"rotations":[', '"rotations":[],"was":['))
    with pytest.raises(VerificationFailed) as found:
        verify_log(folder_reader(tmp_path / "copy"), first_keys, None)
    assert found.value.code == "NO_TRUSTED_SIGNATURE"


def test_the_old_key_is_kept_for_its_owner_alone_and_a_broken_off_change_is_finished(registry, monkeypatch):
    old = registry.log_key.read()
    monkeypatch.setattr(LogKeyFile, "promote", lambda _self: None)
    new = rotate_log_key(registry)
    assert registry.log_key.read() == old
    monkeypatch.undo()
    assert make_log_key(registry) == new
    assert verify_checkpoint(current_checkpoint(registry), LogKeys(old.name, (parse_vkey(new),)))
    kept = registry.log_key.path.with_name(f"log.key.{old.verifier.key_id.hex()}")
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE(registry.log_key.path.stat().st_mode) == 0o600


def test_a_witness_cosigns_what_continues_what_it_saw(registry, http, first_keys):
    decision = http.check("a chair")["decision_id"]
    path = f"/v1/decisions/{decision}/receipt"
    assert http("GET", path, "service", params={"cosigned": True}).status_code == 404
    witnessed = LogKeys(first_keys.origin, first_keys.log, (WITNESS_KEY.verifier,), quorum=1)
    with running_witness(WITNESS_KEY, first_keys) as address:
        witness = Witness(address, WITNESS_KEY.verifier)
        for _ in range(3):
            cosign(registry, [witness])
            head = verify_checkpoint(parse_note(http("GET", "/log/checkpoint/cosigned").content), witnessed).checkpoint
            append(registry, [LeafDraft("note", b'{"type":"note"}')] * 5)
        assert head.size == current_size(registry) - 5
    receipt = parse_receipt(http("GET", path, "service", params={"cosigned": True}).content)
    assert any("witness.example/w1 has cosigned" in words for words in verify_receipt(receipt, receipt.extra, witnessed).words)
    later = http.check("a table")["decision_id"]
    assert http("GET", f"/v1/decisions/{later}/receipt", "service", params={"cosigned": True}).status_code == 422


def current_size(registry):
    return int(current_checkpoint(registry).text.split("\n")[1])


def test_a_witness_that_trusts_another_key_or_is_gone_is_named(registry, first_keys):
    other = LogKeys(first_keys.origin, (SigningKey(first_keys.origin, KeyType.ED25519, b"x" * 32).verifier,))
    with running_witness(WITNESS_KEY, other) as address, pytest.raises(Unavailable, match=r"witness\.example/w1 does not cosign: 403"):
        cosign(registry, [Witness(address, WITNESS_KEY.verifier)])
    with pytest.raises(Unavailable, match="cannot be reached"):
        cosign(registry, [Witness(address, WITNESS_KEY.verifier)])


def test_a_witness_signature_that_is_not_its_own_is_refused(registry, first_keys):
    other = SigningKey(WITNESS_KEY.name, KeyType.COSIGNATURE_V1, b"o" * 32)
    with running_witness(other, first_keys) as address, pytest.raises(VerificationFailed):
        cosign(registry, [Witness(address, WITNESS_KEY.verifier)])
