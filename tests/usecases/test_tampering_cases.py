"""Tampering with claims, disputes, verifications and reserved names: `registry verify` finds each, and names the case."""

import json

import pytest
from sqlalchemy import text

from registry.core.disputes import Grounds
from registry.core.errors import VerificationFailed
from registry.core.model import Alias, CharacterDraft, Role
from registry.usecases.access import Caller
from registry.usecases.catalog import create_entry, patch_entry
from registry.usecases.dispute_files import Reader
from registry.usecases.dispute_opening import Complaint, open_dispute
from registry.usecases.disputes import erase_complaint
from registry.usecases.entries import CHARACTER
from registry.usecases.log import public_keys
from registry.usecases.organisations import create_organisation
from registry.usecases.reserved import reserve_name
from registry.usecases.verifications import request_verification
from registry.usecases.verify_database import verify_database


@pytest.fixture
def world(registry, callers):
    """One case of each kind, and a complaint whose texts were erased."""
    holder, operator = callers["rightsholder"], callers["operator"]
    made = create_entry(registry, holder, CHARACTER, CharacterDraft(ref="z", name="Zorblaxian"))
    patch_entry(registry, holder, CHARACTER, "ref:z", {"aliases": (Alias(text="dog"),)})
    create_entry(registry, holder, CHARACTER, CharacterDraft(ref="cat", name="Cat"))
    reserve_name(registry, operator, "Quixotania", "famous")
    newcomer = create_organisation(registry, operator, role=Role.rightsholder, ref="new", name="New", verified=False)
    request_verification(registry, Caller(newcomer, "key_x"), "me", domain=None, evidence="a contract")
    for keep in (True, False):
        found, token = open_dispute(registry, None, "10.0.0.1", Complaint(made.id, Grounds.other, "a statement", "me@example.com"))
        if not keep:
            erase_complaint(registry, Reader(None, token), found.dispute.id)
    return registry


def verified(world):
    known = public_keys(world)
    return verify_database(world, known.origin, known.keys)


TAMPERINGS = {
    "a claim approved in its row": "UPDATE case_file SET state = 'approved' WHERE kind = 'claim'",
    "a risk taken away": "UPDATE case_file SET said = replace(said, 'EVERYDAY_WORD', 'SUDDEN_BULK') WHERE kind = 'claim'",
    "another proposal put in the place of one": "UPDATE case_file SET private = replace(private, 'dog', 'cat') WHERE kind = 'claim'",
    "a proposal dropped": "UPDATE case_file SET private = NULL WHERE kind = 'claim'",
    "a claim moved to another rightsholder": "UPDATE case_file SET rightsholder_id = 'org_x' WHERE kind = 'claim'",
    "a dispute dropped": "DELETE FROM case_file WHERE kind = 'dispute'",
    "a statement changed": "UPDATE case_file SET private = replace(private, 'a statement', 'another') WHERE kind = 'dispute'",
    "texts dropped that nobody erased": "UPDATE case_file SET private = '{}' WHERE kind = 'dispute'",
    "evidence changed": "UPDATE case_file SET private = replace(private, 'contract', 'letter') WHERE kind = 'verification'",
    "a reserved name moved": "UPDATE case_file SET said = replace(said, 'Quixotania', 'Pikachu') WHERE kind = 'reserved'",
    "a step dropped": "DELETE FROM case_step WHERE case_id IN (SELECT id FROM case_file WHERE kind = 'claim')",
    "a step made up": "UPDATE case_step SET log_index = 0 WHERE case_id IN (SELECT id FROM case_file WHERE kind = 'reserved')",
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_found(world, name):
    words = " / ".join(verified(world).words)
    assert "6 claims, disputes, verifications and reserved names" in words, words
    with world.database.engine.begin() as connection:
        connection.execute(text(TAMPERINGS[name]))
    with pytest.raises(VerificationFailed) as found:
        verified(world)
    assert found.value.code in {"WRONG_CASE", "WRONG_INDEX"}, found.value.message


def test_a_row_made_up_is_found(world):
    with world.database.engine.begin() as connection:
        row = connection.execute(text("SELECT * FROM case_file WHERE kind = 'reserved'")).mappings().one()
        made_up = {**row, "id": "rsv_x", "said": json.dumps({**json.loads(row["said"]), "id": "rsv_x"})}
        columns, values = ", ".join(made_up), ", ".join(f":{name}" for name in made_up)
        connection.execute(text(f"INSERT INTO case_file ({columns}) VALUES ({values})"), made_up)
    with pytest.raises(VerificationFailed, match="rsv_x"):
        verified(world)
