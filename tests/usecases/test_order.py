"""The log's head orders everything: two processes' worth of registries on one database never disagree."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.decision_log.merkle import Frontier, leaf_hash
from registry.core.errors import NotAuthenticated, NotFreshEnough, NotPermitted
from registry.core.model import CharacterDraft, Policy, WorkDraft
from registry.core.scopes import Scope
from registry.usecases.catalog import create_entry, patch_entry, withdraw_entry
from registry.usecases.check import check
from registry.usecases.entries import CHARACTER, WORK
from registry.usecases.imports import import_file
from registry.usecases.keyring import KeyRing
from registry.usecases.keys import change_key, create_key, revoke_key, rotate_key
from registry.usecases.organisations import suspend_organisation
from registry.usecases.registry import open_registry

PIKACHU = CharacterDraft(ref="pikachu", name="Pikachu", policy=Policy(usage="prohibited"))


@pytest.fixture
def elsewhere(database_url, keys):
    """The same database, opened by another process."""
    opened = open_registry(database_url)
    yield opened
    opened.database.close()


def leaves(registry):
    with registry.database.read() as session:
        rows = session.execute(text("SELECT log_index, kind, hash, data FROM leaf ORDER BY log_index")).all()
        head = session.execute(text("SELECT size, root, revision FROM tree_head")).one()
    return rows, head


def test_a_write_elsewhere_is_in_force_for_the_next_check_here(registry, elsewhere, callers, run):
    assert run(check(registry, callers["service"], "Pikachu")).decision.outcome == "allowed"
    written = create_entry(elsewhere, callers["rightsholder"], CHARACTER, PIKACHU)
    found = run(check(registry, callers["service"], "Pikachu")).decision
    assert (found.outcome, found.revision) == ("prohibited", written.revision)


def test_a_decision_that_changes_keep_overtaking_is_made_while_nobody_can_write(registry, elsewhere, callers, run, monkeypatch):
    def write(name):
        create_entry(elsewhere, callers["rightsholder"], CHARACTER, CharacterDraft(name=name))

    refresh, overtaken = registry.catalog.refresh, []

    def refresh_and_be_overtaken():
        refreshed = refresh()
        if not overtaken:
            overtaken.append(refreshed.revision)
            write("Beedrill")
        return refreshed

    monkeypatch.setattr(registry.catalog, "refresh", refresh_and_be_overtaken)
    write("Alakazam")
    found = run(check(registry, callers["service"], "Alakazam and Beedrill")).decision
    assert found.revision == overtaken[0] + 1
    assert len(found.verdicts) == 2


def test_a_decision_made_again_waits_for_no_thread_that_waits_for_the_log(registry, elsewhere, callers, run, monkeypatch):
    """Quota leases once filled the loop's threads, each waiting for the log, whose holder waited for one of those threads."""
    refresh, overtaken, is_answered = registry.catalog.refresh, [], threading.Event()
    threads = ThreadPoolExecutor(1)

    def refresh_and_be_overtaken():
        refreshed = refresh()
        if not overtaken:
            overtaken.append(refreshed.revision)
            create_entry(elsewhere, callers["rightsholder"], CHARACTER, CharacterDraft(name="Beedrill"))
            threads.submit(is_answered.wait)
        return refreshed

    async def ask():
        asyncio.get_running_loop().set_default_executor(threads)
        try:
            return await asyncio.wait_for(check(registry, callers["service"], "Beedrill"), 10)
        finally:
            is_answered.set()

    monkeypatch.setattr(registry.catalog, "refresh", refresh_and_be_overtaken)
    create_entry(elsewhere, callers["rightsholder"], CHARACTER, CharacterDraft(name="Alakazam"))
    assert run(ask()).decision.revision == overtaken[0] + 1


def test_a_withdrawal_elsewhere_too(registry, elsewhere, callers, run):
    create_entry(registry, callers["rightsholder"], CHARACTER, PIKACHU)
    withdraw_entry(elsewhere, callers["rightsholder"], CHARACTER, "ref:pikachu")
    assert run(check(registry, callers["service"], "Pikachu")).decision.outcome == "allowed"


def test_a_key_revoked_elsewhere_decides_nothing_more_here(registry, elsewhere, callers, run):
    made = create_key(registry, None, callers["service"].organisation.id)
    ring = KeyRing(registry)
    caller = ring.authenticate(made.secret)
    run(check(registry, caller, "x"))
    revoke_key(elsewhere, None, made.key.id)
    size = leaves(registry)[1].size
    with pytest.raises(NotAuthenticated):
        run(check(registry, ring.authenticate(made.secret), "x"))
    assert leaves(registry)[1].size == size
    with pytest.raises(NotAuthenticated):
        ring.authenticate(made.secret)


@pytest.mark.parametrize("how", ["narrowed", "rotated", "suspended"])
def test_what_a_key_loses_elsewhere_it_has_lost_here(registry, elsewhere, callers, run, how):
    service = callers["service"].organisation.id
    made = create_key(registry, None, service)
    ring = KeyRing(registry)
    caller = ring.authenticate(made.secret)
    run(check(registry, caller, "x"))
    {
        "narrowed": lambda: change_key(elsewhere, None, made.key.id, scopes=[Scope.catalog_read]),
        "rotated": lambda: rotate_key(elsewhere, None, made.key.id, overlap=timedelta()),
        "suspended": lambda: suspend_organisation(elsewhere, None, service, reason="x"),
    }[how]()
    size = leaves(registry)[1].size
    with pytest.raises((NotAuthenticated, NotPermitted)):
        run(check(registry, caller, "x"))
    with pytest.raises((NotAuthenticated, NotPermitted)):
        run(check(registry, ring.authenticate(made.secret), "x"))
    assert leaves(registry)[1].size == size


def test_a_decisions_revision_is_the_number_of_changes_before_it_in_the_log(registry, elsewhere, callers, run):
    """INVARIANT of decision record 1, under interleaved writers and checkers of two processes."""

    async def mixed():
        async def write(opened, names):
            for name in names:
                await asyncio.to_thread(create_entry, opened, callers["rightsholder"], CHARACTER, CharacterDraft(name=name))

        async def ask():
            for _ in range(20):
                await check(registry, callers["service"], "Alakazam and Beedrill")

        await asyncio.gather(
            write(registry, ["Alakazam", "Abra"]), write(elsewhere, ["Beedrill", "Butterfree"]), *(ask() for _ in range(4))
        )

    run(mixed())
    rows, head = leaves(registry)
    changes, decisions = 0, 0
    for row in rows:
        if row.kind == "decision":
            decisions += 1
            assert json.loads(bytes(row.data))["revision"] == changes
        elif row.kind in {"organisation", "work", "character"}:
            changes += 1
    assert (decisions, changes) == (80, head.revision)


def test_indices_are_dense_leaves_canonical_and_the_root_recomputes(registry, callers, run):
    create_entry(registry, callers["rightsholder"], CHARACTER, PIKACHU)
    run(gather_checks(registry, callers["service"], 50))
    rows, head = leaves(registry)
    assert [row.log_index for row in rows] == list(range(head.size))
    assert all(canonical_bytes(json.loads(bytes(row.data))) == bytes(row.data) for row in rows)
    assert all(leaf_hash(bytes(row.data)) == bytes(row.hash) for row in rows)
    assert Frontier().extended(bytes(row.hash) for row in rows).root() == bytes(head.root)


async def gather_checks(registry, caller, count):
    return await asyncio.gather(*(check(registry, caller, "Pikachu and a chair") for _ in range(count)))


def test_concurrent_checks_share_transactions(registry, callers, run, monkeypatch):
    batches = []
    from registry.store import log_writer

    append = log_writer.append_leaves
    monkeypatch.setattr(log_writer, "append_leaves", lambda c, s, h, drafts: batches.append(len(drafts)) or append(c, s, h, drafts))
    run(gather_checks(registry, callers["service"], 100))
    assert sum(batches) == 100
    assert len(batches) < 20


def test_the_leaves_alone_give_back_the_catalog(registry, callers):
    holder = callers["rightsholder"]
    create_entry(registry, holder, WORK, WorkDraft(ref="pokemon", title="Pokémon"))
    create_entry(registry, holder, CHARACTER, PIKACHU)
    create_entry(registry, holder, CHARACTER, CharacterDraft(ref="eevee", name="Eevee", work="pokemon"))
    patch_entry(registry, holder, CHARACTER, "ref:eevee", {"name": "Eievui"})
    withdraw_entry(registry, holder, CHARACTER, "ref:pikachu")
    rebuilt = {}
    for row in leaves(registry)[0]:
        if (entry := json.loads(bytes(row.data)).get("entry")) is not None:
            rebuilt[entry["id"]] = entry
    current = registry.catalog.current
    active = {i: e for i, e in rebuilt.items() if i.startswith("chr") and e["status"] == "active"}
    assert active == {i: e.character.model_dump(mode="json", exclude={"revision"}, exclude_none=True) for i, e in current.entries.items()}


def test_a_revision_from_the_future_is_waited_for_only_briefly(registry, callers, run, monkeypatch):
    monkeypatch.setattr("registry.usecases.check.FRESH_WAIT_SECONDS", 0.1)
    with pytest.raises(NotFreshEnough):
        run(check(registry, callers["service"], "x", at_least_as_fresh=99))


def test_a_prompt_that_names_hundreds_still_fits_a_leaf_and_counts_the_strictest(registry, callers, run):
    names = [f"Zyq{a}{b}x Mordu{b}{a}l" for a in "bcdfghjklmnp" for b in "bcdfghjklmnpqrstvwz"]
    rows = [{"type": "character", "ref": name.replace(" ", "-"), "name": name, "policy": {"usage": "allowed"}} for name in names]
    rows[-1]["policy"] = {"usage": "prohibited"}
    import_file(registry, callers["rightsholder"], "\n".join(map(json.dumps, rows)).encode(), "jsonl")
    found = run(check(registry, callers["service"], ", ".join(names))).decision
    assert found.outcome == found.verdicts[0].outcome == "prohibited"
    assert {note.partition(":")[0] for note in found.omitted} == {"verdicts", "mentions"}


def test_a_name_repeated_without_end_hides_no_other(registry, callers, run):
    holder = callers["rightsholder"]
    create_entry(registry, holder, CHARACTER, CharacterDraft(name="Mewtwo", policy=Policy(usage="allowed")))
    create_entry(registry, holder, CHARACTER, CharacterDraft(name="Zapdos", policy=Policy(usage="prohibited")))
    assert run(check(registry, callers["service"], "Mewtwo " * 4_000 + "Zapdos")).decision.outcome == "prohibited"
