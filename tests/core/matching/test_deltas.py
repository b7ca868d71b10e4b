"""A base with deltas finds exactly what a fresh compilation finds; withdrawing removes only what was withdrawn."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.core.matching import compile_lexicon, extend_lexicon, find_mentions
from registry.core.matching import lexicon as lexicons
from registry.core.matching.segment import compile_segment
from registry.core.model import Character, EntryStatus, Work
from registry.core.policy import Policy
from tests.core.matching.catalog import CHARACTERS, WORKS, character, work

PROMPT = (
    "Zorblaxian, white Quentira Velloss, Momoringa, Brindlewock and Torimaru Ukonda of Glimmerwood Saga, Zorblxian, link,"
    " Kazemori Chronicle"
)
REFS = [c.ref for c in CHARACTERS]


def _change(ref, kind):
    before = next(c for c in CHARACTERS if c.ref == ref)
    if kind == "withdraw":
        return before.model_copy(update={"status": EntryStatus.withdrawn})
    if kind == "rename":
        return character(ref, "Brindlewock", work=before.work)
    return character(ref, before.name, "Momoringa", work="w2" if before.work == "w1" else "w1")


CHANGES = st.lists(st.tuples(st.sampled_from(REFS), st.sampled_from(["withdraw", "rename", "move"])), max_size=12)


@settings(max_examples=60, deadline=None)
@example(changes=[(REFS[0], "rename")] * 8, title="White", gone=True)
@given(CHANGES, st.sampled_from(["Glimmerwood Saga", "White", "Quentira Velloss"]), st.booleans())
def test_base_and_deltas_find_what_a_fresh_compilation_finds(facts, lexicon, changes, title, gone):
    characters, works, grown = {c.id: c for c in CHARACTERS}, {w.id: w for w in WORKS}, lexicon
    for ref, kind in changes:
        entry = _change(ref, kind)
        characters[entry.id] = entry
        grown = extend_lexicon(grown, [entry], [])
    renamed = work("w1", title, status=EntryStatus.withdrawn if gone else EntryStatus.active)
    works["w1"] = renamed
    grown = extend_lexicon(grown, [], [renamed])
    fresh = compile_lexicon(characters.values(), works.values(), facts)
    assert find_mentions(PROMPT, grown, explain=True) == find_mentions(PROMPT, fresh, explain=True)


def test_withdrawing_a_character_removes_only_its_mentions(lexicon):
    gone = CHARACTERS[0].model_copy(update={"status": EntryStatus.withdrawn})
    before = {m.surface for m in find_mentions("Zorblaxian Quentira Velloss Momoringa", lexicon)}
    after = {m.surface for m in find_mentions("Zorblaxian Quentira Velloss Momoringa", extend_lexicon(lexicon, [gone], []))}
    assert before - after == {"Zorblaxian"}


def test_changes_one_by_one_are_compiled_again_only_as_often_as_their_number_doubles(facts, monkeypatch):
    compiled = []

    def compile_counted(characters, *rest):
        compiled.append(len(characters))
        return compile_segment(characters, *rest)

    grown = compile_lexicon([character(f"b{i}", f"Zorblax{i:04}ian") for i in range(1_600)], [], facts)
    monkeypatch.setattr(lexicons, "compile_segment", compile_counted)
    for i in range(390):
        grown = extend_lexicon(grown, [character(f"n{i}", f"Quentir{i:04}essa")], [])
        assert len(grown.segments) <= lexicons.MAX_DELTAS + 1
    assert [m.surface for m in find_mentions("Quentir0000essa, Quentir0389essa", grown)] == ["Quentir0000essa", "Quentir0389essa"]
    assert sum(compiled) <= 390 * 8


def test_what_keeps_its_names_is_not_compiled_again(lexicon):
    policy = Policy(usage="prohibited")
    characters = [c.model_copy(update={"policy": policy}) for c in CHARACTERS]
    works = [w.model_copy(update={"policy": policy}) for w in WORKS]
    assert extend_lexicon(lexicon, characters, works) is lexicon
    renamed = characters[0].model_copy(update={"name": "Brindlewock"})
    assert extend_lexicon(lexicon, [renamed, *characters[1:]], works).segments[-1].changed == {renamed.id}


@pytest.mark.parametrize("field", [*Character.model_fields, *Work.model_fields])
def test_whatever_compiling_reads_of_an_entry_is_compared(field):
    """Each field is either compared or read by nothing of the matcher: a new one must be put on one side."""
    unread = {"id", "ref", "rightsholder", "created_at", "updated_at", "revision", "policy", "scheduled"}
    assert field in unread or field in lexicons.MATCHED
