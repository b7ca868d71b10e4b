"""The log's key: made once, outside the database, for its owner alone."""

import stat

import pytest

from registry.core.decision_log.keys import parse_vkey
from registry.core.errors import Conflict, InvalidInput, Unavailable
from registry.usecases.log import current_checkpoint, make_log_key
from registry.usecases.log_key import LogKeyFile


def test_the_key_is_made_once_and_is_for_its_owner_alone(registry):
    assert stat.S_IMODE(registry.log_key.path.stat().st_mode) == 0o600
    assert make_log_key(registry) == make_log_key(registry)
    assert parse_vkey(make_log_key(registry)) == registry.log_key.read().verifier
    assert "PRIVATE" not in repr(registry.log_key.read())


def test_a_second_machine_must_be_given_the_key(registry, tmp_path):
    elsewhere = type(registry)(registry.database, registry.catalog, registry.log, LogKeyFile(tmp_path / "elsewhere" / "log.key"))
    with pytest.raises(Conflict, match="copy it"):
        make_log_key(elsewhere)
    assert not elsewhere.log_key.exists()


def test_another_key_signs_nothing(registry):
    registry.log_key.write(registry.log_key.new_key())
    with pytest.raises(Unavailable, match="not the one in use"):
        current_checkpoint(registry)


def test_another_origin_than_the_settings_say_is_refused(registry):
    with pytest.raises(InvalidInput, match=r"other\.example"):
        LogKeyFile(registry.log_key.path, "other.example/log").read()


def test_names_are_random_unless_given(tmp_path):
    file = LogKeyFile(tmp_path / "log.key")
    assert file.new_key().name != file.new_key().name
