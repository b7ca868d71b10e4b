"""What a running registry is made of, wired once by `open_registry`."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from registry.core.catalog import Catalog, empty_catalog, extend_catalog
from registry.store.catalog import CatalogRows, load_catalog, read_revision
from registry.store.database import Database
from registry.store.log_writer import LogWriter
from registry.store.word_facts import load_word_facts
from registry.usecases.clock import LogClock, utc_now
from registry.usecases.log_key import LogKeyFile
from registry.usecases.rebuild import PastCatalog
from registry.usecases.seal import SealKeyFile

Clock = Callable[[], datetime]


class CurrentCatalog:
    """The newest catalog that this process knows. `current` is replaced whole, so readers need no lock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._begun = 0
        self.current = empty_catalog(load_word_facts())

    def refresh(self) -> Catalog:
        """Take in what has changed in the database since; cheap when nothing has, free when another thread has just done it."""
        begun = self._begun
        with self._lock:
            if self._begun > begun:  # a refresh that began after this call has ended: it saw all that this one would
                return self.current
            self._begun += 1
            with self._database.read() as session:
                revision, epoch = read_revision(session)
                if (revision, epoch) == (self.current.revision, self.current.access_epoch):
                    return self.current
                with no_collections():
                    rows = load_catalog(session, after=self.current.revision)
                    self.current = _extended(self.current, rows)
            return self.current


def _extended(catalog: Catalog, rows: CatalogRows) -> Catalog:
    return extend_catalog(
        catalog,
        revision=rows.revision,
        access_epoch=rows.access_epoch,
        rightsholders=rows.rightsholders,
        works=rows.works,
        characters=rows.characters,
    )


@contextmanager
def no_collections() -> Iterator[None]:
    """Building a large catalog makes no garbage cycles, yet would set off dozens of collections: half of the time to start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """What the operator sets about claims and disputes: numbers of entries, days, and the resolver (`host:port`) for proofs by DNS."""

    bulk_quota: int = 500
    answer_days: int = 7
    decide_days: int = 14
    appeal_days: int = 14
    erase_days: int = 180
    disputes_a_day: int = 3
    dns_resolver: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """A running registry: its database, the catalog in memory, the writer of the log, where its two keys are, the clock,
    the last past catalog that was asked about, and what the operator set about claims.
    """

    database: Database
    catalog: CurrentCatalog
    log: LogWriter
    log_key: LogKeyFile
    now: Clock = utc_now
    seal: SealKeyFile = field(default_factory=lambda: SealKeyFile(Path("seal.key")))
    past: PastCatalog = field(default_factory=PastCatalog)
    claim_rules: ClaimRules = ClaimRules()


def open_registry(
    database_url: str,
    *,
    log_key: LogKeyFile | None = None,
    seal: SealKeyFile | None = None,
    now: Clock | None = None,
    claim_rules: ClaimRules | None = None,
) -> Registry:
    """Open the database, bring its schema up to date and compile the catalog. Without `log_key` the log cannot be signed.

    `seal` is `seal.key` beside the log's key when not given. `now` None is the machine's clock, which the log keeps from going
    back. Raises Damaged, naming a row that was damaged.
    """
    database = Database(database_url)
    try:
        database.migrate()
        catalog = CurrentCatalog(database)
        catalog.refresh()
        clock = now or LogClock(database)
    except BaseException:
        database.close()
        raise
    log_key = log_key or LogKeyFile(Path("log.key"))
    seal = seal or SealKeyFile(log_key.path.with_name("seal.key"))
    return Registry(database, catalog, LogWriter(database), log_key, clock, seal, claim_rules=claim_rules or ClaimRules())
