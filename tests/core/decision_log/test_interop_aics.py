"""Another project's tools accept our tiles, proofs, notes and checkpoints, and we theirs: aics-tlog (checked with 0.2.1, Python 3.12).

Skipped without `--group interop`, and on Python 3.11, where that package does not run.
"""

import json
from base64 import b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.decision_log.checkpoint import LogKeys, verify_checkpoint
from registry.core.decision_log.entries import decode_entries, encode_entries
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import SigningKey, format_vkey, parse_vkey
from registry.core.decision_log.merkle import leaf_hash
from registry.core.decision_log.note import format_note, format_signatures, parse_note, parse_signatures
from registry.core.decision_log.prove import consistency_proof, frontier_of, inclusion_proof
from registry.core.decision_log.tiles import Bundle, format_tile_path, hashes_from_tiles, list_new_tiles, tile_bytes
from registry.core.decision_log.verify import verify_consistency, verify_inclusion
from tests.core.decision_log.logs import LOG_KEY, ORIGIN, TIME, WITNESS_KEY, Hashes, entries_of, receipt_of
from tests.vectors.make_decision_log import FOLDER

REASON = "NOT VERIFIED BY OTHERS: aics-tlog is not installed; on Python 3.12 or later: uv pip install --group interop"
aics = pytest.importorskip("aics_tlog", reason=REASON, exc_type=ImportError)

SIZE = 70_000  # three levels of tiles, the example of the specification
ENTRIES = [number.to_bytes(number % 3 + 3, "big") for number in range(SIZE)]
NOT_MALFORMED = {Flaw.WRONG_SIGNATURE, Flaw.NO_TRUSTED_SIGNATURE, Flaw.OTHER_ORIGIN, Flaw.TOO_FEW_WITNESSES}
SMALL = Hashes(entries_of(70))


@pytest.fixture(scope="module")
def log() -> Hashes:
    return Hashes(ENTRIES)


@pytest.fixture(scope="module")
def served(log: Hashes) -> dict[str, bytes]:
    """What our log serves: every tile and entry bundle by its path."""
    tiles = {format_tile_path(tile): tile_bytes(tile, log.get) for tile in list_new_tiles(0, SIZE)}
    for index in range((SIZE - 1) // 256 + 1):
        entries = ENTRIES[256 * index : 256 * (index + 1)]
        tiles[format_tile_path(Bundle(index, len(entries)))] = encode_entries(entries)
    return tiles


def vectors(name: str) -> list[dict[str, Any]]:
    return [vector for vector in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) if vector["reason"]]


def private(key: SigningKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.seed)


def test_its_audit_walks_every_tile_and_entry_we_serve_and_comes_to_our_root(log: Hashes, served: dict[str, bytes]) -> None:
    report = aics.audit_tiles(aics.MemoryTileReader(served), SIZE, log.root())
    assert (report.tiles, report.bundles) == (277, 274)


def test_its_tiles_are_ours_byte_for_byte(served: dict[str, bytes]) -> None:
    assert aics.TileWriter(ENTRIES).materialise() == served


def test_its_audit_finds_one_bit_changed_in_any_tile_or_bundle(log: Hashes, served: dict[str, bytes]) -> None:
    for path in ("tile/0/000", "tile/0/273.p/112", "tile/1/000", "tile/2/000.p/1", "tile/entries/123"):
        changed = served | {path: served[path][:-1] + bytes([served[path][-1] ^ 1])}
        with pytest.raises(aics.TileVerificationError):
            aics.audit_tiles(aics.MemoryTileReader(changed), SIZE, log.root())


def test_its_proofs_from_our_tiles_are_ours_from_its_tiles(log: Hashes, served: dict[str, bytes]) -> None:
    reader = aics.MemoryTileReader(served)
    get = hashes_from_tiles(SIZE, lambda tile: served[format_tile_path(tile)])
    for index in (0, 1, 255, 256, 65_535, 65_536, 69_999):
        assert tuple(aics.inclusion_proof_from_tiles(reader, index, SIZE)) == inclusion_proof(index, SIZE, get)
        assert tuple(aics.consistency_proof_from_tiles(reader, index + 1, SIZE)) == consistency_proof(index + 1, SIZE, get)
        assert aics.read_entry(reader, index, SIZE) == ENTRIES[index]
    assert frontier_of(SIZE, get).root() == aics.tree_root_from_tiles(reader, SIZE) == log.root()


def test_each_verifies_the_others_proofs_in_every_small_tree() -> None:
    tree = aics.MerkleTree(SMALL.entries)
    for size in range(1, 71):
        assert tree.root(size) == SMALL.root(size)
        for index in range(size):
            ours = inclusion_proof(index, size, SMALL.get)
            assert aics.verify_inclusion(leaf_hash(SMALL.entries[index]), index, size, ours, SMALL.root(size))
            verify_inclusion(SMALL.levels[0][index], index, size, tree.inclusion_proof(index, size), tree.root(size))
        for old in range(size + 1):
            ours = consistency_proof(old, size, SMALL.get)
            assert aics.verify_consistency(old, size, SMALL.root(old), SMALL.root(size), ours)
            verify_consistency(old, tree.root(old), size, tree.root(size), tree.consistency_proof(old, size))


def test_it_refuses_the_proofs_that_must_fail() -> None:
    for given in (vector["input"] for vector in vectors("inclusion")):
        leaf, root, proof = b64decode(given["leaf_hash"]), b64decode(given["root"]), [b64decode(value) for value in given["proof"]]
        assert not aics.verify_inclusion(leaf, given["index"], given["size"], proof, root)
    for given in (vector["input"] for vector in vectors("consistency")):
        old, new, proof = b64decode(given["old_root"]), b64decode(given["new_root"]), [b64decode(value) for value in given["proof"]]
        assert not aics.verify_consistency(given["old_size"], given["new_size"], old, new, proof)


def test_it_accepts_our_cosigned_checkpoints() -> None:
    receipt = receipt_of(5, 7)
    log, witness = (aics.parse_vkey(format_vkey(key.verifier)) for key in (LOG_KEY, WITNESS_KEY))
    result = aics.verify_checkpoint(aics.parse_note(format_note(receipt.note)), log, [witness], quorum=1, expected_origin=ORIGIN)
    assert (result.ok, result.size, result.root) == (True, 7, receipt.checkpoint.root), result.error
    assert result.timestamps == {WITNESS_KEY.name: TIME}


def test_its_keys_and_signatures_are_ours_byte_for_byte() -> None:
    receipt = receipt_of(5, 7)
    head = aics.Checkpoint(ORIGIN, 7, receipt.checkpoint.root)
    note = aics.sign_checkpoint(head, private(LOG_KEY), ORIGIN)
    _, cosignature = aics.sign_cosignature(private(WITNESS_KEY), WITNESS_KEY.name, TIME, ORIGIN, 7, head.root)
    cosigned = aics.Note(text=note.text, signatures=(*note.signatures, cosignature)).to_bytes()
    assert cosigned == format_note(receipt.note)
    vkey = aics.format_vkey(aics.vkey_from_ed25519(ORIGIN, private(LOG_KEY).public_key()))
    witness_vkey = aics.format_vkey(aics.cosignature_vkey(WITNESS_KEY.name, private(WITNESS_KEY).public_key()))
    assert (vkey, witness_vkey) == (format_vkey(LOG_KEY.verifier), format_vkey(WITNESS_KEY.verifier))
    verify_checkpoint(parse_note(cosigned), LogKeys(ORIGIN, (parse_vkey(vkey),), (parse_vkey(witness_vkey),), quorum=1))
    assert format_signatures(parse_signatures(format_signatures(receipt.note.signatures))).encode() in cosigned


def test_it_refuses_the_checkpoints_that_are_well_formed_and_must_fail() -> None:
    """Malformed ones are left out: it is laxer there, and takes sizes beyond 2**63 and notes without their last newline."""
    log, witness = (aics.parse_vkey(format_vkey(key.verifier)) for key in (LOG_KEY, WITNESS_KEY))
    refused = [vector for vector in vectors("checkpoint") if vector["reason"] in NOT_MALFORMED]
    assert len(refused) > 30
    for given in (vector["input"] for vector in refused):
        note = aics.parse_note(b64decode(given["checkpoint"]))
        assert not aics.verify_checkpoint(note, log, [witness], quorum=1, expected_origin=ORIGIN).ok


def test_each_reads_the_others_entry_bundles() -> None:
    entries = ENTRIES[:256]
    assert tuple(aics.tiles.parse_entry_bundle(encode_entries(entries))) == tuple(entries)
    assert decode_entries(aics.tiles.build_entry_bundle(entries), 256) == tuple(entries)
