"""The example catalog that `make serve` loads: well-known characters, written by us to try the registry with."""

from importlib import resources


def example_catalog() -> bytes:
    """Return the example catalog as an import file."""
    return resources.files(__name__).joinpath("catalog.jsonl").read_bytes()
