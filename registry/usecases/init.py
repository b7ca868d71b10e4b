"""The first start: one organisation of each kind, a key for each, and perhaps the example catalog."""

from registry.core.errors import NotFound
from registry.core.model import Organisation, Role
from registry.store.access import find_organisation
from registry.usecases.access import Caller
from registry.usecases.imports import import_file
from registry.usecases.keys import create_key
from registry.usecases.organisations import create_organisation
from registry.usecases.registry import Registry

FIRST = {
    Role.operator: ("operator", "Registry operator"),
    Role.rightsholder: ("rightsholder", "Example rightsholder"),
    Role.service: ("service", "Example generation service"),
    Role.auditor: ("auditor", "Example auditor"),
}
CONTACT = "licensing@rightsholder.example"


def initialise(registry: Registry) -> dict[str, str]:
    """Create the four organisations and return a key for each; an empty dict when they are there already.

    A start that broke off half way is finished by the next one: organisations that exist are kept.
    """
    keys: dict[str, str] = {}
    for role, (ref, name) in FIRST.items():
        with registry.database.read() as session:
            found = find_organisation(session, ref=ref)
        if found is None:
            contact = CONTACT if role is Role.rightsholder else None
            organisation = create_organisation(registry, None, role=role, ref=ref, name=name, contact=contact, in_log=False)
            keys[role.value] = create_key(registry, None, organisation.id, label="made by `registry init`", in_log=False).secret
    return keys


def load_example(registry: Registry, example: bytes) -> None:
    """Register the example catalog for the first rightsholder; what is there already stays."""
    import_file(registry, local_caller(registry, FIRST[Role.rightsholder][0]), example, "jsonl")


def find_rightsholder(registry: Registry, ref: str) -> Organisation:
    """Return the rightsholder with this ref. Raises NotFound."""
    with registry.database.read() as session:
        found = find_organisation(session, ref=ref)
    if found is None or found.role is not Role.rightsholder:
        raise NotFound(f"there is no rightsholder `{ref}`")
    return found


def has_example(registry: Registry) -> bool:
    """True when the first rightsholder is still the made-up one and has registered something."""
    with registry.database.read() as session:
        found = find_organisation(session, ref=FIRST[Role.rightsholder][0])
    if found is None or found.contact != CONTACT:
        return False
    return any(entry.rightsholder.id == found.id for entry in registry.catalog.current.entries.values())


def local_caller(registry: Registry, ref: str) -> Caller:
    """Return an organisation as the caller of the command line, which owns the machine. Raises NotFound."""
    with registry.database.read() as session:
        found = find_organisation(session, ref=ref)
    if found is None:
        raise NotFound(f"there is no organisation `{ref}`; run `registry init` first")
    return Caller(found, "cli")
