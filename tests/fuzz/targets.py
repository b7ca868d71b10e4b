"""What strangers send us, spoiled in every way: each target takes one input, and only our own errors may come of it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text

from registry.core.decision_log.checkpoint import format_checkpoint, parse_checkpoint
from registry.core.decision_log.entries import decode_entries
from registry.core.decision_log.keys import parse_skey, parse_vkey
from registry.core.decision_log.note import format_note, parse_note
from registry.core.decision_log.proof import format_receipt, parse_receipt
from registry.core.decision_log.tiles import parse_tile_path
from registry.core.decision_log.witness import format_add_checkpoint, parse_add_checkpoint
from registry.core.errors import InvalidInput, RegistryError, TooLarge, VerificationFailed
from registry.core.model import Policy
from registry.core.rules import read_policy
from registry.core.rules.odrl import from_odrl, to_odrl
from registry.usecases.access import Caller
from registry.usecases.check import check
from registry.usecases.imports import import_file
from registry.usecases.policy_stories import load_story
from registry.usecases.registry import Registry
from tests.core.decision_log.strategies import checkpoints, notes, receipts, requests
from tests.core.rules.strategies import policies as sound_policies

LINES = [
    {"type": "work", "ref": "saga", "title": "Saga", "titles": [{"text": "サガ", "lang": "ja"}], "policy": {"usage": "prohibited"}},
    {"type": "character", "ref": "dame", "work": "saga", "name": "Dame", "aliases": [{"text": "デイム", "lang": "ja", "match": "exact"}]},
]
JSONL = "\n".join(json.dumps(line, ensure_ascii=False) for line in LINES).encode()
CSV = "type,ref,name,work,aliases,usage\nwork,saga,Saga,,,prohibited\ncharacter,dame,Dame,saga,ja:デイム|Lady,restricted\n".encode()
STORY = (Path(__file__).parents[2] / "policies/examples/schedule.yaml").read_bytes()
PIECES = [
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b'"',
    b"{",
    b"[" * 300,
    b"\r\n",
    b"\n\n",
    b"\\ud800",
    b"1e999",
    b"-0",
    b"NaN",
    b"null",
    b"&a *a",
    b"!!python/x",
]


@st.composite
def spoiled(draw: st.DrawFn, good: st.SearchStrategy[bytes]) -> bytes:
    """Draw bytes that were good before up to four edits."""
    data = draw(good)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        to = draw(st.integers(at, min(len(data), at + 12)))
        new = draw(st.sampled_from([b"", data[at:to] * 2, *PIECES]) | st.binary(max_size=4))
        data = data[:at] + new + data[to:]
    return data


def either(*good: bytes) -> st.SearchStrategy[bytes]:
    """Draw spoiled examples, and bytes of no kind."""
    return spoiled(st.sampled_from(good)) | st.binary(max_size=200)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
words = st.sampled_from(
    ["usage", "permissions", "prohibitions", "constraints", "left_operand", "operator", "right_operand", "duties"]
) | st.sampled_from(
    ["@context", "@type", "uid", "permission", "prohibition", "constraint", "action", "valid_from", "template", "conflict", "exceptions"]
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars | st.sampled_from(["restricted", "prohibited", "purpose", "eq", "isAnyOf", "commercial", "http://www.w3.org/ns/odrl.jsonld"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=6), inner, max_size=5),
    max_leaves=20,
)
objects = st.dictionaries(words | st.text(max_size=6), values, max_size=6)
prompts = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["Pikachu", "ルフィ", "ﾋﾟｶﾁｭｳ", "P.i.k.a", "\u200b", "ー", "\u0301" * 40, "a" * 300, "\U0001f600", "\ud800", "\x00", "(((", "%s"]
    )
    | st.text(max_size=5),
    max_size=60,
).map("".join)


@dataclass(frozen=True)
class Target:
    """One thing to feed: inputs, what takes them, and which errors are answers rather than crashes."""

    name: str
    inputs: st.SearchStrategy[Any]
    feed: Callable[[Any], object]
    answers: tuple[type[Exception], ...]


def parsed_as_text(parse: Callable[[str], object]) -> Callable[[bytes], object]:
    """Feed text to what takes text."""
    return lambda data: parse(data.decode("utf-8", "surrogateescape"))


def format_targets() -> list[Target]:
    """Return the formats of the decision log."""
    kinds: list[tuple[str, st.SearchStrategy[bytes], Callable[[bytes], object]]] = [
        ("signed notes", notes.map(format_note), parse_note),
        ("checkpoints", checkpoints.map(lambda c: format_checkpoint(c).encode()), parsed_as_text(parse_checkpoint)),
        ("receipts", receipts.map(format_receipt), parse_receipt),
        ("witness requests", requests.map(format_add_checkpoint), parse_add_checkpoint),
        ("tile paths", st.sampled_from([b"tile/0/x001/234.p/5", b"tile/entries/067", b"tile/63/000"]), parsed_as_text(parse_tile_path)),
        ("entry bundles", st.sampled_from([b"\x00\x02{}", b"\x00\x01a\x00\x02bc"]), lambda data: decode_entries(data, 2)),
        ("verifier keys", st.just(b"registry.example/log+0a1b2c3d+AQID"), parsed_as_text(parse_vkey)),
        ("signer keys", st.just(b"PRIVATE+KEY+registry.example/log+0a1b2c3d+AQID"), parsed_as_text(parse_skey)),
    ]
    return [Target(name, spoiled(good) | st.binary(max_size=100), parse, (VerificationFailed,)) for name, good, parse in kinds]


def policy_targets(folder: Path) -> list[Target]:
    """Return the ways in which a policy comes in. What is stored and unreadable must be readable all the same."""

    def story(data: bytes) -> None:
        path = folder / "story.yaml"
        path.write_bytes(data)
        load_story(path)

    def odrl(document: Any) -> None:
        from_odrl(document)

    def round_trip(policy: Policy) -> None:
        from_odrl(to_odrl(policy, uid="urn:a", target="urn:b", assigner="urn:c"))

    return [
        Target("policies", values | objects, Policy.model_validate, (ValidationError,)),
        Target(
            "policies as JSON",
            either(b'{"usage": "restricted", "permissions": [{"constraints": []}]}'),
            Policy.model_validate_json,
            (ValidationError,),
        ),
        Target("stored policies", values | objects, read_policy, ()),
        Target("ODRL", objects.map(lambda o: {"@context": "http://www.w3.org/ns/odrl.jsonld", **o}), odrl, (InvalidInput, ValidationError)),
        Target("policies to ODRL and back", sound_policies, round_trip, (InvalidInput, ValidationError)),
        Target("policy stories", either(STORY), story, (InvalidInput, ValidationError)),
    ]


def registry_targets(registry: Registry, callers: dict[str, Caller]) -> list[Target]:
    """Return what needs a running registry. A file that is refused must have changed nothing."""

    def state() -> tuple[Any, ...]:
        with registry.database.read() as session:
            head = session.execute(text("SELECT size, root, revision FROM tree_head")).one()
            counts = [session.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("work", "character", "leaf", "name")]
        return (head.size, bytes(head.root), head.revision, *counts)

    def take(file_format: Any) -> Callable[[bytes], None]:
        def feed(data: bytes) -> None:
            before = state()
            try:
                import_file(registry, callers["rightsholder"], data, file_format)
            except RegistryError:
                if state() != before:
                    raise AssertionError("a refused file was half applied") from None
                raise

        return feed

    runner = asyncio.Runner()  # as a server would: one event loop for all

    def ask(prompt: str) -> None:
        checked = runner.run(check(registry, callers["service"], prompt))
        for mention in checked.decision.mentions:
            if prompt[mention.start : mention.end] != mention.surface:
                raise AssertionError("a mention points elsewhere")

    return [
        Target("import files (JSON lines)", either(JSONL), take("jsonl"), (RegistryError,)),
        Target("import files (CSV)", either(CSV, b"\xef\xbb\xbf" + CSV, CSV.decode().encode("utf-16")), take("csv"), (RegistryError,)),
        Target("prompts", prompts, ask, (InvalidInput, TooLarge)),
    ]
