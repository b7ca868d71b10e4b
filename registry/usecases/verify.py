"""Verifying what a log shows (C2SP tlog-tiles), with its public key alone: a receipt, a downloaded folder, a live address.

Every function returns sentences on what was checked, or raises VerificationFailed at the first lie.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from registry.core.decision_log.audit import verified_entries, verified_tiles
from registry.core.decision_log.checkpoint import LogKeys, VerifiedCheckpoint, verify_checkpoint, verify_rotation
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import VerifierKey, parse_vkey
from registry.core.decision_log.note import SignedNote, format_note, parse_note
from registry.core.decision_log.proof import parse_receipt, verify_receipt
from registry.core.decision_log.prove import frontier_of
from registry.core.decision_log.rules import EntryRules
from registry.core.decision_log.tiles import TileReader, format_tile_path, hashes_from_tiles, list_new_tiles
from registry.core.errors import CheckpointRejected, InvalidInput, NotFound, Unavailable
from registry.usecases.log_state import Seen, require_not_shorter, require_same_history

Reader = Callable[[str], bytes]
Progress = Callable[[int, int], None]
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, in sentences, and what to remember for the next visit."""

    words: tuple[str, ...]
    seen: Seen


def verify_receipt_file(data: bytes, keys: LogKeys, *, leaf: bytes | None = None) -> tuple[str, ...]:
    """Check a `.tlog-proof` with its leaf, which may be inside. Raises VerificationFailed, InvalidInput when there is no leaf."""
    receipt = parse_receipt(data)
    shown = leaf if leaf is not None else receipt.extra
    if shown is None:
        raise InvalidInput("this receipt does not hold the leaf: give it with `--leaf FILE`")
    words = verify_receipt(replace(receipt, extra=None), shown, keys).words
    return (*words, f"the entry is {_described(_content(shown))}")


def _content(entry: bytes) -> dict[str, object]:
    """Return what an entry says; entries of other logs may be anything."""
    try:
        said = json.loads(entry)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def verify_log(
    read: Reader,
    trusted: LogKeys | None,
    seen: Seen | None,
    *,
    with_tiles: bool = False,
    with_entries: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Verified:
    """Check the log behind `read` (path below its address to bytes) since it was last seen, or from its beginning.

    `trusted` may be None at a later visit: then the keys seen last hold. `with_tiles` re-derives every hash above the leaves,
    `with_entries` reads every entry that is new, which needs an auditor's key. Raises VerificationFailed, NotFound, Unavailable.
    """
    keys = _trusted_keys(trusted, seen)
    note = parse_note(read("checkpoint"))
    verified, keys, words = _verified_head(read, note, keys)
    head = verified.checkpoint
    tiles = verified_tiles(head.size, head.root, lambda tile: read(format_tile_path(tile)))
    words += (f"the hashes on the right edge of the tree of {head.size} entries fold into that head",)
    start, revision = 0, 0
    if seen is not None:
        require_not_shorter(seen, head.size)
        require_same_history(seen, frontier_of(seen.head.size, hashes_from_tiles(head.size, tiles)).root())
        words += (f"it continues the {seen.head.size} entries seen last: none of them was changed, dropped or put in",)
        start, revision = (0, 0) if seen.revision is None else (seen.head.size, seen.revision)
    if with_tiles:
        words += (_all_tiles(head.size, tiles),)
    counted: int | None = None
    if with_entries:
        rules = EntryRules(revision)
        for index, entry in verified_entries(head.size, tiles, lambda bundle: read(format_tile_path(bundle)), start=start):
            rules.read(index, entry)
            progress(index + 1 - start, head.size - start)
        counted = rules.revision
        words += (_counted(start, head.size, rules),)
    return Verified(words, Seen(head, keys.log, counted, format_note(note).decode()))


def folder_reader(folder: Path) -> Reader:
    """Read a log that was downloaded (`registry log save`)."""

    def read(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"`{folder}` holds no `{path}`") from error

    return read


def http_reader(address: str, key: str | None = None) -> Reader:
    """Read a live log at its address, such as `https://registry.example/log`; `key` is an auditor's, for the entries."""
    base = address.rstrip("/")
    headers = {"authorization": f"Bearer {key}"} if key else {}

    def read(path: str) -> bytes:
        try:
            with urlopen(Request(f"{base}/{path}", headers=headers), timeout=SECONDS) as answer:  # noqa: S310  http(s), see the CLI
                body: bytes = answer.read()
                return body
        except HTTPError as error:
            hint = ": the key is unknown, or not one of an auditor's or operator's" if error.code in {401, 403} else ""
            raise NotFound(f"{base}/{path} answers {error.code}{hint}") from error
        except (URLError, OSError) as error:
            raise Unavailable(f"{base} cannot be reached: {error}") from error

    return read


def copy_log(read: Reader, folder: Path, *, with_entries: bool) -> int:
    """Save a log as files (checkpoint, keys, tiles and perhaps entries) that `registry verify` reads; return its size."""
    note = read("checkpoint")
    size = int(parse_note(note).text.split("\n")[1])
    paths = [format_tile_path(tile) for tile in list_new_tiles(0, size)]
    if with_entries:
        paths += [path.replace("tile/0/", "tile/entries/", 1) for path in paths if path.startswith("tile/0/")]
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read(path))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keys").write_bytes(read("keys"))
    (folder / "checkpoint").write_bytes(note)  # last: a copy that broke off has none
    return size


def _trusted_keys(trusted: LogKeys | None, seen: Seen | None) -> LogKeys:
    if trusted is not None:
        if seen is not None and seen.head.origin != trusted.origin:
            raise InvalidInput(f"the state file is about the log `{seen.head.origin}`, the key is of `{trusted.origin}`")
        return trusted
    if seen is None:
        raise InvalidInput("whose log is it? give its public key with `--key`, as `registry init` printed it")
    return LogKeys(seen.head.origin, seen.keys)


def _verified_head(read: Reader, note: SignedNote, keys: LogKeys) -> tuple[VerifiedCheckpoint, LogKeys, tuple[str, ...]]:
    words: tuple[str, ...] = ()
    try:
        verified = verify_checkpoint(note, keys)
    except CheckpointRejected as error:
        if error.code != Flaw.NO_TRUSTED_SIGNATURE:
            raise
        newer = _handed_over(read, keys)
        if newer == keys.log:
            raise
        keys = replace(keys, log=newer)
        words = (f"the log's key has changed, and the old key vouches for the new one {newer[-1].key_id.hex()}",)
        verified = verify_checkpoint(note, keys)
    by = ", ".join(f"{one.key.name}+{one.key.key_id.hex()}" for one in (*verified.log, *verified.witnesses))
    return verified, keys, (*words, f"the head of {verified.checkpoint.size} entries is signed by {by}")


def _handed_over(read: Reader, keys: LogKeys) -> tuple[VerifierKey, ...]:
    """Return the trusted keys and those that they vouch for, one after another."""
    said = json.loads(read("keys"))
    offered, trusted = [parse_vkey(key) for key in said["keys"]], list(keys.log)
    for text in said["rotations"]:
        note = parse_note(text.encode())
        for new in (key for key in offered if key not in trusted):
            if any(_vouches(note, keys.origin, old, new) for old in trusted):
                trusted.append(new)
    return tuple(trusted)


def _vouches(note: SignedNote, origin: str, old: VerifierKey, new: VerifierKey) -> bool:
    try:
        verify_rotation(note, origin, old, new)
    except CheckpointRejected:
        return False
    return True


def _all_tiles(size: int, tiles: TileReader) -> str:
    paths = list_new_tiles(0, size)
    for tile in paths:
        tiles(tile)
    return f"all {len(paths)} tiles fold into the head, down to the hash of every entry"


def _counted(start: int, size: int, rules: EntryRules) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(rules.counts.items()))
    what = f"entries {start} to {size - 1} are the ones hashed" if size > start else "there are no new entries"
    return f"{what}, canonical, each decision at the revision of the changes before it ({kinds or 'none'})"


def _described(content: dict[str, object]) -> str:
    if content.get("type") != "decision":
        return f"a `{content.get('type', 'entry of another kind')}`"
    return f"the decision {content.get('id')} of {content.get('at')}: {content.get('outcome')}"
