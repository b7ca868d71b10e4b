"""The command line of whoever runs the registry: back up, restore, find out what is wrong. Mounted by `cli`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from registry.cli_log import STATE, err, forget_state, opened, out, require_origin
from registry.config import settings_from
from registry.core.decision_log.keys import parse_vkey
from registry.core.errors import InvalidInput
from registry.store.database import Database
from registry.usecases.backup import write_backup
from registry.usecases.doctor import Patient, examine
from registry.usecases.housekeeping import forget_expired
from registry.usecases.log_key import LogKeyFile
from registry.usecases.log_state import read_state
from registry.usecases.mend import mend_catalog
from registry.usecases.restore import restore_backup
from registry.usecases.seal import SealKeyFile


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write, such as registry-2026-11-21.tar.gz; must not exist.")],
    *,
    with_key: Annotated[bool, typer.Option(help="Put the log's private key in too: then guard the file like the key.")] = False,
) -> None:
    """Write all tables as of one moment to one file, bound to a signed checkpoint, while the server goes on.

    Example: `registry backup registry.tar.gz`
    """
    with opened() as running, err.status("backing up") as shown:
        manifest = write_backup(running, file, with_key=with_key, tell=lambda table: shown.update(f"backing up {table}"))
    rows = sum(table["rows"] for table in manifest["tables"].values())
    out.print(f"{rows} rows of {len(manifest['tables'])} tables, a log of {manifest['log_size']} entries, in {file}", highlight=False)
    left_out = [] if with_key else [f"the log's private key, `{running.log_key.path}`: who has it can sign in the log's name"]
    left_out += [f"the seal key, `{running.seal.path}`: beside it the backup would hold both factors of who uses an authenticator"]
    for words in left_out:
        err.print(f"[yellow]not in it[/yellow] {words}", highlight=False, soft_wrap=True)
    err.print("Keep a copy of what is not in it elsewhere, not beside the backup: a restored registry needs it.", highlight=False)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", exists=True, dir_okay=False)],
    *,
    same_log: Annotated[bool, typer.Option(help="Nothing was logged after the backup: go on with the same log.")] = False,
    new_log: Annotated[str, typer.Option(help="Entries are or may be lost: go on as a new log of this name.")] = "",
    seen: Annotated[Path | None, typer.Option(help="A state file of `registry verify`: the newest head known of the log.")] = None,
    key: Annotated[str | None, typer.Option(help="Public key that the log must have, as `registry init` printed it.")] = None,
) -> None:
    """Restore a backup into the empty database of the settings, SQLite or PostgreSQL: all of it, verified, or nothing.

    Example: `registry restore registry.tar.gz --same-log`, `registry restore registry.tar.gz --new-log registry.example/log2`
    """
    if same_log == bool(new_log):
        raise InvalidInput("say `--same-log` when nothing was logged after the backup, else `--new-log NAME`: see docs/operations.md")
    settings = settings_from()
    if new_log:
        require_origin(settings, new_log)
    remembered = seen or settings.home / STATE
    with err.status("restoring") as shown:
        restored = restore_backup(
            settings.database,
            file,
            LogKeyFile(settings.log_key, "" if new_log else settings.log_origin),
            new_log=new_log,
            seen=read_state(remembered),
            trusted=None if key is None else parse_vkey(key),
            seal=SealKeyFile(settings.seal_key),
            tell=lambda member: shown.update(f"restoring {member}"),
        )
    if new_log:
        forget_state(settings)
    for sentence in restored.words:
        out.print(f"[green]ok[/green] {sentence}", highlight=False)
    for sentence in restored.to_do:
        err.print(f"[yellow]to do[/yellow] {sentence}", highlight=False)
    print(restored.vkey)


def doctor(
    *,
    mend: Annotated[bool, typer.Option(help="Write damaged rows of the catalog anew from the log.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Say what is wrong with this registry and what to do about it; fail when anything is. Changes nothing, but for `--mend`.

    Example: `registry doctor`
    """
    settings = settings_from()
    key = LogKeyFile(settings.log_key, settings.log_origin)
    state = settings.home / STATE
    database = Database(settings.database)
    try:
        if mend:
            for entry_id in mend_catalog(database):
                err.print(f"written anew from the log: {entry_id}", highlight=False)
        patient = Patient(database, settings.home, key, read_state(state), seal=SealKeyFile(settings.seal_key))
        found = list(examine(patient))
    finally:
        database.close()
    if as_json:
        print(json.dumps([asdict(finding) for finding in found], ensure_ascii=False))
    for finding in () if as_json else found:
        mark = "[red]wrong[/red]" if finding.is_wrong else "[green]ok[/green]"
        out.print(f"{mark} {finding.words}" + (f"\n      -> {finding.do}" if finding.do else ""), highlight=False)
    if any(finding.is_wrong for finding in found):
        raise typer.Exit(1)


def forget_what_expired() -> None:
    """Delete what has expired: sessions, invitations, answers kept for repeats, counts; `registry serve` does so by itself.

    Example: `registry forget-expired`
    """
    with opened() as running:
        forgotten = forget_expired(running)
    out.print(", ".join(f"{rows} of {table}" for table, rows in forgotten.items()) or "nothing has expired")
