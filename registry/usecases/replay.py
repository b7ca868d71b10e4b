"""Deciding again: the catalog rebuilt from the log's leaves alone, the same functions, and the bytes compared.

Where the prompt was not kept or is erased, the mentions in the leaf stand for it: only the matching is not done again.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from multiprocessing import get_context
from typing import Any

from registry.core.catalog import Catalog, empty_catalog
from registry.core.decision_log.canonical import canonical_bytes
from registry.core.decision_log.leaf import commit_to_prompt
from registry.core.errors import InvalidInput, NotFound
from registry.core.matching import MATCHER_VERSION
from registry.core.model import Level, Mention, MentionStatus, Role, Use
from registry.store import replay as store
from registry.store.audit import KeptRow, catalog_leaves
from registry.store.database import Database
from registry.store.decisions import DecisionFilter, find_decision
from registry.store.tree import read_tree_head
from registry.store.word_facts import load_word_facts
from registry.usecases.access import Caller
from registry.usecases.check import Asked, conclude, decide_as
from registry.usecases.decisions import get_decision
from registry.usecases.rebuild import Rebuilt
from registry.usecases.registry import Registry

CHUNK = 200
Progress = Callable[[int, int], None]


class Replay(StrEnum):
    """How a replay went."""

    same = "same"  # from the prompt, byte for byte
    same_without_prompt = "same_without_prompt"  # all but the matching, byte for byte
    incomparable = "incomparable"  # the prompt is gone and the entry leaves verdicts out, on which others may rest
    different = "different"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision decided again: `words` say what was done and what was found; `leaf` is the one that came out."""

    index: int
    decision: str
    result: Replay
    words: tuple[str, ...]
    leaf: bytes


class Replayer:
    """Replays decisions of one database; in index order it costs each change of the catalog once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rebuilt, self._next = Rebuilt(empty_catalog(load_word_facts())), 0

    def replay(self, index: int) -> Replayed:
        """Decide the decision at this index again."""
        with self._database.read() as session:
            if index < self._next:
                self._rebuilt, self._next = Rebuilt(empty_catalog(load_word_facts())), 0
            self._rebuilt.extend(leaf for _, leaf in catalog_leaves(session, self._next, index))
            self._next = index
            leaf, kept = store.read_decision(session, index)
        return replayed(index, leaf, kept, self._rebuilt.catalog)


def replayed(index: int, leaf: bytes, kept: KeptRow | None, catalog: Catalog) -> Replayed:
    """Compare a decision's leaf with what this catalog decides; pure."""
    said = json.loads(leaf)
    words = [f"the catalog was rebuilt from the {catalog.revision} changes before entry {index}"]
    again, is_whole = _decided_again(said, kept, catalog, words)
    if again == leaf:
        words.append(f"the same {len(leaf)} bytes came out")
        return Replayed(index, said["id"], Replay.same if is_whole else Replay.same_without_prompt, tuple(words), again)
    words.append("something else came out: " + ", ".join(_differences(said, json.loads(again))))
    is_partial = not is_whole and any(note.startswith("verdicts:") for note in said["omitted"])
    return Replayed(index, said["id"], Replay.incomparable if is_partial else Replay.different, tuple(words), again)


def _decided_again(said: dict[str, Any], kept: KeptRow | None, catalog: Catalog, words: list[str]) -> tuple[bytes, bool]:
    asked = _asked(said)
    if said["matcher"] != MATCHER_VERSION:
        words.append(f"the matcher was {said['matcher']}, here is {MATCHER_VERSION}: matching was not done again")
    elif kept is None:
        words.append("the prompt was not kept: matching was not done again, the mentions in the entry were judged")
    elif kept.text is None or kept.salt is None:
        words.append(f"the prompt was erased (entry {kept.erased_by}): matching was not done again, the mentions in the entry were judged")
    else:
        words.append("the prompt was kept and is the one committed to" if _commits(said, kept.text, kept.salt) else "the prompt is another")
        return decide_as(asked, kept.text, kept.salt, catalog).leaf, True
    mentions = (*(_mention(m) for m in said["mentions"]), *_unlisted(said))
    _, leaf, _ = conclude(asked, mentions, catalog, said["prompt"]["hash"], said["prompt"]["length"])
    return _with_what_was_left_out(said, json.loads(leaf), leaf, words), False


def _asked(said: dict[str, Any]) -> Asked:
    asserted, derived = said["facts"]["asserted"], said["facts"]["derived"]
    use = Use.model_validate(asserted) if asserted else None
    at, level = datetime.fromisoformat(said["at"]), Level(said["level"])
    return Asked(said["id"], at, said["service"], derived["recipient"], use, level, said["prompt"]["kept"])


def _with_what_was_left_out(said: dict[str, Any], again: dict[str, Any], leaf: bytes, words: list[str]) -> bytes:
    """Compare only what the entry lists when it leaves verdicts or mentions out, and never the matcher's version."""
    if not said["omitted"] and said["matcher"] == again["matcher"]:
        return leaf
    again["matcher"] = said["matcher"]
    if said["omitted"]:
        words.append(f"the entry leaves out {', '.join(said['omitted'])}: the verdicts that it lists were compared")
        found = {v["character"]: v for v in again["verdicts"]}
        places = {v["character"]: v["mentions"] for v in said["verdicts"]}
        again["verdicts"] = [{**found[character], "mentions": places[character]} for character in places if character in found]
        again |= {name: said[name] for name in ("omitted", "outcome", "reasons", "mentions")}
    return canonical_bytes(again)


def _unlisted(said: dict[str, Any]) -> tuple[Mention, ...]:
    """Return stand-ins for the mentions that a bound left out, for each character whose verdict is listed without one."""
    listed = {c for m in said["mentions"] for c in m["candidates"]}
    missing = [v["character"] for v in said["verdicts"] if v["character"] not in listed]
    return tuple(Mention(0, 0, "", "", "", MentionStatus.linked, 100, (character,)) for character in missing)


def _mention(said: dict[str, Any]) -> Mention:
    status = MentionStatus(said["status"])
    return Mention(said["start"], said["end"], "", "", said["method"], status, said["confidence"], tuple(said["candidates"]))


def _commits(said: dict[str, Any], prompt: str, salt: bytes) -> bool:
    return bool(commit_to_prompt(prompt, salt) == said["prompt"]["hash"])


def _differences(said: dict[str, Any], again: dict[str, Any]) -> list[str]:
    return [f"`{name}`" for name in sorted(said.keys() | again.keys()) if said.get(name) != again.get(name)]


def replay_decision(registry: Registry, caller: Caller, decision_id: str) -> Replayed:
    """Decide one decision again, for an auditor, the operator or the service that asked. Raises NotFound, NotPermitted."""
    caller.require(Role.auditor, Role.operator, Role.service)
    return Replayer(registry.database).replay(get_decision(registry, caller, decision_id).index)


def find_index(registry: Registry, decision_id: str) -> int:
    """Return where a decision stands. Raises NotFound."""
    with registry.database.read() as session:
        found = find_decision(session, decision_id, DecisionFilter())
    if found is None:
        raise NotFound(f"there is no decision `{decision_id}`")
    return found.index


def choose_decisions(
    database: Database, *, first: int = 0, end: int | None = None, sample: int | None = None, seed: int = 0
) -> Sequence[int]:
    """Return the indices of decisions to replay: all in a range, or a sample of them, in order. `seed` makes it the same sample again."""
    with database.read() as session:
        found = store.decision_indices(session, first, read_tree_head(session).size if end is None else end)
    if sample is None or sample >= len(found):
        return found
    if sample < 1:
        raise InvalidInput("a sample has at least one decision")
    return sorted(random.Random(seed).sample(found, sample))  # noqa: S311  repeatable, not secret


def replay_many(
    database: Database, indices: Sequence[int], *, processes: int = 1, progress: Progress = lambda _done, _total: None
) -> Iterator[Replayed]:
    """Yield every replay in index order; `processes` share the work, each with a catalog of its own."""
    chunks = [indices[at : at + CHUNK] for at in range(0, len(indices), CHUNK)]
    done = 0
    for results in _mapped(database, chunks, processes):
        done += len(results)
        progress(done, len(indices))
        yield from results


def _mapped(database: Database, chunks: list[Sequence[int]], processes: int) -> Iterator[list[Replayed]]:
    if processes <= 1 or len(chunks) < 2:
        replayer = Replayer(database)
        for chunk in chunks:
            yield [replayer.replay(index) for index in chunk]
        return
    url = database.url.render_as_string(hide_password=False)
    # Spawned, not forked: a fork would share this process's connections.
    with ProcessPoolExecutor(min(processes, len(chunks)), get_context("spawn"), _begin, (url,)) as pool:
        yield from pool.map(_replay_chunk, chunks)


_OF_THIS_PROCESS: list[Replayer] = []


def _begin(url: str) -> None:
    _OF_THIS_PROCESS[:] = [Replayer(Database(url))]


def _replay_chunk(indices: Sequence[int]) -> list[Replayed]:
    return [_OF_THIS_PROCESS[0].replay(index) for index in indices]
