"""The command line of claims and reserved names: the operator's review on the registry's own machine. Mounted by `cli`."""

from typing import Annotated

import typer
from rich.table import Column, Table

from registry.cli_log import opened, out
from registry.usecases.claim_review import Verb, list_open_claims, review_batch, review_claim
from registry.usecases.claims import names_said
from registry.usecases.init import find_rightsholder
from registry.usecases.reserved import list_reserved, release_name, reserve_name

claims_app = typer.Typer(help="Review names that wait (docs/claims.md).", no_args_is_help=True)
reserved_app = typer.Typer(help="Names that nobody gets without review.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The claim's id, or the import's with `--batch`.")]
Why = Annotated[str, typer.Option("--reason", help="Why; the rightsholder reads it, and it stands in the log.")]
Batch = Annotated[bool, typer.Option("--batch", help="Decide every open claim of an import.")]


@claims_app.command("list")
def claims_list() -> None:
    """List what waits for review, oldest first.

    Example: `registry claims list`
    """
    table = Table(Column("id", no_wrap=True, min_width=36), "state", "rightsholder", "names", "why", "import")
    with opened() as running:
        for found in list_open_claims(running):
            claim = found.claim
            names = ", ".join(names_said(found.entry)[:3])
            why = "; ".join(risk.text for risk in claim.risks[:3])
            table.add_row(claim.id, claim.state, claim.rightsholder, names, why, claim.batch or "")
    out.print(table)


@claims_app.command("approve")
def claims_approve(claim: Id, reason: Why, *, batch: Batch = False) -> None:
    """Approve: in force at once.

    Example: `registry claims approve clm_0123 --reason "shown to be theirs"`
    """
    _review(claim, "approve", reason, batch=batch)


@claims_app.command("reject")
def claims_reject(claim: Id, reason: Why, *, batch: Batch = False) -> None:
    """Reject: a new entry is a draft again, one in force stays as it is.

    Example: `registry claims reject clm_0123 --reason "an everyday word"`
    """
    _review(claim, "reject", reason, batch=batch)


def _review(claim: str, verb: Verb, reason: str, *, batch: bool) -> None:
    with opened() as running:
        if batch and verb != "ask":
            out.print(f"{review_batch(running, None, claim, verb, reason)} claims decided")
        else:
            out.print(f"{claim} is {review_claim(running, None, claim, verb, reason).claim.state}")


@reserved_app.command("add")
def reserved_add(
    name: Annotated[str, typer.Argument(help="The name; every spelling that folds alike is meant.")],
    reason: Why,
    holder: Annotated[str | None, typer.Option("--rightsholder", help="Ref of the rightsholder that may have it.")] = None,
) -> None:
    """Reserve a name. What is in force already stays.

    Example: `registry reserved add "Mickey Mouse" --reason "famous, not registered yet"`
    """
    with opened() as running:
        kept_for = find_rightsholder(running, holder).id if holder else None
        made, _ = reserve_name(running, None, name, reason, kept_for)
        out.print(f"reserved as {made.id}")


@reserved_app.command("remove")
def reserved_remove(reserved: Annotated[str, typer.Argument(help="Its id, as `reserved list` shows it.")], reason: Why) -> None:
    """Take a name off the list.

    Example: `registry reserved remove rsv_0123 --reason "registered by its owner"`
    """
    with opened() as running:
        release_name(running, None, reserved, reason)
    out.print(f"released {reserved}")


@reserved_app.command("list")
def reserved_list() -> None:
    """List the reserved names.

    Example: `registry reserved list`
    """
    table = Table(Column("id", no_wrap=True, min_width=36), "name", "why", "kept for")
    with opened() as running:
        for reserved, _ in list_reserved(running, None, limit=None):
            table.add_row(reserved.id, reserved.name, reserved.reason, reserved.holder or "")
    out.print(table)
