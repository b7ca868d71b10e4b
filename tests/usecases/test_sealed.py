"""The seal key is in no backup: who restores or asks the doctor learns that it is missing, or another one, and what to do."""

import tarfile

import pytest

from registry.core.errors import Unavailable
from registry.core.scopes import Rights
from registry.store.members import set_totp
from registry.usecases.backup import write_backup
from registry.usecases.doctor import Patient, examine
from registry.usecases.log_key import LogKeyFile
from registry.usecases.members import invite_member
from registry.usecases.restore import restore_backup
from registry.usecases.seal import SealKeyFile
from registry.usecases.sealed import require_seal_key


@pytest.fixture
def member(registry, callers) -> str:
    """Somebody with an authenticator."""
    service = callers["service"].organisation.id
    made = invite_member(registry, None, service, email="ann@example.org", name="Ann", rights=Rights.reader).member.id
    with registry.database.write_aside() as session:
        set_totp(session, made, registry.seal.seal(b"seed", made), confirmed=True)
        session.commit()
    return made


def diagnosis(registry) -> tuple[str, str]:
    patient = Patient(registry.database, registry.log_key.path.parent, registry.log_key)
    [found] = [f for f in examine(patient) if "seal key" in f.words]
    return found.words, found.do


def another_key(path) -> None:
    path.unlink()
    SealKeyFile(path).seal(b"", "")


def test_nobody_needs_it_before_there_is_an_authenticator(registry, callers):
    assert diagnosis(registry) == ("no authenticator needs the seal key", "")


@pytest.mark.parametrize(
    ("spoil", "words", "do"),
    [
        (lambda _path: None, "opens the authenticators of all 1", ""),
        (lambda path: path.unlink(), "is not at", "copy it there"),
        (another_key, "is another one", "put the one there"),
        (lambda path: path.write_text("no key"), "is another one", "put the one there"),
        (lambda path: path.chmod(0o644), "others can read the seal key", "chmod 600"),
    ],
)
def test_the_doctor_says_what_is_wrong_with_it(registry, member, spoil, words, do):
    spoil(registry.seal.path)
    found = diagnosis(registry)
    assert words in found[0]
    assert found[1].startswith(do)
    assert bool(found[1]) == bool(do)
    assert member in found[0] or "another" not in found[0]


@pytest.mark.parametrize("with_key", [True, False])
def test_it_is_in_no_backup_and_a_restore_says_what_to_do(registry, member, tmp_path, with_key):
    file, key = tmp_path / "b.tar.gz", registry.seal.path.read_text().strip()
    write_backup(registry, file, with_key=with_key)
    with tarfile.open(file) as archive:
        assert not [m.name for m in archive if key.encode() in archive.extractfile(m).read()]
    there = LogKeyFile(tmp_path / "there" / "log.key")
    restored = restore_backup(f"sqlite:///{tmp_path / 'there' / 'registry.db'}", file, there)
    [missing] = [words for words in restored.to_do if "seal key" in words]
    assert f"`{tmp_path / 'there' / 'seal.key'}`" in missing
    assert f"{member}; 1 in all" in missing
    assert "reset-link MEMBER --remove-authenticator" in missing


def test_a_restore_beside_the_right_key_has_nothing_left_to_do_about_it(registry, member, tmp_path):
    write_backup(registry, tmp_path / "b.tar.gz", with_key=True)
    there = LogKeyFile(tmp_path / "there" / "log.key")
    restored = restore_backup(f"sqlite:///{tmp_path / 'there' / 'registry.db'}", tmp_path / "b.tar.gz", there, seal=registry.seal)
    assert restored.to_do == ()
    assert any("opens the authenticators of all 1" in words for words in restored.words)


def test_no_new_key_is_made_while_authenticators_are_sealed_with_one_that_is_gone(registry, member):
    registry.seal.path.rename(kept := registry.seal.path.with_suffix(".kept"))
    with registry.database.read() as session, pytest.raises(Unavailable):
        require_seal_key(session, registry.seal)
    assert not registry.seal.path.exists()
    kept.rename(registry.seal.path)
    with registry.database.read() as session:
        require_seal_key(session, registry.seal)
