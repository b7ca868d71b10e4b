"""The command line of decisions: decide again, export, erase prompts that are due. Mounted by `cli`."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from registry.cli_log import err, opened, out, progress_bar
from registry.core.errors import InvalidInput
from registry.core.model import Level, Outcome
from registry.store.decisions import DecisionFilter
from registry.usecases.export_formats import Format
from registry.usecases.exports import begin_export, write_export
from registry.usecases.init import local_caller
from registry.usecases.prompts import erase_due_prompts
from registry.usecases.replay import Replay, Replayed, choose_decisions, find_index, replay_many

SHOWN = 20
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]


def replay(
    decision: Annotated[str | None, typer.Argument(help="A decision's id; nothing: all of them.")] = None,
    *,
    first: Annotated[int, typer.Option("--from", help="First index of the log.", min=0)] = 0,
    end: Annotated[int | None, typer.Option("--to", help="Index behind the last.", min=0)] = None,
    sample: Annotated[int | None, typer.Option(help="So many of them, chosen at random.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Another number chooses another sample.")] = 0,
    processes: Annotated[int, typer.Option(help="How many share the work.", min=1)] = os.cpu_count() or 1,
) -> None:
    """Decide again with the catalog rebuilt from the log, and compare the bytes; fail when something else comes out.

    Example: `registry replay --sample 1000`, `registry replay dec_0123`
    """
    with opened() as running, progress_bar() as bar:
        task = bar.add_task("replaying", total=None)
        indices = (
            [find_index(running, decision)]
            if decision
            else choose_decisions(running.database, first=first, end=end, sample=sample, seed=seed)
        )
        told: Counter[Replay] = Counter()
        wrong: list[Replayed] = []
        done = replay_many(
            running.database, indices, processes=processes, progress=lambda n, total: bar.update(task, completed=n, total=total)
        )
        for one in done:
            told[one.result] += 1
            if one.result is Replay.different:
                wrong.append(one)
            if decision:
                err.print("; ".join(one.words), highlight=False)
    out.print(f"{len(indices)} decisions: {told[Replay.same]} the same, byte for byte, from their prompts; ", end="")
    out.print(f"{told[Replay.same_without_prompt]} the same in all but the matching, their prompts not kept; ", end="")
    out.print(f"{told[Replay.incomparable]} not comparable; {len(wrong)} different")
    for one in wrong[:SHOWN]:
        err.print(f"[red]different:[/red] entry {one.index}, {one.decision}: {one.words[-1]}", highlight=False)
    if wrong:
        raise typer.Exit(1)


def decisions_command(
    file: Annotated[Path, typer.Argument(help="Where to write: `.jsonl`, `.csv` or `.parquet`.")],
    *,
    as_of: Annotated[str, typer.Option("--as", help="Ref of the auditor or operator who reads.")] = "auditor",
    outcome: Annotated[Outcome | None, typer.Option(help="Only decisions with this outcome.")] = None,
    service: Annotated[str | None, typer.Option(help="Only those that this service asked for (organisation id).")] = None,
    rightsholder: Annotated[str | None, typer.Option(help="Only those that name a character of this rightsholder's (id).")] = None,
    work: Annotated[str | None, typer.Option(help="Only those that name a character of this work (id).")] = None,
    character: Annotated[str | None, typer.Option(help="Only those that name this character (id).")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those with this reason code.")] = None,
    level: Annotated[Level | None, typer.Option(help="Only those made at this level.")] = None,
    revision: Annotated[int | None, typer.Option(help="Only those made at this revision of the catalog.", min=0)] = None,
    reported: Annotated[bool | None, typer.Option(help="Only those on which an outcome was reported, or was not.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only those made at or after this time (UTC).", formats=TIMES)] = None,
    until: Annotated[datetime | None, typer.Option(help="Only those made before this time (UTC).", formats=TIMES)] = None,
    size: Annotated[int | None, typer.Option(help="Only decisions below this index.", min=0)] = None,
) -> None:
    """Export decisions, and beside them a manifest with the file's hash and the signed checkpoint that it is bound to.

    Example: `registry decisions decisions.csv --outcome prohibited --since 2026-11-01`
    """
    chosen = DecisionFilter(
        service=service,
        rightsholder=rightsholder,
        character=character,
        work=work,
        outcome=outcome,
        level=level,
        revision=revision,
        reason=reason,
        reported=reported,
        since=_utc(since),
        until=_utc(until),
    )
    try:
        file_format = Format(file.suffix.removeprefix("."))
    except ValueError:
        raise InvalidInput(f"`{file}` does not end in .jsonl, .csv or .parquet") from None
    with opened() as running:
        export = begin_export(running, file_format, chosen, size=size)
        manifest = write_export(running, local_caller(running, as_of), export, file)
    out.print(f"{manifest['rows']} decisions of the log's first {export.size} entries in {file}; its manifest beside it", highlight=False)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def erase_prompts() -> None:
    """Erase the prompts whose retention has ended; `registry serve` does so by itself.

    Example: `registry erase-prompts`
    """
    with opened() as running:
        out.print(f"{erase_due_prompts(running)} prompts erased")
