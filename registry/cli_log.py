"""The command line of the log: verify, save, its key, witnesses. Mounted by `cli`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from registry.config import Settings, settings_from
from registry.core.decision_log.checkpoint import LogKeys
from registry.core.decision_log.keys import format_vkey, parse_vkey
from registry.core.decision_log.note import format_note
from registry.core.errors import InvalidInput
from registry.store.database import Database
from registry.usecases.clock import reset_clock
from registry.usecases.log import public_keys
from registry.usecases.log_key import LogKeyFile
from registry.usecases.log_state import read_state, write_state
from registry.usecases.registry import Registry, open_registry
from registry.usecases.restart import restart_log
from registry.usecases.rotation import Witness, cosign, rotate_log_key
from registry.usecases.verify import Verified, copy_log, folder_reader, http_reader, verify_log, verify_receipt_file
from registry.usecases.verify_database import verify_database

log_app = typer.Typer(help="Save the log, change its key, have it cosigned.", no_args_is_help=True)
out, err = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
STATE = "verify.state"

Keys = Annotated[list[str] | None, typer.Option("--key", help="Public key of the log, as `registry init` printed it.")]
ApiKey = Annotated[str | None, typer.Option(help="An auditor's key, to read the entries of a live log.")]


def verify(
    target: Annotated[
        str | None, typer.Argument(help="A receipt file, the folder of a saved log, or a log's address; nothing: the database.")
    ] = None,
    *,
    key: Keys = None,
    leaf: Annotated[Path | None, typer.Option(help="The leaf of a receipt that does not hold it.", exists=True, dir_okay=False)] = None,
    witness: Annotated[list[str] | None, typer.Option(help="Public key of a witness.")] = None,
    quorum: Annotated[int, typer.Option(help="How many witnesses must have cosigned.", min=0)] = 0,
    state: Annotated[Path | None, typer.Option(help="What to remember until the next visit, so that the log cannot go back.")] = None,
    api_key: ApiKey = None,
    everything: Annotated[bool, typer.Option("--all", help="Of a live log: read every tile, with `--api-key` every entry.")] = False,
) -> None:
    """Check a receipt, a saved log, a live log or the database; fail at the first lie.

    Example: `registry verify receipt.tlog-proof --key KEY`, `registry verify https://registry.example/log --key KEY --state my.state`,
    `registry verify`
    """
    trusted = _log_keys(key, witness, quorum)
    if target is None:
        words = _verify_database(trusted, state)
    elif target.startswith(("http://", "https://")):
        seen = None if state is None else read_state(state)
        words = _shown(
            lambda told: verify_log(
                http_reader(target, api_key), trusted, seen, with_tiles=everything, with_entries=api_key is not None, progress=told
            ),
            state,
        )
    elif Path(target).is_dir():
        folder = Path(target)
        seen, has_entries = None if state is None else read_state(state), (folder / "tile" / "entries").is_dir()
        words = _shown(
            lambda told: verify_log(folder_reader(folder), trusted, seen, with_tiles=True, with_entries=has_entries, progress=told), state
        )
    elif Path(target).is_file():
        if trusted is None:
            raise InvalidInput("whose receipt is it? give the log's public key with `--key`")
        words = verify_receipt_file(Path(target).read_bytes(), trusted, leaf=None if leaf is None else leaf.read_bytes())
    else:
        raise InvalidInput(f"`{target}` is neither a file, a folder nor an http address")
    for sentence in words:
        out.print(f"[green]ok[/green] {sentence}", highlight=False)


@log_app.command("save")
def save(
    folder: Annotated[Path, typer.Argument(help="Where to; any web server can serve it.")],
    address: Annotated[str, typer.Option("--from", help="The log's address, such as https://registry.example/log.")],
    api_key: ApiKey = None,
) -> None:
    """Download a log as files that `registry verify` checks offline; with an auditor's key, its entries too.

    Example: `registry log save my-copy --from http://127.0.0.1:8000/log`
    """
    size = copy_log(http_reader(address, api_key), folder, with_entries=api_key is not None)
    out.print(f"saved {size} {'entries and their' if api_key else ''} hashes in {folder}", highlight=False)


@log_app.command("key")
def key_command() -> None:
    """Print the log's public key, the one in use.

    Example: `registry log key`
    """
    with opened() as running:
        print(format_vkey(public_keys(running).keys[-1]))


@log_app.command("rotate-key")
def rotate_key() -> None:
    """Give the log a new key. Its last checkpoint under the old key is signed by both, so that readers follow by themselves.

    Example: `registry log rotate-key`
    """
    with opened() as running:
        print(rotate_log_key(running))
    err.print("The old private key is kept beside the new one; destroy it once no copy of the log needs it.")


@log_app.command("restart")
def restart(
    origin: Annotated[str, typer.Argument(help="The new log's name, such as registry.example/log2.")],
    seen: Annotated[Path | None, typer.Option(help="A state file of `registry verify` with the newest head known of the old log.")] = None,
) -> None:
    """Go on as a new log, with a new key, when entries that the old log had signed are lost. Prints the new public key.

    Example: `registry log restart registry.example/log2 --seen my.state`
    """
    settings = settings_from()
    require_origin(settings, origin)
    with opened() as running:
        print(restart_log(running, origin, None if seen is None else read_state(seen)))
    forget_state(settings)
    err.print("Publish this key and the old log's last checkpoint. The old private key is kept beside the new one.")


@log_app.command("reset-clock")
def reset_clock_command() -> None:
    """Say in the log that the clock was ahead, and go on from the time that it is now.

    Example: `registry log reset-clock`
    """
    database = Database(settings_from().database)
    try:
        was = reset_clock(database)
    finally:
        database.close()
    out.print("the clock is not behind the log: nothing to do" if was is None else f"the log goes on from now; it had reached {was}")


def require_origin(settings: Settings, origin: str) -> None:
    """Raise InvalidInput when the settings would not let a log of this name be served."""
    if settings.log_origin not in {"", origin}:
        raise InvalidInput(f"REGISTRY_LOG_ORIGIN says `{settings.log_origin}`: set it to `{origin}` first")


def forget_state(settings: Settings) -> None:
    """Put what `registry verify` remembers of the old log aside: it is evidence, and no longer about this log."""
    state = settings.home / STATE
    if state.exists():
        state.rename(state.with_name(f"{STATE}.before-restart"))


@log_app.command("cosign")
def cosign_command(
    address: Annotated[str, typer.Argument(help="The witness's address, below which `add-checkpoint` stands.")],
    key: Annotated[str, typer.Argument(help="The witness's public key.")],
) -> None:
    """Have a witness cosign the log's head; it is served at /log/checkpoint/cosigned from then on.

    Example: `registry log cosign https://witness.example/w1 KEY`
    """
    with opened() as running:
        print(format_note(cosign(running, [Witness(address, parse_vkey(key))])).decode(), end="")


@contextmanager
def opened() -> Iterator[Registry]:
    """Open the registry as the settings say, and close it."""
    running = open_here()
    try:
        yield running
    finally:
        running.database.close()


def open_here() -> Registry:
    """Open the registry as the settings say."""
    settings = settings_from()
    return open_registry(settings.database, log_key=LogKeyFile(settings.log_key, settings.log_origin))


def progress_bar() -> Progress:
    """Return a bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True)


def _verify_database(trusted: LogKeys | None, state: Path | None) -> tuple[str, ...]:
    state = state or settings_from().home / STATE
    running = open_here()
    try:
        known = public_keys(running)
        if trusted is not None and trusted.log[-1] not in known.keys:
            raise InvalidInput("the key given with `--key` was never this log's")
        seen = read_state(state)
        if seen is not None and seen.head.origin != known.origin:
            raise InvalidInput(f"`{state}` is about the log `{seen.head.origin}`, this is `{known.origin}`: keep it apart as evidence")
        return _shown(lambda told: verify_database(running, known.origin, known.keys, seen, progress=told), state)
    finally:
        running.database.close()


def _shown(check: Callable[[Callable[[int, int], None]], Verified], state: Path | None) -> tuple[str, ...]:
    with progress_bar() as bar:
        task = bar.add_task("verifying", total=None)
        verified = check(lambda done, total: bar.update(task, completed=done, total=total))
    if state is None:
        return verified.words
    write_state(state, verified.seen)
    return (*verified.words, f"remembered {verified.seen.head.size} entries in {state} for the next time")


def _log_keys(keys: list[str] | None, witnesses: list[str] | None, quorum: int) -> LogKeys | None:
    if not keys:
        return None
    log = tuple(parse_vkey(key) for key in keys)
    return LogKeys(log[-1].name, log, tuple(parse_vkey(key) for key in witnesses or ()), quorum)
