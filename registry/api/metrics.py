"""What /metrics shows (Prometheus text format). Labels never hold a prompt, a key or a name."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from registry.core.model import Outcome
from registry.usecases.registry import Registry

CHECK_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    """The counters of one app."""

    def __init__(self, registry: Registry) -> None:
        self.collector = CollectorRegistry()
        self.requests = Counter("registry_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.collector)
        checks = Counter("registry_checks", "Checks decided and logged, by outcome.", ["outcome"], registry=self.collector)
        self.checks = {outcome: checks.labels(outcome) for outcome in Outcome}
        self.failed_checks = Counter(
            "registry_checks_failed", "Checks that got no verdict, by problem.", ["problem"], registry=self.collector
        )
        self.check_seconds = Histogram(
            "registry_check_seconds", "From the request read to the answer ready.", buckets=CHECK_BUCKETS, registry=self.collector
        )
        revision = Gauge("registry_catalog_revision", "Revision of the catalog in memory.", registry=self.collector)
        revision.set_function(lambda: registry.catalog.current.revision)
        characters = Gauge("registry_catalog_characters", "Active characters in memory.", registry=self.collector)
        characters.set_function(lambda: len(registry.catalog.current.entries))

    def render(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.collector)
