"""A closed-loop HTTP load on loopback: so many connections, each sending its next request when the last is answered."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Load:
    """What one round of load measured. Times in milliseconds, CPU in microseconds of the server's process per request."""

    requests: int
    per_second: float
    p50: float
    p99: float
    cpu: float
    failures: int


class _Connection(asyncio.Protocol):
    def __init__(self, requests: list[bytes], turn: int, times: list[float], deadline: float) -> None:
        self.requests, self.turn, self.times, self.deadline = requests, turn, times, deadline
        self.buffer = b""
        self.failures = 0
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self.turn += 1
        self.start = time.perf_counter()
        self.transport.write(self.requests[self.turn % len(self.requests)])

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.buffer.lower().find(b"content-length: ", 0, head) + 16
        if len(self.buffer) < head + 4 + int(self.buffer[at : self.buffer.find(b"\r", at)]):
            return
        now = time.perf_counter()
        self.times.append(now - self.start)
        self.failures += not self.buffer.startswith(b"HTTP/1.1 200")
        self.buffer = b""
        if now < self.deadline:
            self._send()
        else:
            self.transport.close()

    def connection_lost(self, exc):
        if not self.closed.done():
            self.closed.set_result(None)


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def run_load(port: int, requests: list[bytes], *, connections: int, seconds: float, pid: int) -> Load:
    """Load 127.0.0.1:port for so many seconds."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    before, start = cpu_seconds(pid), time.perf_counter()
    made = [
        await loop.create_connection(lambda n=n: _Connection(requests, n * 37, times, start + seconds), "127.0.0.1", port)
        for n in range(connections)
    ]
    await asyncio.gather(*(protocol.closed for _, protocol in made))
    elapsed = time.perf_counter() - start
    times.sort()
    return Load(
        requests=len(times),
        per_second=len(times) / elapsed,
        p50=1000 * times[len(times) // 2],
        p99=1000 * times[int(len(times) * 0.99)],
        cpu=1e6 * (cpu_seconds(pid) - before) / len(times),
        failures=sum(protocol.failures for _, protocol in made),
    )
