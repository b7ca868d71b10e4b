"""The report on a character's names is made once for its names, is told with every write, and is always the whole report."""

import pytest

from registry.core.matching import report_aliases
from registry.core.model import Alias, CharacterDraft, Policy, WorkDraft
from registry.store.catalog import find_work
from registry.store.word_facts import load_ordinary_sample
from registry.usecases import alias_preview
from registry.usecases.alias_preview import report_character
from registry.usecases.catalog import create_entry, patch_entry
from registry.usecases.entries import CHARACTER, WORK


@pytest.fixture
def holder(registry, callers):
    create_entry(registry, callers["rightsholder"], WORK, WorkDraft(ref="saga", title="Quixotic Saga"))
    return callers["rightsholder"]


def whole(registry, character):
    """The report as it is without anything remembered."""
    with registry.database.read() as session:
        work = find_work(session, entry_id=character.work) if character.work else None
    return report_aliases(character, work, registry.catalog.current.lexicon, load_ordinary_sample())


def test_what_is_told_is_the_whole_report_whatever_changes(registry, holder):
    draft = CharacterDraft(ref="q", work="saga", name="Quixotania Vale", aliases=(Alias(text="Link"), Alias(text="ルンバ・ヴェイル")))
    made = create_entry(registry, holder, CHARACTER, draft)
    changes = [
        {"policy": Policy(usage="prohibited")},
        {"aliases": [{"text": "Link", "match": "needs_context"}, {"text": "Velthorn"}]},
        {"name": "Quixotania of the Vale"},
        {"work": None},
        {"status": "withdrawn"},
        {"status": "active"},
    ]
    assert report_character(registry, made) == whole(registry, made)
    for change in changes:
        after = patch_entry(registry, holder, CHARACTER, "ref:q", change)
        assert report_character(registry, after) == whole(registry, after), change
    other = create_entry(registry, holder, CHARACTER, CharacterDraft(ref="v", name="Velthorn"))
    told = {report.text: report.shared_with for report in report_character(registry, after)}
    assert told["Velthorn"] == (other.id,)
    patch_entry(registry, holder, CHARACTER, "ref:v", {"status": "withdrawn"})
    assert report_character(registry, after) == whole(registry, after)
    assert report_character(registry, after)[-1].shared_with == ()


def test_a_change_of_policy_tries_no_text_again(registry, holder, monkeypatch):
    made, tried = create_entry(registry, holder, CHARACTER, CharacterDraft(ref="z", name="Zanthorpia Quell")), []
    monkeypatch.setattr(alias_preview, "report_aliases", lambda *said: tried.append(said) or report_aliases(*said))
    first = report_character(registry, made)
    for usage in ("prohibited", "allowed"):
        after = patch_entry(registry, holder, CHARACTER, "ref:z", {"policy": Policy(usage=usage)})
        assert report_character(registry, after) == first
    assert len(tried) == 1
    renamed = patch_entry(registry, holder, CHARACTER, "ref:z", {"name": "Zanthorpia Quelling"})
    assert report_character(registry, renamed) != first
    assert len(tried) == 2
