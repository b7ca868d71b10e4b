"""A compiled segment as bytes and back, so that a process need not compile what another has compiled before.

Layout: magic, SHA-256 of all that follows, length of a JSON header, header, parts one after another. The header has the
key (what the bytes were compiled from and by: others are refused) and the length of each part. Numbers are little-endian.
Nothing is read before the checksum holds; it guards against damage, not against who may write the file.
"""

import json
import sys
from array import array
from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import accumulate, pairwise

from daachorse import CharwiseDoubleArrayAhoCorasick

from registry.core.errors import InvalidInput
from registry.core.matching.segment import Owners, Segment, Texts, members_of
from registry.core.matching.typos import TypoIndex
from registry.core.model import Character, Work

MAGIC = b"LEXICON2"
_CHECKSUM = 32


def segment_to_bytes(segment: Segment, key: Mapping[str, str | int]) -> bytes:
    """Write a segment that speaks of everything; `key` says what it was compiled from."""
    owners, typos = segment.owners, segment.typos
    parts = [
        segment.automaton.serialize(),
        segment.tails.data,
        _packed(segment.tails.ends),
        _packed(segment.heads),
        _packed(segment.first),
        _packed(segment.refs),
        _packed(segment.best),
        segment.texts.data,
        _packed(segment.texts.ends),
        _packed(owners.entries),
        owners.ids.data,
        _packed(owners.ids.ends),
        _packed(owners.works),
        owners.work_ids.data,
        _packed(owners.work_ids.ends),
        _packed(segment.base),
        segment.modes,
        _packed(typos.rows),
        typos.bits,
        _packed(typos.names),
        _packed(typos.ends),
        typos.keys.encode(),
    ]
    header = json.dumps({"key": dict(key), "parts": [len(part) for part in parts]}).encode()
    body = b"".join([len(header).to_bytes(4, "little"), header, *parts])
    return b"".join([MAGIC, sha256(body).digest(), body])


def read_key(data: bytes) -> dict[str, str | int]:
    """Return the key. Raises InvalidInput for what is not such a file, or not whole."""
    key: dict[str, str | int] = _header(data)[0]["key"]
    return key


def segment_from_bytes(
    data: bytes, characters: Mapping[str, Character], works: Mapping[str, Work], members: Iterable[tuple[str, str | None]]
) -> Segment:
    """Read a segment. `characters` and `works` are the active entries it was compiled from, `members` (character, work) ids.

    Raises InvalidInput for what is not such a file, or not whole.
    """
    header, start = _header(data)
    view = memoryview(data)
    bounds = list(accumulate(header["parts"], initial=start))
    parts = iter([view[first:last] for first, last in pairwise(bounds)])

    def numbers(kind: str) -> array:  # type: ignore[type-arg]
        return _unpacked(kind, next(parts))

    def texts() -> Texts:
        return Texts(bytes(next(parts)), numbers("I"))

    try:
        automaton = CharwiseDoubleArrayAhoCorasick.deserialize(bytes(next(parts)))
    except ValueError:
        raise InvalidInput("the compiled names are of another version of the automaton") from None
    return Segment(
        automaton=automaton,
        tails=texts(),
        heads=numbers("I"),
        first=numbers("I"),
        refs=numbers("I"),
        best=numbers("h"),
        texts=texts(),
        owners=Owners(numbers("I"), texts(), numbers("I"), texts()),
        base=numbers("h"),
        modes=bytes(next(parts)),
        typos=TypoIndex(numbers("Q"), bytes(next(parts)), numbers("I"), numbers("I"), bytes(next(parts)).decode()),
        changed=None,
        characters=characters,
        works=works,
        members=members_of(members),
    )


def _header(data: bytes) -> tuple[dict, int]:  # type: ignore[type-arg]
    body = len(MAGIC) + _CHECKSUM
    if not data.startswith(MAGIC) or sha256(memoryview(data)[body:]).digest() != data[len(MAGIC) : body]:
        raise InvalidInput("not a file of compiled names, or not whole")
    end = body + 4 + int.from_bytes(data[body : body + 4], "little")
    return json.loads(data[body + 4 : end]), end


def _packed(numbers: array) -> bytes:  # type: ignore[type-arg]
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(kind: str, data: memoryview) -> array:  # type: ignore[type-arg]
    numbers = array(kind)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
