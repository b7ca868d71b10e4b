"""Writes tests/vectors/decision_log/*.json: proofs, receipts, checkpoints, tiles and requests that must fail, each with its reason.

Run `python -m tests.vectors.make_decision_log` after a change; a test checks that the files are what this writes.
The reasons are stated here from what was done to a good value, or from the naive RFC 6962 of tests/core/decision_log/reference.py;
they are never taken from the code under test. Bytes are base64. A vector whose reason is null must pass.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.vectors.edits import Vector
from tests.vectors.note_vectors import checkpoint_vectors, receipt_vectors, request_vectors
from tests.vectors.proof_vectors import consistency_vectors, inclusion_vectors
from tests.vectors.tile_vectors import key_vectors, path_vectors, tile_vectors

FOLDER = Path(__file__).with_name("decision_log")

FILES: dict[str, Callable[[], Iterator[Vector]]] = {
    "inclusion": inclusion_vectors,
    "consistency": consistency_vectors,
    "checkpoint": checkpoint_vectors,
    "receipt": receipt_vectors,
    "add-checkpoint": request_vectors,
    "entries": tile_vectors,
    "tile-path": path_vectors,
    "vkey": key_vectors,
}


def written(name: str) -> str:
    """Return the text of one file: one vector a line, so that a change shows as lines."""
    vectors = (json.dumps(vector, ensure_ascii=False) for vector in FILES[name]())
    return "[\n" + ",\n".join(vectors) + "\n]\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in FILES:
        (FOLDER / f"{file}.json").write_text(written(file), encoding="utf-8")
