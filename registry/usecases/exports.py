"""Exporting decisions (JSON lines, CSV, Parquet) in constant memory, with a manifest that binds the file to a signed checkpoint.

An export is settled by its filter and the size of the log it stops at: the same again gives the same bytes, later too.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from registry.core.decision_log.checkpoint import parse_checkpoint
from registry.core.decision_log.note import format_note
from registry.core.errors import InvalidInput
from registry.store.decisions import DecisionFilter
from registry.usecases.access import Caller
from registry.usecases.decisions import walk_decisions
from registry.usecases.export_formats import Format, Piece, encode, require_format
from registry.usecases.log import current_checkpoint
from registry.usecases.registry import Registry


@dataclass(frozen=True, slots=True)
class Export:
    """An export: the checkpoint it is bound to, as a note, and the log's size in it."""

    format: Format
    chosen: DecisionFilter
    size: int
    checkpoint: str


def begin_export(registry: Registry, file_format: Format, chosen: DecisionFilter, *, size: int | None = None) -> Export:
    """Bind an export to the log's head now; `size` stops it earlier.

    Raises InvalidInput for a size that the log does not have yet, and for Parquet where its library is not installed.
    """
    require_format(file_format)
    note = current_checkpoint(registry)
    newest = parse_checkpoint(note.text).size
    if size is not None and not 0 <= size <= newest:
        raise InvalidInput(f"the log has `{newest}` entries, not yet `{size}`")
    return Export(file_format, chosen, newest if size is None else size, format_note(note).decode())


def export_pieces(registry: Registry, caller: Caller, export: Export) -> Iterator[Piece]:
    """Yield the file, piece by piece, oldest decision first."""
    return encode(export.format, walk_decisions(registry, caller, export.chosen, end=export.size))


def manifest_of(registry: Registry, caller: Caller, export: Export) -> dict[str, Any]:
    """Return what an export must be: its rows, its SHA-256 and the checkpoint it is bound to; makes the export once more."""
    digest, rows = hashlib.sha256(), 0
    for piece in export_pieces(registry, caller, export):
        digest.update(piece.data)
        rows += piece.rows
    return _manifest(export, digest.hexdigest(), rows)


def write_export(registry: Registry, caller: Caller, export: Export, path: Path) -> dict[str, Any]:
    """Write the file, and its manifest beside it as `<file>.manifest.json`; return the manifest."""
    digest, rows = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in export_pieces(registry, caller, export):
            file.write(piece.data)
            digest.update(piece.data)
            rows += piece.rows
    manifest = _manifest(export, digest.hexdigest(), rows)
    path.with_name(path.name + ".manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


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
