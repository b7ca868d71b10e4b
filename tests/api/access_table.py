"""The access table: what each route answers to whom. `python -m tests.api.access_table` writes docs/access.md from it.

`access_table.tsv` is the truth, written by hand: a line for each route, a column for each kind of caller. `ok` is any 2xx.
"""

from pathlib import Path

from registry.api.scopes import SCOPES
from registry.core.model import Role
from registry.core.scopes import DEFAULT_SCOPES, DELICATE, MANDATE, MEANINGS, ROLE_SCOPES, Rights, Scope, scopes_of_member

TABLE = Path(__file__).with_suffix(".tsv")
PAGE = Path(__file__).parents[2] / "docs" / "access.md"
COLUMNS = ("operator", "rightsholder", "stranger", "service", "auditor", "owner", "editor", "reader", "nobody", "unscoped", "revoked")
INTRODUCTION = """# Who may do what

Made from `tests/api/access_table.tsv`, `registry/core/scopes.py` and `registry/api/scopes.py` by `python -m tests.api.access_table`.
A test holds every line to the running app on both databases, and fails for a route without one. What the words mean, and how
people log in: [people.md](people.md).

## Scopes

What a key may do. A key made without `scopes` has those of its role that are marked **x**; those marked **+** must be given by
name, because whoever hands out access can make itself another key; a member who is an owner has both. What a representative may
do for a rightsholder is in the column of its name.

"""
ROUTES = """
Members, within what their organisation's role may do: an **owner** everything, an **editor** {editor} (for a rightsholder),
a **reader** {reader}.

## Routes

Each route was asked for a thing of the first rightsholder's, or a decision of the first service's that names its character.
`ok` is done; 401: not known, or the wrong password; 403: known, and not permitted; 404: nothing that you may see; 409: not now.
*Stranger* is another rightsholder; *owner*, *editor*, *reader* are members of the first; *unscoped* is a key of a role that may,
without the scope; *revoked* is one that was revoked.

"""


def read_table() -> dict[tuple[str, str], dict[str, str]]:
    """Return, for each route, what each kind of caller is answered."""
    lines = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    return {(method, path): dict(zip(COLUMNS, cells, strict=True)) for method, path, *cells in lines}


def render() -> str:
    """Return docs/access.md."""
    return INTRODUCTION + _scopes() + _routes()


def _scopes() -> str:
    head = ["scope", *Role, "representative", "what it is for"]
    rows = [[f"`{s}`", *(_mark(role, s) for role in Role), "x" if s in MANDATE else "", MEANINGS[s]] for s in Scope]
    return _grid(head, rows)


def _mark(role: Role, scope: Scope) -> str:
    return "x" if scope in DEFAULT_SCOPES[role] else "+" if scope in ROLE_SCOPES[role] and scope in DELICATE else ""


def _routes() -> str:
    words = {r.value: ", ".join(f"`{s}`" for s in sorted(scopes_of_member(Role.rightsholder, r))) for r in Rights}
    rows = [[f"{m} `{path}`", _scope_of(m, path, cells), *cells.values()] for (m, path), cells in read_table().items()]
    return ROUTES.format(**words) + _grid(["route", "scope", *COLUMNS], rows)


def _scope_of(method: str, path: str, cells: dict[str, str]) -> str:
    scope = SCOPES.get((method, path), None)
    return f"`{scope}`" if scope else "any" if cells["nobody"] == "401" and (method, path) in SCOPES else "public"


def _grid(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
