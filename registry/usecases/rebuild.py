"""The catalog from the log alone: leaves to entries, entries to the catalog as it was before any index."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from registry.core.catalog import Catalog, empty_catalog, extend_catalog
from registry.core.decision_log.rules import CATALOG
from registry.core.model import Character, Organisation, Work
from registry.core.rules import read_policy
from registry.store.word_facts import load_word_facts

Entry: TypeAlias = Organisation | Work | Character
MODELS: Mapping[str, type[Entry]] = {"organisation": Organisation, "work": Work, "character": Character}


def entry_of(content: Mapping[str, Any], revision: int) -> Entry:
    """Return the entry that a catalog leaf makes, as of its revision; its policy is read as leniently as the stored one."""
    model = MODELS[str(content["type"]).removeprefix(CATALOG)]
    said = {**content["entry"], "revision": revision}
    if said.get("policy") is not None:
        said["policy"] = read_policy(said["policy"])
    return model.model_validate(said)


class Rebuilt:
    """A catalog that follows the log: feed it the catalog's leaves in order."""

    def __init__(self, catalog: Catalog) -> None:
        """Begin with an empty catalog, which knows its matcher's word facts."""
        self.catalog = catalog

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take in the next changes of the catalog."""
        changed: dict[str, Entry] = {}
        revision = self.catalog.revision
        for leaf in leaves:
            revision += 1
            entry = entry_of(json.loads(leaf), revision)
            changed[entry.id] = entry
        if not changed:
            return
        self.catalog = extend_catalog(
            self.catalog,
            revision=revision,
            access_epoch=self.catalog.access_epoch,
            rightsholders=[e for e in changed.values() if isinstance(e, Organisation)],
            works=[e for e in changed.values() if isinstance(e, Work)],
            characters=[e for e in changed.values() if isinstance(e, Character)],
        )


class PastCatalog:
    """The catalog as it was: rebuilt from the log, one at a time, the last one kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Catalog | None = None

    def at(self, revision: int, leaves: Callable[[], Iterable[tuple[int, bytes]]]) -> Catalog:
        """Return the catalog at a revision; `leaves` reads the changes up to it, with their indices, should it not be at hand."""
        with self._lock:
            if self._kept is None or self._kept.revision != revision:
                self._kept = None  # two at once would be too much for the memory
                rebuilt = Rebuilt(empty_catalog(load_word_facts()))
                rebuilt.extend(leaf for _, leaf in leaves())
                self._kept = rebuilt.catalog
            return self._kept
