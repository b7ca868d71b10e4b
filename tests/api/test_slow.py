"""Over real sockets: slow requests and answers that nobody takes end; quick ones on the same connection do not."""

import asyncio
import contextlib
import json
import socket

import pytest
import uvicorn

from registry.api.slow import MAX_PENDING_HEAD, bounded_protocol

SECONDS = 0.6


async def app(scope, receive, send):
    """Read the body whole and send as many bytes back as the path says."""
    if scope["type"] == "lifespan":
        return
    while (await receive()).get("more_body"):
        pass
    size = int(scope["path"].strip("/") or 2)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})
    await send({"type": "http.response.body", "body": b"x" * size})


def run(client):
    """Run a client against a server with bounds; return what it returns."""

    async def both():
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            protocol = bounded_protocol(SECONDS, look_seconds=0.1)
            config = uvicorn.Config(app, http=protocol, log_config=None, lifespan="off", timeout_keep_alive=60)
            server = uvicorn.Server(config)
            task = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                return await asyncio.wait_for(client(listening.getsockname()[1]), 30)
            finally:
                server.should_exit = True
                await task

    return asyncio.run(both())


async def read_all(reader, writer):
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\n"])
def test_a_head_that_does_not_come_ends_the_connection(sent):
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        return await read_all(reader, writer)

    assert run(client) == b""


def test_a_body_that_does_not_come_is_a_408():
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
        return await read_all(reader, writer)

    head, _, body = run(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["type"] == "urn:character-registry:problem:too-slow"


def test_one_byte_now_and_then_does_not_help():
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n")
        answer = asyncio.create_task(read_all(reader, writer))
        with contextlib.suppress(ConnectionError):
            while not answer.done():
                writer.write(b"a")
                await asyncio.sleep(0.05)
        return await answer

    assert b" 408 " in run(client)


def test_an_answer_that_nobody_takes_ends_the_connection():
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /80000000 HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(SECONDS * 4)
        return len(await read_all(reader, writer))

    assert run(client) < 80_000_000


def test_a_head_without_end_is_cut_off():
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nx: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(2 * MAX_PENDING_HEAD // 1024):
                writer.write(b"a" * 1024)
                await writer.drain()
        return await read_all(reader, writer)

    assert b"200" not in run(client)


def test_a_connection_that_is_used_and_then_idle_stays():
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = []
        for pause in (0, SECONDS / 3, SECONDS * 2.5, 0):
            await asyncio.sleep(pause)
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc")
            answers.append(await reader.readuntil(b"xx"))
        writer.transport.abort()
        return answers

    assert [a.startswith(b"HTTP/1.1 200") for a in run(client)] == [True] * 4
