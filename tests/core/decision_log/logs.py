"""Small logs for tests: entries, a hash source that counts what it is asked, and keys made from a word."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, sign_checkpoint
from registry.core.decision_log.keys import KeyType, SigningKey
from registry.core.decision_log.merkle import leaf_hash, node_hash, root_of
from registry.core.decision_log.note import cosign_note
from registry.core.decision_log.proof import Receipt
from registry.core.decision_log.prove import inclusion_proof

ORIGIN = "registry.example/log"
TIME = 1_700_000_000


def seed(word: str) -> bytes:
    return sha256(word.encode()).digest()


LOG_KEY = SigningKey(ORIGIN, KeyType.ED25519, seed("log"))
NEXT_KEY = SigningKey(ORIGIN, KeyType.ED25519, seed("next"))
WITNESS_KEY = SigningKey("witness.example/w1", KeyType.COSIGNATURE_V1, seed("witness"))
SECOND_WITNESS_KEY = SigningKey("witness.example/w2", KeyType.COSIGNATURE_V1, seed("second witness"))
KEYS = LogKeys(ORIGIN, (LOG_KEY.verifier,))
WITNESSED = LogKeys(ORIGIN, (LOG_KEY.verifier,), (WITNESS_KEY.verifier,), quorum=1)


def entries_of(count: int) -> list[bytes]:
    """Return that many entries, no two alike and of many lengths."""
    return [f"entry {number} ".encode() * (number % 5 + 1) for number in range(count)]


@dataclass
class Hashes:
    """A hash source over entries; `asked` counts the look-ups."""

    entries: list[bytes]
    asked: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        level = [leaf_hash(entry) for entry in self.entries]
        while level:
            self.levels.append(level)
            level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]

    def get(self, level: int, index: int) -> bytes:
        self.asked += 1
        return self.levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        return root_of(self.levels[0][:size]) if self.levels else root_of([])


def receipt_of(index: int, count: int, *, extra: bytes | None = None, witness: SigningKey | None = WITNESS_KEY) -> Receipt:
    """Return the receipt of one entry of the log of `entries_of(count)`, cosigned unless `witness` is None."""
    hashes = Hashes(entries_of(count))
    note = sign_checkpoint(Checkpoint(ORIGIN, count, hashes.root()), LOG_KEY)
    return Receipt(index, inclusion_proof(index, count, hashes.get), note if witness is None else cosign_note(note, witness, TIME), extra)


def code_of(call: Callable[[], object], error: type[Exception]) -> str:
    """Return the code of the error that the call raises."""
    try:
        call()
    except error as raised:
        return str(getattr(raised, "code", ""))
    raise AssertionError("nothing was raised")
