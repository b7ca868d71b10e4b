"""The commands `registry policy`: run policy stories, list the templates."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from registry.usecases.policy_stories import Found, load_story, run_story
from registry.usecases.policy_words import get_template, list_templates

policy_app = typer.Typer(help="Try policies out before anyone relies on them.", no_args_is_help=True)
out = Console(soft_wrap=True)


@policy_app.command("test")
def policy_test(
    files: Annotated[list[Path], typer.Argument(help="Story files in YAML, as in policies/examples/.", exists=True, dir_okay=False)],
) -> None:
    """Run the cases of your own policy stories; exit status 1 when one does not hold.

    Example: `registry policy test policies/examples/fan-works.yaml`
    """
    found = [(file, result) for file in files for result in run_story(load_story(file))]
    for file, result in found:
        _print_case(file, result)
    wrong = sum(bool(result.differences) for _, result in found)
    out.print(f"{len(found) - wrong} of {len(found)} cases hold", style="red" if wrong else "green")
    if wrong:
        raise typer.Exit(1)


@policy_app.command("templates")
def policy_templates(name: Annotated[str | None, typer.Argument(help="Print this one's policy as JSON.")] = None) -> None:
    """List the policies to start from, or print one.

    Example: `registry policy templates fan-works > mine.json`
    """
    if name is not None:
        print(get_template(name).policy.model_dump_json(exclude_defaults=True, indent=2))
        return
    table = Table("template", "name", "what it says")
    for template in list_templates():
        table.add_row(template.name, f"{template.en} / {template.ja}", template.prose)
    out.print(table)


def _print_case(file: Path, result: Found) -> None:
    mark = "[red]FAILS[/red]" if result.differences else "[green]holds[/green]"
    out.print(f"{mark}  {file.name}: {result.case.case}", highlight=False)
    for difference in result.differences:
        out.print(f"       {difference}", highlight=False, markup=False)
