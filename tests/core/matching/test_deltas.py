"""A base with deltas finds exactly what a fresh compilation finds; withdrawing removes only what was withdrawn."""

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.core.matching import compile_lexicon, extend_lexicon, find_mentions
from registry.core.model import EntryStatus
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
