"""Starting and stopping servers for benchmarks and fault tests: real processes on loopback, ended by pid."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def registry_command(home: Path, *words: str, **settings: str) -> str:
    """Run a `registry` command on the state in `home` and return what it printed."""
    environment = _environment(home, **settings)
    return subprocess.run([sys.executable, "-m", "registry", *words], env=environment, check=True, capture_output=True, text=True).stdout


def start_registry(home: Path, port: int, **settings: str) -> subprocess.Popen[bytes]:
    """Start `registry serve` and return at once."""
    command = [sys.executable, "-m", "registry", "serve", "--port", str(port)]
    return subprocess.Popen(command, env=_environment(home, REGISTRY_LOG_LEVEL="error", **settings), cwd=ROOT)


def wait_for(url: str, process: subprocess.Popen[bytes], *, seconds: float = 60) -> None:
    """Wait until the address answers. Raises RuntimeError when the process ends or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.01)
    raise RuntimeError(f"{url} does not answer")


@contextlib.contextmanager
def served(process: subprocess.Popen[bytes], url: str) -> Iterator[int]:
    """Wait for a server, give its pid, end it."""
    try:
        wait_for(url, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def check_request(prompt: str, key: str = "none") -> bytes:
    """Return the bytes of POST /v1/check."""
    body = json.dumps({"prompt": prompt}, ensure_ascii=False).encode()
    lines = (
        "POST /v1/check HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode() + body


def _environment(home: Path, **settings: str) -> dict[str, str]:
    return {**os.environ, "REGISTRY_HOME": str(home), "PYTHONPATH": str(ROOT), **settings}
