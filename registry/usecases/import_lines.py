"""Reading import files: the JSON lines of DESIGN section 7, and CSV as a spreadsheet writes it, to drafts with line numbers.

A field that a line leaves out stays as it is registered; so a file without policies never loosens anything.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ConfigDict, ValidationError

from registry.core.errors import FieldError, InvalidImport
from registry.core.model import CharacterDraft, RefText, WorkDraft

MAX_ERRORS = 1_000
CSV_COLUMNS = ("type", "ref", "name", "work", "aliases", "usage")


class WorkLine(WorkDraft):
    """A line that registers a work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["work"]
    ref: RefText


class CharacterLine(CharacterDraft):
    """A line that registers a character; `work` is the ref of a work in the file or registered before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["character"]
    ref: RefText


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One line of a file: where it stands, what it says, and which fields it says at all."""

    number: int
    draft: WorkLine | CharacterLine


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file that could be read whole. `warnings` are lines that were taken, but may not be meant so."""

    works: tuple[ImportLine, ...]
    characters: tuple[ImportLine, ...]
    warnings: tuple[FieldError, ...]

    @property
    def count(self) -> int:
        """How many entries the file names."""
        return len(self.works) + len(self.characters)


def read_import(data: bytes, file_format: Literal["jsonl", "csv"]) -> ImportFile:
    """Read a file. Raises InvalidImport with every bad line (the first 1,000), numbered as an editor does."""
    rows = _csv_rows(data) if file_format == "csv" else _json_rows(data)
    lines: list[ImportLine] = []
    errors: list[FieldError] = []
    for number, row in rows:
        try:
            lines.append(ImportLine(number, _draft(row)))
        except (ValueError, TypeError) as error:
            errors.append(FieldError(f"line {number}", _reason(error)))
            if len(errors) >= MAX_ERRORS:
                break
    works, warnings = _merged_works([line for line in lines if isinstance(line.draft, WorkLine)])
    characters = [line for line in lines if isinstance(line.draft, CharacterLine)]
    errors.extend(_repeated(characters))
    if errors:
        errors.sort(key=lambda e: int(e.field.removeprefix("line ")))
        raise InvalidImport(f"{len(errors)} lines cannot be imported; nothing was", fields=tuple(errors))
    return ImportFile(tuple(works), tuple(characters), tuple(warnings))


def _draft(row: Any) -> WorkLine | CharacterLine:
    if isinstance(row, Exception):
        raise row
    if not isinstance(row, dict):
        raise TypeError("a line is one JSON object")
    match row.get("type"):
        case "work":
            return WorkLine.model_validate(row)
        case "character":
            return CharacterLine.model_validate(row)
        case other:
            raise ValueError(f"`type` is `{other}`; it must be `work` or `character`")


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors(include_input=False))
    return str(error)


def _merged_works(lines: list[ImportLine]) -> tuple[list[ImportLine], list[FieldError]]:
    """Lines of the same work add up, as in a spreadsheet that repeats the work in every row: the first title stays."""
    merged: dict[str, ImportLine] = {}
    warnings = []
    for line in lines:
        assert isinstance(line.draft, WorkLine)  # noqa: S101  the caller chose them
        first = merged.setdefault(line.draft.ref, line)
        if first is not line:
            warnings.append(
                FieldError(f"line {line.number}", f"work `{line.draft.ref}` stands on line {first.number} too: titles were added to it")
            )
            merged[line.draft.ref] = ImportLine(first.number, _sum_of(first.draft, line.draft))
    return list(merged.values()), warnings


def _sum_of(first: Any, second: WorkLine) -> WorkLine:
    titles = {t.text: t for t in (*second.titles, *first.titles)}
    extra = [{"text": second.title}] if second.title not in titles else []
    fields = {name: getattr(first, name) for name in first.model_fields_set}
    kept = [t for text, t in titles.items() if text != first.title]
    policy = {} if first.policy or not second.policy else {"policy": second.policy}
    return WorkLine.model_validate({**fields, **policy, "titles": [*first.titles, *(t for t in kept if t not in first.titles), *extra]})


def _repeated(lines: list[ImportLine]) -> Iterator[FieldError]:
    seen: dict[str, int] = {}
    for line in lines:
        ref = str(line.draft.ref)
        first = seen.setdefault(ref, line.number)
        if first != line.number:
            yield FieldError(f"line {line.number}", f"character `{ref}` stands on line {first} already")


def _json_rows(data: bytes) -> Iterator[tuple[int, Any]]:
    for number, raw in enumerate(data.split(b"\n"), 1):
        text = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if text.strip():
            try:
                yield number, json.loads(text)
            except (ValueError, RecursionError) as error:
                yield number, ValueError(f"not JSON: {getattr(error, 'msg', 'not UTF-8 text, or nested too deeply')}")


def _csv_rows(data: bytes) -> Iterator[tuple[int, Any]]:
    """Rows of a spreadsheet: UTF-8 with or without a mark, or UTF-16; comma, semicolon or tab, as the heading shows."""
    try:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidImport("the file is not UTF-8 text", fields=(FieldError("line 1", "save it as `CSV UTF-8`"),)) from error
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    if unknown := [name for name in reader.fieldnames if name not in CSV_COLUMNS]:
        message = f"unknown column `{unknown[0]}`; known are {', '.join(CSV_COLUMNS)}"
        raise InvalidImport("the heading cannot be read", fields=(FieldError("line 1", message),))
    try:
        for row in reader:
            if any(value and value.strip() for value in row.values() if isinstance(value, str)):
                yield reader.line_num, _from_cells(row)
    except csv.Error as error:
        yield reader.line_num, ValueError(f"not CSV: {error}")


def _from_cells(row: dict[str | Any, Any]) -> Any:
    """One row: a work has its title in `name`; aliases stand in one cell, one a line or between bars, `ja:ルフィ` with a language."""
    if None in row:
        return ValueError("more cells than the heading has columns; put quotes around text that holds the separator")
    cells = {name: value.strip() for name, value in row.items() if value and value.strip()}
    kind = cells.pop("type", "character")
    texts = [_with_language(part) for part in cells.pop("aliases", "").replace("\n", "|").split("|") if part.strip()]
    usage = cells.pop("usage", None)
    fields: dict[str, Any] = {"type": kind, **cells}
    if kind == "work":
        fields["title"] = fields.pop("name", None)
    if texts:
        fields["titles" if kind == "work" else "aliases"] = texts
    if usage:
        fields["policy"] = {"usage": usage.lower()}
    return fields


def _with_language(part: str) -> dict[str, str]:
    lang, colon, text = part.strip().partition(":")
    is_tagged = (
        bool(colon) and 2 <= len(lang.split("-")[0]) <= 3 and lang.replace("-", "").isalnum() and lang.isascii() and lang[0].islower()
    )
    return {"text": text.strip(), "lang": lang} if is_tagged else {"text": part.strip()}
