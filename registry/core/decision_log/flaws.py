"""Every way in which a log, note or proof can be wrong: the stable codes of VerificationFailed, one for each reason."""

from enum import StrEnum, auto


class Flaw(StrEnum):
    """A reason code. Codes are never renamed or given another meaning: auditors' scripts and our test vectors name them."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:  # noqa: ARG004  # enum's signature
        return name

    # Malformed: text
    NOT_UTF8 = auto()
    CONTROL_CHARACTER = auto()
    NO_FINAL_NEWLINE = auto()
    EMPTY_LINE = auto()
    NOT_A_NUMBER = auto()
    NOT_BASE64 = auto()
    NOT_A_HASH = auto()
    WRONG_HEADER = auto()
    TOO_MANY_HASHES = auto()

    # Malformed: keys and notes
    NOT_A_KEY_NAME = auto()
    NOT_A_KEY = auto()
    WEAK_KEY = auto()
    WRONG_KEY_ID = auto()
    NO_SIGNATURES = auto()
    NOT_A_SIGNATURE_LINE = auto()
    TOO_MANY_SIGNATURES = auto()
    NOTE_TOO_LARGE = auto()
    NOT_A_TIME = auto()

    # Malformed: checkpoints and what carries them
    TOO_FEW_LINES = auto()
    NO_CHECKPOINT = auto()

    # Malformed: tiles
    NOT_A_TILE = auto()
    WRONG_TILE_LENGTH = auto()
    TRUNCATED = auto()
    TRAILING_BYTES = auto()
    ENTRY_TOO_LONG = auto()

    # ProofRejected
    INDEX_OUT_OF_RANGE = auto()
    SIZES_OUT_OF_ORDER = auto()
    WRONG_HASH_LENGTH = auto()
    PROOF_TOO_SHORT = auto()
    PROOF_TOO_LONG = auto()
    WRONG_ROOT = auto()
    WRONG_OLD_ROOT = auto()
    WRONG_NEW_ROOT = auto()
    WRONG_ENTRY = auto()
    WRONG_TILE = auto()

    # CheckpointRejected
    OTHER_ORIGIN = auto()
    NO_TRUSTED_SIGNATURE = auto()
    WRONG_SIGNATURE = auto()
    TOO_FEW_WITNESSES = auto()
    ROTATION_NOT_SIGNED = auto()
    OTHER_OLD_SIZE = auto()

    # LogChanged
    MISSING_ENTRY = auto()
    SURPLUS_ROW = auto()
    WRONG_HEAD = auto()
    WRONG_REVISION = auto()
    WRONG_INDEX = auto()
    WRONG_CATALOG = auto()
    WRONG_CASE = auto()
    WRONG_PROMPT = auto()
    WENT_BACK = auto()
    ANOTHER_HISTORY = auto()
