"""Can this process answer a check right now?"""

from registry.core.errors import LogUnavailable
from registry.store.health import prove_writable
from registry.usecases.registry import Registry


def require_ready(registry: Registry) -> int:
    """Return the catalog's revision when the catalog is compiled and the log writable. Raises LogUnavailable."""
    with registry.database.write() as session:
        if not prove_writable(session):
            raise LogUnavailable("the log's head is missing")
        session.rollback()
    return registry.catalog.current.revision
