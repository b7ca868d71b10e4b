"""Warning the writer: what a draft character would find, and how ordinary each of its names is, before anything is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.core.matching import AliasReport, Preview, preview, report_aliases
from registry.core.model import Character, CharacterDraft, Level, Role, Work
from registry.store.cases import find_about
from registry.store.catalog import find_work
from registry.store.word_facts import load_ordinary_sample
from registry.usecases.access import Caller
from registry.usecases.claims import with_proposed
from registry.usecases.entries import CHARACTER, build_entry
from registry.usecases.registry import Registry


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
    return report_aliases(wanted, work, catalog.lexicon, load_ordinary_sample())


def _find_work(works: Iterable[Work], rightsholder: str, said: str | None) -> Work | None:
    named = {said, (said or "").removeprefix("ref:")}
    return next((w for w in works if w.rightsholder == rightsholder and (w.id in named or w.ref in named)), None)
