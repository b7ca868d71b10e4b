"""The commands `registry keys`: make, list, rotate and revoke API keys, as who owns the machine."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Column, Table

from registry.cli_log import opened, out
from registry.core.model import Level
from registry.core.scopes import Scope
from registry.usecases.init import local_caller
from registry.usecases.keys import create_key, list_keys, revoke_key, rotate_key

keys_app = typer.Typer(help="Make, list, rotate and revoke API keys.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")]


@keys_app.command("create")
def keys_create(
    organisation: Annotated[str, typer.Argument(help="Ref of the organisation, such as `service`.")],
    label: Annotated[str, typer.Option(help="What the key is for.")] = "",
    days: Annotated[int | None, typer.Option(help="Days until it expires; never when left out.", min=1)] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; again for more. Left out: what its role may.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="Network that it may be used from; again for more.")] = None,
    level: Annotated[Level, typer.Option(help="How its checks treat ambiguous mentions, unless they say.")] = Level.balanced,
) -> None:
    """Make a key. Its secret is printed this once.

    Example: `registry keys create service --label staging --days 90 --scope check --address 192.0.2.0/24`
    """
    with opened() as running:
        owner = local_caller(running, organisation).organisation
        expires = datetime.now(UTC) + timedelta(days=days) if days else None
        made = create_key(
            running, None, owner.id, label=label, expires_at=expires, scopes=scope or None, addresses=address or (), level=level
        )
        print(made.secret)


@keys_app.command("list")
def keys_list(organisation: Annotated[str, typer.Argument(help="Ref of the organisation.")]) -> None:
    """List an organisation's keys.

    Example: `registry keys list service`
    """
    with opened() as running:
        found = list_keys(running, None, local_caller(running, organisation).organisation.id)
    table = Table(Column("id", no_wrap=True, min_width=36), "prefix", "label", "narrowed to", "expires", "revoked", "last used")
    for key in found:
        narrowed = [*(key.scopes or ()), *key.addresses, *([] if key.level is Level.balanced else [key.level])]
        moments = (f"{m:%Y-%m-%d %H:%M}" if m else "" for m in (key.expires_at, key.revoked_at, key.last_used_at))
        table.add_row(key.id, f"crk_{key.prefix}", key.label, " ".join(narrowed), *moments)
    out.print(table)


@keys_app.command("rotate")
def keys_rotate(
    key_id: KeyId, overlap: Annotated[int, typer.Option(help="Seconds that the old secret still works.", min=0)] = 3600
) -> None:
    """Make a key that may do the same, and let the old one end. The new secret is printed this once.

    Example: `registry keys rotate key_0123 --overlap 86400`
    """
    with opened() as running:
        print(rotate_key(running, None, key_id, overlap=timedelta(seconds=overlap)).secret)


@keys_app.command("revoke")
def keys_revoke(key_id: KeyId) -> None:
    """Revoke a key, in force at once in every process.

    Example: `registry keys revoke key_0123`
    """
    with opened() as running:
        revoke_key(running, None, key_id)
    out.print(f"revoked {key_id}")
