"""The log as the outside reads it (C2SP tlog-tiles): checkpoint, tiles, entries, proofs. Nothing here slows a check down."""

from collections.abc import Callable
from dataclasses import dataclass

from registry.core.decision_log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from registry.core.decision_log.entries import encode_entries
from registry.core.decision_log.keys import SigningKey, VerifierKey, format_vkey, parse_vkey
from registry.core.decision_log.note import SignedNote, parse_note
from registry.core.decision_log.prove import HashSource, consistency_proof, frontier_of, inclusion_proof
from registry.core.decision_log.tiles import TILE_HEIGHT, TILE_WIDTH, Bundle, Tile, hashes_from_tiles, parse_tile_path
from registry.core.decision_log.verify import verify_consistency, verify_inclusion
from registry.core.errors import Conflict, InvalidInput, LogUnavailable, Malformed, NotAuthenticated, NotFound, ProofRejected, Unavailable
from registry.core.model import Role
from registry.store import log_keys, tree
from registry.store.database import Session
from registry.usecases.access import Caller
from registry.usecases.registry import Registry

SUBTREES_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The log's name, its public keys (the one in use last) and the checkpoints by which each handed over to the next."""

    origin: str
    keys: tuple[VerifierKey, ...]
    rotations: tuple[SignedNote, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Hashes that prove inclusion or consistency, and the signed checkpoint that they lead to; `leaf` only for inclusion."""

    hashes: tuple[bytes, ...]
    checkpoint: SignedNote
    leaf: bytes = b""


def make_log_key(registry: Registry) -> str:
    """Make the log's key unless there is one already; return the public key as a vkey.

    Raises Conflict when the log has a key whose private half is not here: it must be copied from the other machine.
    """
    file = registry.log_key
    with registry.database.write() as session:
        known = log_keys.list_log_keys(session)
        if not known:
            key = file.read() if file.exists() else file.new_key()
            if not file.exists():
                file.write(key)
            log_keys.add_log_key(session, log_keys.StoredLogKey(0, format_vkey(key.verifier), 0, None))
            session.commit()
            return format_vkey(key.verifier)
    if not file.exists():
        raise Conflict(f"this log's key was made elsewhere: copy it to `{file.path}` (its public half is `{known[-1].vkey}`)")
    return known[-1].vkey


def public_keys(registry: Registry) -> PublicKeys:
    """Return what a reader of the log should pin. Raises Unavailable before `registry init`."""
    with registry.database.read() as session:
        return public_keys_in(session)


def public_keys_in(session: Session) -> PublicKeys:
    """Return the public keys that this session sees. Raises Unavailable before `registry init`."""
    stored = log_keys.list_log_keys(session)
    if not stored:
        raise Unavailable("this log has no key yet: run `registry init`")
    keys = tuple(parse_vkey(k.vkey) for k in stored)
    return PublicKeys(keys[-1].name, keys, tuple(parse_note(k.rotation) for k in stored if k.rotation is not None))


def current_checkpoint(registry: Registry) -> SignedNote:
    """Return the log's head, signed now. Raises Unavailable without the log's key."""
    with registry.database.read() as session:
        return sign_head(registry, session)[1]


def sign_head(registry: Registry, session: Session) -> tuple[tree.Head, SignedNote]:
    """Return the head that this session sees, and it signed."""
    key = signing_key(registry, session)
    head = tree.read_tree_head(session)
    return head, sign_checkpoint(Checkpoint(key.name, head.size, head.root), key)


def signing_key(registry: Registry, session: Session) -> SigningKey:
    """Return the private key in use. Raises Unavailable when the file here does not hold the half of the log's newest public key."""
    key = registry.log_key.read()
    known = log_keys.list_log_keys(session)
    prepared = registry.log_key.prepared()
    if known and prepared is not None and known[-1].vkey == format_vkey(prepared.verifier):  # a rotation broke off here
        registry.log_key.promote()
        key = registry.log_key.read()
    if not known or known[-1].vkey != format_vkey(key.verifier):
        raise Unavailable(
            f"the key in `{registry.log_key.path}` is not the one in use by this log: run `registry init`, or copy the new key"
        )
    return key


def cosigned_checkpoint(registry: Registry) -> SignedNote:
    """Return the newest checkpoint that witnesses have cosigned. Raises NotFound when none has."""
    with registry.database.read() as session:
        found = log_keys.find_cosigned(session)
    if found is None:
        raise NotFound("no witness has cosigned this log yet")
    return parse_note(found[1])


def read_tile(registry: Registry, caller: Caller | None, path: str) -> tuple[bytes, bool]:
    """Return what stands at a path such as `tile/0/x001/234.p/5`, and whether it can never change (a full tile).

    Hash tiles are public; entries say who asked about whom and need an auditor's or the operator's key.
    Raises NotFound, also for paths that are no tile's, NotPermitted.
    """
    try:
        place = parse_tile_path(path)
    except Malformed as error:
        raise NotFound(f"there is no `{path}`: {error.message}") from error
    if isinstance(place, Bundle):
        require_reader(caller)
    with registry.database.read() as session:
        data = _entries(session, place) if isinstance(place, Bundle) else _tile(session, place)
    if data is None:
        raise NotFound(f"the log does not reach as far as `{path}`")
    return data, place.width == TILE_WIDTH


def require_reader(caller: Caller | None) -> None:
    """Raise unless the caller may read every entry of the log."""
    if caller is None:
        raise NotAuthenticated("entries say who asked about whom: send an auditor's key as `Authorization: Bearer <key>`")
    caller.require(Role.auditor, Role.operator)


def _tile(session: Session, tile: Tile) -> bytes | None:
    reach = tree.read_tree_head(session).size >> TILE_HEIGHT * tile.level
    return tree.read_tile(session, tile) if reach >= tile.index * TILE_WIDTH + tile.width else None


def _entries(session: Session, bundle: Bundle) -> bytes | None:
    entries = tree.read_entries(session, bundle)
    return encode_entries(entries) if len(entries) == bundle.width else None


def prove_inclusion(registry: Registry, index: int) -> Proof:
    """Prove that entry `index` is in the log as it stands now. Raises InvalidInput when the log has no such entry."""
    with registry.database.read() as session:
        return inclusion_in(registry, session, index)


def inclusion_in(registry: Registry, session: Session, index: int, signed: SignedNote | None = None) -> Proof:
    """Prove inclusion in the head that this session sees, or in the older checkpoint `signed`. Raises InvalidInput."""
    note = signed or sign_head(registry, session)[1]
    head = parse_checkpoint(note.text)
    get = hash_source(session, head.size)
    hashes = inclusion_proof(index, head.size, get)
    leaf = get(0, index)
    _require_true(lambda: verify_inclusion(leaf, index, head.size, hashes, head.root))
    return Proof(hashes, note, leaf)


def prove_consistency(registry: Registry, old_size: int) -> Proof:
    """Prove that the log of `old_size` entries is the beginning of the log now. Raises InvalidInput when it never was as long."""
    with registry.database.read() as session:
        head, note = sign_head(registry, session)
        if not 0 <= old_size <= head.size:
            raise InvalidInput(f"the log has `{head.size}` entries, not yet `{old_size}`")
        get = hash_source(session, head.size)
        hashes = consistency_proof(old_size, head.size, get)
        old_root = frontier_of(old_size, get).root()
        _require_true(lambda: verify_consistency(old_size, old_root, head.size, head.root, hashes))
        return Proof(hashes, note)


def hash_source(session: Session, size: int) -> HashSource:
    """Return the hashes of the tree of `size` leaves, each tile read once."""
    return hashes_from_tiles(size, lambda tile: tree.read_tile(session, tile))


def fill_tree(registry: Registry) -> int:
    """Store the subtrees that have become full, so that a proof stays a few look-ups; return how many. Checks do not wait for it."""
    stored = 0
    while True:
        with registry.database.read() as session:
            missing = tree.missing_subtrees(session, tree.read_tree_head(session).size, limit=SUBTREES_AT_ONCE)
        if not missing:
            return stored
        with registry.database.write_aside() as session:
            tree.add_subtrees(session, missing)
            session.commit()
        stored += len(missing)


def _require_true(check: Callable[[], None]) -> None:
    """Never hand out a proof that does not hold: the database has been changed behind the log's back."""
    try:
        check()
    except ProofRejected as error:
        raise LogUnavailable("the stored log does not lead to its own root: run `registry verify`") from error
