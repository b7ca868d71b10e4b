"""Receipts (C2SP tlog-proof): what a service keeps of a decision, to show later that it asked and what it was told."""

from registry.core.decision_log.note import SignedNote
from registry.core.decision_log.proof import Receipt
from registry.core.model import Role
from registry.store.tree import read_leaf
from registry.usecases.access import Caller
from registry.usecases.decisions import get_decision
from registry.usecases.log import cosigned_checkpoint, inclusion_in
from registry.usecases.registry import Registry


def make_receipt(registry: Registry, caller: Caller, decision_id: str, *, cosigned: bool = False) -> Receipt:
    """Prove that a decision stands in the log; its `extra` is the leaf, for those who may see the decision whole.

    `cosigned`: lead to the newest checkpoint that witnesses have cosigned. Raises NotFound for a decision that is not the
    caller's to see, or when no witness has cosigned; InvalidInput when the decision is newer than the witnesses' checkpoint.
    """
    found = get_decision(registry, caller, decision_id)
    signed: SignedNote | None = cosigned_checkpoint(registry) if cosigned else None
    with registry.database.read() as session:
        proof = inclusion_in(registry, session, found.index, signed)
        leaf = None if caller.organisation.role is Role.rightsholder else read_leaf(session, found.index)
    return Receipt(found.index, proof.hashes, proof.checkpoint, leaf)
