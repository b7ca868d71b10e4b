"""The file that keeps compiled names between two starts of a process: read whole, replaced in one step."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp


def read_compiled(path: Path) -> bytes | None:
    """Return the file's bytes, None when there is none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def write_compiled(path: Path, data: bytes) -> None:
    """Replace the file. A disk that is full or may not be written to leaves the old file, or none: it only saves time."""
    with suppress(OSError):
        descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
