"""`make schemathesis SECONDS=60`: asks a running server whatever its OpenAPI document allows, and more, as each role and as nobody.

The server runs on a throw-away SQLite database with the example catalog. A failure is: a 5xx, a status, header, media type or
body that the document does not promise, or a method that is neither documented nor refused.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.serving import free_port, registry_command, served, start_registry

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
# The operator's keys can lock the run out of its own server: it would test 401 from then on.
LOCKS_OUT = ("revoke_key",)
ROLES = ("operator", "rightsholder", "service", "auditor", "nobody")


def run_as(role: str, key: str | None, url: str, arguments: argparse.Namespace, report: Path) -> int:
    """Run Schemathesis as one role; return its exit status."""
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/openapi.json"),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure"),
        *("--max-time", str(max(1, arguments.seconds // len(arguments.roles))), "--request-timeout", "30", "--workers", "1"),
        *("--suppress-health-check", "all", "--warnings", "off", "--no-color", "--max-failures", "200"),
        *("--report", "ndjson", "--report-ndjson-path", str(report)),
        *(f"--exclude-operation-id-regex=.*{name}.*" for name in LOCKS_OUT),
    ]
    if arguments.seed is not None:
        command += ["--seed", str(arguments.seed)]
    if key is not None:
        command += ["--header", f"Authorization:Bearer {key}"]
    print(f"\n== as {role} ==", flush=True)
    return subprocess.run(command, check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"}).returncode


def main() -> None:
    """Start a server, run as every role, say who found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for all roles together")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--roles", nargs="+", default=list(ROLES), choices=ROLES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        keys = json.loads(registry_command(home, "init", "--json", "--example"))
        url = f"http://127.0.0.1:{port}"
        with served(start_registry(home, port), f"{url}/readyz"):
            found = {role: run_as(role, keys.get(role), url, arguments, home / f"{role}.ndjson") for role in arguments.roles}
    print("\n" + "\n".join(f"{role:<13} {'clean' if status == 0 else 'found something'}" for role, status in found.items()))
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()
