"""The small pieces that all C2SP text formats share: lines, whole numbers, strict base64, SHA-256 hashes.

Decoding is strict, so that every value has exactly one text and `format(parse(text)) == text` holds for every text accepted.
`what` names the thing read, for the message.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.merkle import HASH_SIZE
from registry.core.errors import Malformed

MAX_NUMBER = 2**63 - 1
MAX_PROOF_HASHES = 63  # the height of a tree of 2**63 leaves; also the limit of tlog-witness

_NUMBER = re.compile("0|[1-9][0-9]{0,18}")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


def check_text(text: str, what: str) -> None:
    """Raise Malformed unless `text` can be UTF-8 and holds no ASCII control character but newline."""
    if found := _CONTROL.search(text):
        raise Malformed(f"{what} holds the control character U+{ord(found.group()):04X}", code=Flaw.CONTROL_CHARACTER)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Malformed(f"{what} holds a lone surrogate, which no UTF-8 can carry", code=Flaw.NOT_UTF8)


def check_line(text: str, what: str) -> None:
    """Raise Malformed unless `text` is one line that is not empty."""
    check_text(text, what)
    if not text or "\n" in text:
        raise Malformed(f"{what} must be one line that is not empty", code=Flaw.EMPTY_LINE)


def check_hash(value: bytes, what: str) -> None:
    """Raise Malformed unless `value` has the length of a SHA-256 hash."""
    if len(value) != HASH_SIZE:
        raise Malformed(f"{what} is {len(value)} bytes long, not {HASH_SIZE}", code=Flaw.NOT_A_HASH)


def check_number(value: int, what: str) -> None:
    """Raise Malformed unless 0 <= value < 2**63."""
    if not 0 <= value <= MAX_NUMBER:
        raise Malformed(f"{what} `{value}` is not between 0 and 2**63 - 1", code=Flaw.NOT_A_NUMBER)


def check_proof(hashes: tuple[bytes, ...], what: str) -> None:
    """Raise Malformed unless these are at most 63 SHA-256 hashes."""
    if len(hashes) > MAX_PROOF_HASHES:
        raise Malformed(f"{what} has {len(hashes)} hashes, more than {MAX_PROOF_HASHES}", code=Flaw.TOO_MANY_HASHES)
    for value in hashes:
        check_hash(value, f"a hash of {what}")


def decode_text(data: bytes, what: str) -> str:
    """Return `data` as text. Raises Malformed unless it is UTF-8 without control characters."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"{what} is not UTF-8: byte {error.start}", code=Flaw.NOT_UTF8) from error
    check_text(text, what)
    return text


def split_lines(text: str, what: str) -> list[str]:
    """Return the lines of `text`, each of which must end in a newline."""
    if not text.endswith("\n"):
        raise Malformed(f"{what} does not end in a newline; it may be cut off", code=Flaw.NO_FINAL_NEWLINE)
    return text[:-1].split("\n")


def decode_number(text: str, what: str) -> int:
    """Return the whole number below 2**63 that `text` writes in ASCII digits without leading zeros."""
    if not _NUMBER.fullmatch(text):
        raise Malformed(f"{what} `{text[:40]}` is not a decimal number without leading zeros", code=Flaw.NOT_A_NUMBER)
    value = int(text)
    check_number(value, what)
    return value


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding, RFC 4648 section 4."""
    return b64encode(data).decode()


def decode_base64(text: str, what: str) -> bytes:
    """Undo `encode_base64`; other alphabets, missing padding and stray bits in the last letter are refused."""
    try:
        data = b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise Malformed(f"{what} is not base64", code=Flaw.NOT_BASE64) from error
    if encode_base64(data) != text:
        raise Malformed(f"{what} is base64 with stray bits or padding", code=Flaw.NOT_BASE64)
    return data


def decode_hash(text: str, what: str) -> bytes:
    """Return the SHA-256 hash that `text` writes in base64."""
    value = decode_base64(text, what)
    check_hash(value, what)
    return value


def decode_proof(lines: list[str], what: str) -> tuple[bytes, ...]:
    """Return the hashes of a Merkle proof, one base64 line each; `check_proof` bounds how many."""
    return tuple(decode_hash(line, f"hash {number} of {what}") for number, line in enumerate(lines))


def encode_proof(hashes: tuple[bytes, ...]) -> str:
    """Undo `decode_proof`: one base64 line for each hash, each ending in a newline."""
    return "".join(f"{encode_base64(value)}\n" for value in hashes)
