"""Changing the log's key, and having its head cosigned by witnesses (C2SP tlog-witness)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, parse_checkpoint, sign_checkpoint, verify_checkpoint
from registry.core.decision_log.keys import VerifierKey, format_vkey
from registry.core.decision_log.note import SignedNote, format_note, parse_signatures
from registry.core.decision_log.prove import consistency_proof
from registry.core.decision_log.wire import decode_number, decode_text
from registry.core.decision_log.witness import AddCheckpoint, format_add_checkpoint
from registry.core.errors import Unavailable
from registry.store import log_keys, tree
from registry.usecases.log import current_checkpoint, hash_source, public_keys, signing_key
from registry.usecases.registry import Registry

SECONDS = 30
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its address, below which `add-checkpoint` stands, and its public key."""

    address: str
    key: VerifierKey


def rotate_log_key(registry: Registry) -> str:
    """Give the log a new key; the old key's last checkpoint is signed by both. Returns the new public key.

    The old private key stays beside the new one under its key id: destroy it when no reader needs it any more.
    A rotation that broke off is finished by whatever signs next.
    """
    with registry.database.write() as session:
        old = signing_key(registry, session)
        new = registry.log_key.new_key(old.name)
        head = tree.read_tree_head(session)
        note = sign_checkpoint(Checkpoint(old.name, head.size, head.root), old, new)
        number = log_keys.list_log_keys(session)[-1].number + 1
        registry.log_key.prepare(new)
        log_keys.add_log_key(session, log_keys.StoredLogKey(number, format_vkey(new.verifier), head.size, format_note(note)))
        session.commit()
    registry.log_key.promote()
    return format_vkey(new.verifier)


def cosign(registry: Registry, witnesses: Sequence[Witness]) -> SignedNote:
    """Have each witness cosign the log's head as it is now; return the head with all signatures, which is then served.

    Raises Unavailable when a witness cannot be reached or refuses, VerificationFailed when what it signed does not verify.
    """
    note, known = current_checkpoint(registry), public_keys(registry)
    for witness in witnesses:
        lines = _ask(registry, witness, note)
        note = SignedNote(note.text, (*note.signatures, *parse_signatures(lines)))
    verify_checkpoint(note, LogKeys(known.origin, known.keys, tuple(w.key for w in witnesses), len(witnesses)))
    with registry.database.write_aside() as session:
        log_keys.save_cosigned(session, parse_checkpoint(note.text).size, format_note(note))
        session.commit()
    return note


def _ask(registry: Registry, witness: Witness, note: SignedNote) -> str:
    """Return the witness's signature lines; when it has seen more than we think, it says how much, and is asked again."""
    old_size = 0
    for _ in range(2):
        status, body = _post(witness, format_add_checkpoint(AddCheckpoint(old_size, _proof(registry, old_size, note), note)))
        if status != CONFLICT:
            break
        old_size = decode_number(body.strip(), "the size that the witness knows")
    if status != 200:
        raise Unavailable(f"the witness {witness.key.name} does not cosign: {status} {body[:200]}")
    return body


def _proof(registry: Registry, old_size: int, note: SignedNote) -> tuple[bytes, ...]:
    size = parse_checkpoint(note.text).size
    if old_size > size:
        raise Unavailable(f"the witness has cosigned {old_size} entries, the log has {size}: it went back; see `registry verify`")
    with registry.database.read() as session:
        return consistency_proof(old_size, size, hash_source(session, size))


def _post(witness: Witness, body: bytes) -> tuple[int, str]:
    request = Request(f"{witness.address.rstrip('/')}/add-checkpoint", data=body, method="POST")  # noqa: S310  the operator's choice
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return answer.status, decode_text(answer.read(), "the witness's answer")
    except HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except (URLError, OSError) as error:
        raise Unavailable(f"the witness {witness.key.name} cannot be reached: {error}") from error
