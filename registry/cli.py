"""The command line: set up, serve, import, export, check, keys. `registry COMMAND --help` explains by example."""

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import registry
from registry.api.answers import answer
from registry.api.logs import configure_logs
from registry.api.slow import bounded_protocol
from registry.app import create_app
from registry.cli_claims import claims_app, reserved_app
from registry.cli_decisions import decisions_command, erase_prompts, replay
from registry.cli_keys import keys_app
from registry.cli_log import log_app, verify
from registry.cli_members import members_app, organisations_app
from registry.cli_operator import backup, doctor, forget_what_expired, restore
from registry.cli_policy import policy_app
from registry.config import Settings, settings_from
from registry.core.errors import RegistryError
from registry.core.model import Level, Role
from registry.example import example_catalog
from registry.unsafe import require_own_catalog, require_safe
from registry.usecases.check import Checked, check
from registry.usecases.imports import ImportReport, export_csv, export_lines, import_file
from registry.usecases.init import initialise, load_example, local_caller
from registry.usecases.log import make_log_key
from registry.usecases.log_key import LogKeyFile
from registry.usecases.registry import Registry, open_registry
from registry.usecases.seal import SealKeyFile

app = typer.Typer(
    name="registry",
    help=registry.__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(keys_app, name="keys")
app.add_typer(members_app, name="members")
app.add_typer(organisations_app, name="organisations")
app.add_typer(log_app, name="log")
app.command()(verify)
app.command()(replay)
app.command()(erase_prompts)
app.command()(backup)
app.command()(restore)
app.command()(doctor)
app.command("forget-expired")(forget_what_expired)
app.command("decisions")(decisions_command)
app.add_typer(policy_app, name="policy")
app.add_typer(claims_app, name="claims")
app.add_typer(reserved_app, name="reserved")
out, err = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
SHOWN_ERRORS = 20
CURL = """curl -s {url}/v1/check -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' -d '{{"prompt": "Pikachu and ルフィ eating ramen"}}'
"""

Holder = Annotated[str, typer.Option("--rightsholder", help="Ref of the rightsholder it belongs to.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def main() -> None:
    """Run the command line; errors are one readable line and exit status 1."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        app()
    except RegistryError as error:
        _print_error(error)
        sys.exit(1)


@app.command()
def init(*, as_json: AsJson = False, example: Annotated[bool, typer.Option(help="Also load the example catalog.")] = False) -> None:
    """Create the database, one organisation of each kind, and a key for each, shown this once.

    Example: `registry init --example`. A second run changes nothing.
    """
    settings = settings_from()
    with _opened(settings) as running:
        keys = initialise(running)
        vkey = make_log_key(running)
        _print_keys(settings, keys, as_json=as_json)  # before anything else can fail: they are shown this once
        if not as_json:
            print(f"Public key of the log, for `registry verify --key`: {vkey}")
        if example:
            load_example(running, example_catalog())


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Answer over HTTP until stopped.

    Example: `registry serve --host 0.0.0.0 --port 8000`
    """
    settings = settings_from()
    configure_logs(settings.log_level)
    listen = host or settings.host
    require_safe(settings, listen)
    app = create_app(settings)
    require_own_catalog(app.state.api.registry, listen)
    uvicorn.run(
        app,
        host=listen,
        port=settings.port if port is None else port,
        http=bounded_protocol(settings.request_seconds),
        server_header=False,
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="JSON lines, or CSV as a spreadsheet writes it.", exists=True, dir_okay=False)],
    rightsholder: Holder = "rightsholder",
    *,
    as_json: AsJson = False,
) -> None:
    """Register everything in a file, or nothing of it.

    Example: `registry import characters.csv`. Importing the same file twice changes nothing.
    """
    file_format: Literal["jsonl", "csv"] = "csv" if file.suffix.lower() in {".csv", ".tsv"} else "jsonl"
    with _opened(settings_from()) as running, _progress(hidden=as_json) as bar:
        task = bar.add_task("importing", total=None)
        report = import_file(
            running,
            local_caller(running, rightsholder),
            file.read_bytes(),
            file_format,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        print(json.dumps(report.counts()))
    else:
        _print_report(report)


@app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(help="Where to write; `.csv` for a spreadsheet, else JSON lines; `-` prints.")],
    rightsholder: Holder = "rightsholder",
) -> None:
    """Write a rightsholder's active entries in the format that import takes.

    Example: `registry export characters.jsonl`
    """
    with _opened(settings_from()) as running:
        lines = (export_csv if file.suffix.lower() == ".csv" else export_lines)(running, local_caller(running, rightsholder))
        if str(file) == "-":
            sys.stdout.writelines(lines)
        else:
            with file.open("w", encoding="utf-8", newline="") as target:
                target.writelines(lines)


@app.command("check")
def check_command(
    prompt: Annotated[str, typer.Argument(help="The prompt, in quotes.")],
    service: Annotated[str, typer.Option(help="Ref of the service that asks.")] = "service",
    level: Annotated[Level, typer.Option(help="How ambiguous mentions are treated.")] = Level.balanced,
    *,
    as_json: AsJson = False,
) -> None:
    """Check a prompt, log the decision, and show it as a table.

    Example: `registry check "Pikachu and ルフィ eating ramen"`
    """
    with _opened(settings_from()) as running:
        checked = asyncio.run(_check(running, service, prompt, level))
    if as_json:
        print(json.dumps(answer(checked, explain=True), ensure_ascii=False))
    else:
        _print_checked(checked)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document.

    Example: `registry openapi > openapi/openapi.json`
    """
    print(openapi_document())


@app.command()
def version() -> None:
    """Print the version."""
    print(registry.__version__)


def openapi_document() -> str:
    """Return the OpenAPI document as it stands in openapi/openapi.json."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        made = create_app(settings)
        document = json.dumps(made.openapi(), ensure_ascii=False, indent=2)
        made.state.api.registry.database.close()
    return document


@contextmanager
def _opened(settings: Settings) -> Iterator[Registry]:
    running = open_registry(
        settings.database,
        log_key=LogKeyFile(settings.log_key, settings.log_origin),
        seal=SealKeyFile(settings.seal_key),
        compiled=settings.compiled_names,
        claim_rules=settings.claim_rules,
    )
    try:
        yield running
    finally:
        running.database.close()


async def _check(running: Registry, service: str, prompt: str, level: Level) -> Checked:
    try:
        return await check(running, local_caller(running, service), prompt, level=level, explain=True)
    finally:
        await running.log.close()


def _progress(*, hidden: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, disable=hidden, transient=True)


def _url(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"


def _print_keys(settings: Settings, keys: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(keys))
        return
    if keys:
        out.print("Keys, shown this once: keep them.")
        for role, key in keys.items():
            print(f"  {role:<13}{key}")
    else:
        out.print("Already set up; its keys were shown at the first start. A new one: [bold]registry keys create service[/bold]")
    if Role.service in keys:
        out.print("Try it, once the registry is served:\n")
        print(CURL.format(url=_url(settings), key=keys[Role.service]))
    out.print(f"Docs: {_url(settings)}/docs   State: {settings.home.resolve()}", highlight=False)


def _print_report(report: ImportReport) -> None:
    for warning in report.warnings[:SHOWN_ERRORS]:
        err.print(f"[yellow]{warning.field}[/yellow]: {warning.message}", highlight=False)
    counts = report.counts()
    out.print(f"{counts['works']} works and {counts['characters']} characters read: ", end="")
    out.print(f"{counts['created']} created, {counts['updated']} updated, {counts['unchanged']} unchanged.")


def _print_checked(checked: Checked) -> None:
    found: dict[str, Any] = answer(checked, explain=True)
    table = Table("found", "character", "work", "outcome", "why", title=f"{found['outcome']} (decision {found['decision_id']})")
    for verdict in found["verdicts"]:
        surfaces = ", ".join(dict.fromkeys(found["mentions"][i]["surface"] for i in verdict["mentions"]))
        work = verdict["character"]["work"]
        reasons = " ".join(r["text"] for r in verdict["reasons"])
        table.add_row(surfaces, verdict["character"]["name"], work["title"] if work else "", verdict["outcome"], reasons)
    out.print(table)
    if not found["verdicts"]:
        out.print(found["reasons"][0]["text"])
    for mention in found["mentions"]:
        if mention["status"] == "dismissed":
            out.print(f"not meant: {mention['surface']} ({'; '.join(mention['evidence'])})", style="dim")


def _print_error(error: RegistryError) -> None:
    err.print(f"[red]error:[/red] {error.message}", highlight=False)
    for field in error.fields[:SHOWN_ERRORS]:
        err.print(f"  {field.field}: {field.message}", highlight=False, markup=False)
    if len(error.fields) > SHOWN_ERRORS:
        err.print(f"  ... and {len(error.fields) - SHOWN_ERRORS} more")
