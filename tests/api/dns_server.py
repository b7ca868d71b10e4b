"""A DNS server on loopback that says what a test wants said."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

SILENCE = ["(no answer)"]


@contextmanager
def dns_server(records: dict[str, list[str]]) -> Iterator[str]:
    """Answer TXT questions from `records` (name to texts; changed ones count at once); yield `address:port`."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(server, records))
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"stop", server.getsockname())
        thread.join()
        server.close()


def _serve(server: socket.socket, records: dict[str, list[str]]) -> None:
    while True:
        data, client = server.recvfrom(4096)
        if data == b"stop":
            return
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name = question.question[0].name
        texts = records.get(name.to_text(omit_final_dot=True))
        if texts == SILENCE:
            continue
        if texts is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *(f'"{text}"' for text in texts)))
        server.sendto(answer.to_wire(), client)
