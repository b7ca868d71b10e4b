"""Changes of access are entries of the log that `verify` reads over, and that change neither the catalog nor a replay."""

from datetime import timedelta

from registry.core.decision_log.keys import parse_vkey
from registry.core.model import CharacterDraft, Policy
from registry.core.scopes import Rights, Scope
from registry.usecases.catalog import create_entry
from registry.usecases.check import check
from registry.usecases.entries import CHARACTER
from registry.usecases.keys import change_key, create_key, revoke_key, rotate_key
from registry.usecases.log import make_log_key
from registry.usecases.members import change_member, invite_member, make_reset_link
from registry.usecases.organisations import suspend_organisation
from registry.usecases.replay import replay_decision
from registry.usecases.verify_database import verify_database

PIKACHU = CharacterDraft(ref="pikachu", name="Pikachu", policy=Policy(usage="prohibited"))


def test_the_log_verifies_and_replays_through_every_change_of_access(registry, callers, run):
    vkey = parse_vkey(make_log_key(registry))
    service = callers["service"].organisation.id
    create_entry(registry, callers["rightsholder"], CHARACTER, PIKACHU)
    made = create_key(registry, None, service, scopes=[Scope.check])
    change_key(registry, None, made.key.id, label="x")
    revoke_key(registry, None, rotate_key(registry, None, made.key.id, overlap=timedelta()).key.id)
    first = run(check(registry, callers["service"], "Pikachu")).decision
    member = invite_member(registry, None, service, email="ann@example.org", name="Ann", rights=Rights.owner).member
    make_reset_link(registry, None, member.id, removes_totp=True)
    change_member(registry, None, member.id, disabled=True)
    suspend_organisation(registry, None, service, reason="x")
    suspend_organisation(registry, None, service, reason=None)
    second = run(check(registry, callers["service"], "Pikachu")).decision
    verified = verify_database(registry, vkey.name, (vkey,))
    assert "4 access.key, 3 access.member, 2 access.organisation" in " ".join(verified.words)
    assert (first.revision, first.outcome) == (second.revision, second.outcome)
    for decision in (first, second):
        assert replay_decision(registry, callers["auditor"], decision.id).result == "same_without_prompt"
