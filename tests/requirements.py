"""`make lint`: every requirement is pinned by hash, names no index, and has a licence that we may ship. `--audit`: known vulnerabilities.

The audit asks a public service, so it says aloud when it cannot: a skip is no pass. With AUDIT_MUST_RUN it fails then.
"""

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?==\S+( ;.*?)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
FREE = ("MIT", "BSD", "Apache", "ISC", "PSF", "Python Software Foundation")
# Weaker than ours but compatible where used as they come: a library that is called, a tool that only builds.
NAMED = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only", "pathspec": "MPL"}
ELSEWHERE = {"colorama": "BSD-3-Clause", "tzdata": "Apache-2.0", "tzlocal": "MIT"}  # for other systems: not installed on this one
AUDIT_SECONDS = 300


def pinned(path: Path) -> tuple[list[str], list[str]]:
    """Return the names that a requirements file pins, and what is wrong with it."""
    names: list[str] = []
    wrong: list[str] = []
    hashes = 1
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if pin := PIN.fullmatch(line):
            wrong += [] if hashes else [f"{path.name}: `{names[-1]}` has no hash"]
            names.append(pin[1].lower())
            hashes = 0
        elif HASH.fullmatch(line):
            hashes += 1
        elif not re.match(r"\s*#", line) and line:
            wrong.append(f"{path.name}:{number}: `{line}` is no pinned requirement")
    return names, wrong + ([] if hashes else [f"{path.name}: `{names[-1]}` has no hash"])


def licence_of(name: str) -> str:
    """Return what a distribution says about its licence."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return ELSEWHERE.get(name, "")
    classifiers = [c.rpartition("::")[2] for c in found.get_all("Classifier") or [] if c.startswith("License")]
    return " ".join([found.get("License-Expression") or "", (found.get("License") or "")[:60], *classifiers])


def refused_licence(name: str) -> str | None:
    """Return why this requirement may not be shipped, if so."""
    licence = licence_of(name)
    if name in NAMED:
        return None if NAMED[name] in licence else f"`{name}` is no longer under {NAMED[name]}: `{licence}`"
    free = any(word in licence for word in FREE) and "GPL" not in licence
    return None if free else f"`{name}` has no licence that is known to be free of duties for users: `{licence.strip()}`"


def check() -> list[str]:
    """Return everything that is wrong with our requirements."""
    wrong: list[str] = []
    for path in sorted(ROOT.glob("requirements*.txt")):
        wrong += pinned(path)[1]
    return wrong + [reason for name in pinned(ROOT / "requirements.txt")[0] if (reason := refused_licence(name))]


def audit() -> int:
    """Look the requirements up; return an exit status."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.txt"), "--disable-pip", "--require-hashes"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=AUDIT_SECONDS, check=False)
        said, status = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        said, status = "no answer", 2
    unknown = said.count("could not be audited")
    if not unknown and (status == 0 or "Found" in said):
        print(said)
        return status
    print(f"NOT AUDITED: the list of known vulnerabilities cannot be reached ({unknown} not found; {said.strip().splitlines()[-1:]})")
    return 1 if "AUDIT_MUST_RUN" in os.environ else 0


if __name__ == "__main__":
    if "--audit" in sys.argv:
        sys.exit(audit())
    found = check()
    print("\n".join(found) or "requirements: all pinned by hash, all licences known")
    sys.exit(bool(found))
