"""Exporting decisions (JSON lines, CSV, Parquet) in constant memory, with a manifest that binds the file to a signed checkpoint.

An export is settled by its filter and the size of the log it stops at: the same again gives the same bytes, later too.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from registry.core.decision_log.checkpoint import parse_checkpoint
from registry.core.decision_log.note import format_note
from registry.core.errors import InvalidInput
from registry.store.decisions import DecisionFilter, StoredDecision
from registry.usecases.access import Caller
from registry.usecases.decisions import walk_decisions
from registry.usecases.log import current_checkpoint
from registry.usecases.registry import Registry

COLUMNS = ("index", "leaf_hash", "id", "at", "service", "level", "matcher", "revision", "outcome", "reasons", "characters", "leaf")
GROUP = 5_000  # rows of a Parquet row group


class Format(StrEnum):
    """What an export is written as."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


@dataclass(frozen=True, slots=True)
class Export:
    """An export: the checkpoint it is bound to, as a note, and the log's size in it."""

    format: Format
    chosen: DecisionFilter
    size: int
    checkpoint: str


def begin_export(registry: Registry, file_format: Format, chosen: DecisionFilter, *, size: int | None = None) -> Export:
    """Bind an export to the log's head now; `size` stops it earlier. Raises InvalidInput for a size that the log does not have yet."""
    note = current_checkpoint(registry)
    newest = parse_checkpoint(note.text).size
    if size is not None and not 0 <= size <= newest:
        raise InvalidInput(f"the log has `{newest}` entries, not yet `{size}`")
    return Export(file_format, chosen, newest if size is None else size, format_note(note).decode())


def export_bytes(registry: Registry, caller: Caller, export: Export) -> Iterator[bytes]:
    """Yield the file, piece by piece. Raises InvalidInput for Parquet, which cannot be streamed: see `write_export`."""
    if export.format is Format.parquet:
        raise InvalidInput("Parquet is written to a file: use `registry decisions`, or ask for `jsonl` or `csv`")
    if export.format is Format.csv:
        yield _csv_line(COLUMNS)
    for found in walk_decisions(registry, caller, export.chosen, end=export.size):
        row = _row(found)
        yield _csv_line(row.values()) if export.format is Format.csv else _json_line(found)


def manifest_of(registry: Registry, caller: Caller, export: Export) -> dict[str, Any]:
    """Return what an export must be: its SHA-256 and the checkpoint it is bound to; makes the export once more."""
    digest = hashlib.sha256()
    rows = 0
    for piece in export_bytes(registry, caller, export):
        digest.update(piece)
        rows += 1
    return _manifest(export, digest.hexdigest(), rows - (export.format is Format.csv))


def write_export(registry: Registry, caller: Caller, export: Export, path: Path) -> dict[str, Any]:
    """Write the file, and its manifest beside it as `<file>.manifest.json`; return the manifest."""
    rows = _write_parquet(registry, caller, export, path) if export.format is Format.parquet else _write(registry, caller, export, path)
    with path.open("rb") as file:
        manifest = _manifest(export, hashlib.file_digest(file, "sha256").hexdigest(), rows)
    path.with_name(path.name + ".manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def _write(registry: Registry, caller: Caller, export: Export, path: Path) -> int:
    pieces = -1 if export.format is Format.csv else 0
    with path.open("wb") as file:
        for piece in export_bytes(registry, caller, export):
            file.write(piece)
            pieces += 1
    return pieces


def _write_parquet(registry: Registry, caller: Caller, export: Export, path: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InvalidInput("Parquet needs the extra `parquet`: install `registry[parquet]`") from error
    numbers = {"index", "revision"}
    schema = pa.schema([(name, pa.int64() if name in numbers else pa.string()) for name in COLUMNS])
    written = 0
    with pq.ParquetWriter(path, schema) as writer:
        for rows in _groups(_row(found) for found in walk_decisions(registry, caller, export.chosen, end=export.size)):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            written += len(rows)
    return written


def _groups(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


def _row(found: StoredDecision) -> dict[str, Any]:
    leaf = found.leaf
    return {
        "index": found.index,
        "leaf_hash": found.leaf_hash.hex(),
        **{name: leaf[name] for name in COLUMNS[2:9]},
        "reasons": " ".join(leaf["reasons"]),
        "characters": " ".join(v["character"] for v in leaf["verdicts"]),
        "leaf": json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    }


def _json_line(found: StoredDecision) -> bytes:
    row = {"index": found.index, "leaf_hash": found.leaf_hash.hex(), "decision": found.leaf}
    return (json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _csv_line(cells: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()


def _manifest(export: Export, digest: str, rows: int) -> dict[str, Any]:
    chosen = {k: v for k, v in asdict(export.chosen).items() if v is not None}
    shown = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in chosen.items()}
    return {
        "format": export.format.value,
        "rows": rows,
        "sha256": digest,
        "filter": shown,
        "log_size": export.size,
        "checkpoint": export.checkpoint,
    }
