"""Decisions as bytes, piece by piece: JSON lines, CSV, Parquet. The same decisions give the same bytes; memory is that of one piece."""

import csv
import importlib.util
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from registry.core.errors import InvalidInput
from registry.store.decisions import StoredDecision

COLUMNS = ("index", "leaf_hash", "id", "at", "service", "level", "matcher", "revision", "outcome", "reasons", "characters", "leaf")
NUMBERS = {"index", "revision"}
LINES = 100  # decisions of a piece of text
GROUP = 5_000  # rows of a Parquet row group


class Format(StrEnum):
    """What an export is written as."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file, and how many decisions came with them."""

    data: bytes
    rows: int


def require_format(file_format: Format) -> None:
    """Raise InvalidInput for a format that cannot be written here."""
    if file_format is Format.parquet and importlib.util.find_spec("pyarrow") is None:
        raise InvalidInput("Parquet needs the extra `parquet`: install `registry[parquet]`")


def encode(file_format: Format, decisions: Iterator[StoredDecision]) -> Iterator[Piece]:
    """Yield the file."""
    return {Format.jsonl: _jsonl, Format.csv: _csv, Format.parquet: _parquet}[file_format](decisions)


def _jsonl(decisions: Iterator[StoredDecision]) -> Iterator[Piece]:
    for some in _batched(decisions, LINES):
        rows = ({"index": one.index, "leaf_hash": one.leaf_hash.hex(), "decision": one.leaf} for one in some)
        yield Piece("".join(_canonical(row) + "\n" for row in rows).encode(), len(some))


def _csv(decisions: Iterator[StoredDecision]) -> Iterator[Piece]:
    yield Piece((",".join(COLUMNS) + "\r\n").encode(), 0)
    for some in _batched(decisions, LINES):
        out = io.StringIO()
        csv.writer(out).writerows(_row(one).values() for one in some)
        yield Piece(out.getvalue().encode(), len(some))


def _parquet(decisions: Iterator[StoredDecision]) -> Iterator[Piece]:
    """Parquet is written forwards, its index last, so that it can be streamed like the others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.int64() if name in NUMBERS else pa.string()) for name in COLUMNS])
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema) as writer:
        for some in _batched(decisions, GROUP):
            writer.write_table(pa.Table.from_pylist([_row(one) for one in some], schema=schema))
            yield Piece(sink.taken(), len(some))
    yield Piece(sink.taken(), 0)


def _batched(decisions: Iterator[StoredDecision], size: int) -> Iterator[list[StoredDecision]]:
    while some := list(islice(decisions, size)):
        yield some


class _Sink(io.RawIOBase):
    """A file that is written to and emptied in turn."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        data = b"".join(self._waiting)
        self._waiting.clear()
        return data


def _row(found: StoredDecision) -> dict[str, Any]:
    leaf = found.leaf
    return {
        "index": found.index,
        "leaf_hash": found.leaf_hash.hex(),
        **{name: leaf[name] for name in COLUMNS[2:9]},
        "reasons": " ".join(leaf["reasons"]),
        "characters": " ".join(v["character"] for v in leaf["verdicts"]),
        "leaf": _canonical(leaf),
    }


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
