"""The commands `registry members` and `registry organisations`, as who owns the machine: the first owner is made here."""

import json
from typing import Annotated

import typer
from rich.table import Column, Table

from registry.cli_log import err, opened, out
from registry.core.model import Role
from registry.core.scopes import Rights
from registry.usecases.init import local_caller
from registry.usecases.members import NewLink, change_member, invite_member, list_members, make_reset_link
from registry.usecases.organisations import create_organisation, suspend_organisation

members_app = typer.Typer(help="Invite, list and disable members; make reset links.", no_args_is_help=True)
organisations_app = typer.Typer(help="Create, suspend and reinstate organisations.", no_args_is_help=True)
OrganisationRef = Annotated[str, typer.Argument(help="Ref of the organisation, such as `rightsholder`.")]
MemberId = Annotated[str, typer.Argument(help="The member's id, as `members list` shows it.")]


@members_app.command("invite")
def members_invite(
    organisation: OrganisationRef,
    email: Annotated[str, typer.Argument(help="The person's e-mail.")],
    name: Annotated[str, typer.Option(help="The person's name; the e-mail when left out.")] = "",
    rights: Annotated[Rights, typer.Option(help="What they may do.")] = Rights.reader,
) -> None:
    """Invite a person. The token that sets their password is printed this once: hand it over in private.

    Example: `registry members invite rightsholder ann@rightsholder.example --rights owner`
    """
    with opened() as running:
        owner = local_caller(running, organisation).organisation
        _print_link(invite_member(running, None, owner.id, email=email, name=name or email, rights=rights), organisation)


@members_app.command("list")
def members_list(organisation: OrganisationRef) -> None:
    """List an organisation's members.

    Example: `registry members list rightsholder`
    """
    with opened() as running:
        found = list_members(running, None, local_caller(running, organisation).organisation.id)
    table = Table(
        Column("id", no_wrap=True, min_width=36), "e-mail", "name", "rights", "joined", "authenticator", "last log-in", "disabled"
    )
    for member in found:
        moments = (f"{m:%Y-%m-%d %H:%M}" if m else "" for m in (member.last_login_at, member.disabled_at))
        words = ("yes" if is_so else "" for is_so in (member.joined, member.has_totp))
        table.add_row(member.id, member.email, member.name, member.rights, *words, *moments)
    out.print(table)


@members_app.command("reset-link")
def members_reset_link(
    member_id: MemberId, *, remove_authenticator: Annotated[bool, typer.Option(help="The link also removes the authenticator.")] = False
) -> None:
    """Make a token by which a member sets a new password; also for who is locked out.

    Example: `registry members reset-link mbr_0123`
    """
    with opened() as running:
        made = make_reset_link(running, None, member_id, removes_totp=remove_authenticator)
    _print_link(made, made.member.organisation)


@members_app.command("disable")
def members_disable(member_id: MemberId) -> None:
    """Disable a member, in force at once in every process.

    Example: `registry members disable mbr_0123`
    """
    with opened() as running:
        change_member(running, None, member_id, disabled=True)
    out.print(f"disabled {member_id}")


@members_app.command("enable")
def members_enable(member_id: MemberId) -> None:
    """Let a disabled member log in again.

    Example: `registry members enable mbr_0123`
    """
    with opened() as running:
        change_member(running, None, member_id, disabled=False)
    out.print(f"enabled {member_id}")


@organisations_app.command("create")
def organisations_create(
    role: Annotated[Role, typer.Argument(help="What it is.")],
    ref: Annotated[str, typer.Argument(help="Its short name, unique here.")],
    name: Annotated[str, typer.Argument(help="Its name.")],
) -> None:
    """Create an organisation; invite its first owner next.

    Example: `registry organisations create rightsholder example-films "Example Films"`
    """
    with opened() as running:
        print(create_organisation(running, None, role=role, ref=ref, name=name).id)


@organisations_app.command("suspend")
def organisations_suspend(
    organisation: OrganisationRef, reason: Annotated[str, typer.Option(help="Why, for those who ask.")] = "by the operator"
) -> None:
    """Suspend an organisation at once: its keys and members may do nothing. What it registered stays in force.

    Example: `registry organisations suspend service --reason "leaked key"`
    """
    with opened() as running:
        suspend_organisation(running, None, local_caller(running, organisation).organisation.id, reason=reason)
    out.print(f"suspended {organisation}")


@organisations_app.command("reinstate")
def organisations_reinstate(organisation: OrganisationRef) -> None:
    """End a suspension.

    Example: `registry organisations reinstate service`
    """
    with opened() as running:
        suspend_organisation(running, None, local_caller(running, organisation).organisation.id, reason=None)
    out.print(f"reinstated {organisation}")


def _print_link(made: NewLink, organisation: str) -> None:
    """Print the token alone on standard output, and beside it what whoever gets it does next."""
    until, password = f"{made.expires_at:%Y-%m-%d %H:%M} UTC", "a long sentence of yours"
    err.print(f"{made.member.id}: hand this token to {made.member.email} in private; it is good once, until {until}:", highlight=False)
    print(made.token, flush=True)
    steps = (
        ("set a password with it", "/v1/invitations/accept", {"token": "crl_...", "password": password}),
        ("then log in", "/v1/sessions", {"organisation": organisation, "email": made.member.email, "password": password}),
    )
    for words, path, body in steps:
        err.print(f"They {words}: POST {path} {json.dumps(body, ensure_ascii=False)}", highlight=False, markup=False)
    err.print("In the browser at /docs, or with curl as docs/people.md shows.", highlight=False)
