"""A process starts from names compiled before; whatever file it finds there, it finds the same names."""

from pathlib import Path

import pytest

from registry.core.matching import find_mentions
from registry.core.model import CharacterDraft
from registry.store import compiled_names
from registry.usecases import compiled
from registry.usecases.access import Caller
from registry.usecases.catalog import create_entry, patch_entry, withdraw_entry
from registry.usecases.entries import CHARACTER
from registry.usecases.imports import import_file
from registry.usecases.registry import Registry, open_registry

PROMPT = "Zorblaxian, Quentira Velloss and Momoringa of Glimmerwood Saga, Brindlewock, Zorblxian"
LINES = """
{"type": "work", "ref": "saga", "title": "Glimmerwood Saga"}
{"type": "character", "ref": "zorb", "name": "Zorblaxian", "work": "saga", "aliases": [{"text": "モモリンガ"}]}
{"type": "character", "ref": "quen", "name": "Quentira Velloss", "work": "saga", "policy": {"usage": "prohibited"}}
{"type": "character", "ref": "gone", "name": "Momoringa", "work": "saga"}
""".strip().encode()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled, "WORTH_KEEPING", 1)
    return tmp_path / "names.bin"


@pytest.fixture
def opened(registry: Registry, callers: dict[str, Caller], database_url: str, kept: Path):
    """Open the registry's database as another process would, with the file of compiled names."""
    import_file(registry, callers["rightsholder"], LINES, "jsonl")
    others = []

    def open_again() -> Registry:
        others.append(open_registry(database_url, compiled=kept))
        return others[-1]

    yield open_again
    for other in others:
        other.database.close()


def answers(registry: Registry):
    catalog = registry.catalog.refresh()
    mentions = find_mentions(PROMPT, catalog.lexicon, explain=True)
    return mentions, {c: catalog.policy_of(c) for m in mentions for c in m.candidates}, sorted(catalog.entries), catalog.revision


def test_what_one_process_compiled_another_starts_from(registry, opened, kept, monkeypatch):
    opened()
    assert kept.exists()
    monkeypatch.setattr(compiled, "write_compiled", lambda *_: pytest.fail("compiled anew"))
    assert answers(opened()) == answers(registry)


def test_what_changed_since_is_compiled_on_top(registry, callers, opened, monkeypatch):
    opened()
    monkeypatch.setattr(compiled, "STALE", 0)
    owner = callers["rightsholder"]
    withdraw_entry(registry, owner, CHARACTER, "ref:gone")
    patch_entry(registry, owner, CHARACTER, "ref:quen", {"name": "Brindlewock"})
    create_entry(registry, owner, CHARACTER, CharacterDraft(name="Momoringa", ref="new"))
    later = opened()
    assert answers(later) == answers(registry)
    assert len(later.catalog.current.lexicon.segments) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda _: b"",
        lambda _: b"another file",
        lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
        lambda data: data[:-100] + bytes([data[-100] ^ 128]) + data[-99:],
        lambda data: data + b"more",
    ],
)
def test_a_damaged_file_is_passed_over_and_written_anew(registry, opened, kept, damage):
    opened()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert answers(opened()) == answers(registry)
    assert kept.read_bytes() == whole


@pytest.mark.parametrize(
    "change",
    [
        {"matcher": "another"},
        {"root": "00" * 32},
        {"size": 10**9},
        {"size": 0},
        {"revision": 10**9},
        {"revision": 0},
        {"size": "many"},
        {"characters": None},
    ],
)
def test_a_file_of_another_log_or_matcher_is_passed_over(registry, opened, kept, change, monkeypatch):
    first = opened()
    key = compiled.read_key(kept.read_bytes()) | change
    compiled_names.write_compiled(kept, compiled.segment_to_bytes(first.catalog.current.lexicon.segments[0], key))
    written = []
    monkeypatch.setattr(compiled, "write_compiled", lambda path, _: written.append(path))
    assert answers(opened()) == answers(registry)
    assert written == [kept]


def test_a_disk_that_may_not_be_written_does_not_matter(registry, opened, kept):
    kept.mkdir()
    assert answers(opened()) == answers(registry)
    assert list(kept.parent.glob(".names.bin.*")) == []
