"""Warning the writer: what a draft character would find, and how ordinary each of its names is, before anything is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

from registry.core.matching import AliasReport, Lexicon, Preview, preview, report_aliases, weigh_names
from registry.core.model import Character, CharacterDraft, Level, Role, Work
from registry.store.cases import find_about
from registry.store.catalog import find_work
from registry.store.word_facts import load_ordinary_sample, load_word_facts
from registry.usecases.access import Caller
from registry.usecases.claims import with_proposed
from registry.usecases.entries import CHARACTER, build_entry
from registry.usecases.registry import Registry

E = TypeVar("E", Character, Work)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = 4_096


@dataclass(frozen=True, slots=True)
class AliasPreview:
    """A report on each name of a draft, and what the draft finds in each prompt."""

    aliases: tuple[AliasReport, ...]
    prompts: tuple[Preview, ...]


def preview_character(registry: Registry, caller: Caller, draft: CharacterDraft, prompts: Sequence[str], level: Level) -> AliasPreview:
    """Try a draft beside everything registered; nothing is stored or logged. `work` is an id or one of the caller's refs."""
    caller.require(Role.rightsholder)
    catalog = registry.catalog.current
    work = _find_work(catalog.works.values(), caller.organisation.id, draft.work)
    entry = build_entry(CHARACTER, draft, rightsholder=caller.organisation.id, work=work.id if work else None, now=registry.now())
    assert isinstance(entry, Character)  # noqa: S101  what CHARACTER builds
    reports = report_aliases(entry, work, catalog.lexicon, load_ordinary_sample())
    return AliasPreview(reports, preview(entry, work, prompts, catalog.lexicon, level))


def report_character(registry: Registry, character: Character) -> tuple[AliasReport, ...]:
    """Report on every name of a character, as it stands and as its open claim would have it."""
    catalog = registry.catalog.current
    with registry.database.read() as session:
        waiting = find_about(session, "claim", [character.id])
        wanted = with_proposed(character, waiting[0]) if waiting else character
        assert isinstance(wanted, Character)  # noqa: S101  what it was
        work = find_work(session, entry_id=wanted.work) if wanted.work else None
    shared = {weight.text: weight.shared_with for weight in weigh_names(wanted, work, catalog.lexicon)}
    return tuple(
        replace(report, shared_with=shared[report.text]) for report in _tried(_plain(wanted), None if work is None else _plain(work))
    )


def _plain(entry: E) -> E:
    """Return an entry without what its names do not depend on, so that a change of policy finds its report again."""
    nothing = {"policy": None, "scheduled": (), "revision": 0, "created_at": EPOCH, "updated_at": EPOCH}
    return entry.model_copy(update=nothing)


@lru_cache(maxsize=KEPT)
def _tried(character: Character, work: Work | None) -> tuple[AliasReport, ...]:
    """Report on names as if nobody else had any: the ordinary texts are tried once for each set of names, not for each write."""
    return report_aliases(character, work, Lexicon((), load_word_facts()), load_ordinary_sample())


def _find_work(works: Iterable[Work], rightsholder: str, said: str | None) -> Work | None:
    named = {said, (said or "").removeprefix("ref:")}
    return next((w for w in works if w.rightsholder == rightsholder and (w.id in named or w.ref in named)), None)
