"""A small witness (C2SP tlog-witness): remembers the last head of one log, cosigns only what continues it."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.note import cosign_note, format_signatures
from registry.core.decision_log.witness import parse_add_checkpoint, verify_add_checkpoint
from registry.core.errors import CheckpointRejected, VerificationFailed


@contextlib.contextmanager
def running_witness(key, log_keys):
    """Run a witness with this signing key for this log; give its address."""
    latest = [None]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                request = parse_add_checkpoint(body)
                latest[0] = verify_add_checkpoint(request, latest[0], log_keys)
                signed = cosign_note(request.note, key, int(time.time()))
                self._answer(200, format_signatures(signed.signatures[-1:]))
            except CheckpointRejected as error:
                is_other_size = error.code == Flaw.OTHER_OLD_SIZE
                self._answer(409 if is_other_size else 403, f"{latest[0].size}\n" if is_other_size else error.message)
            except VerificationFailed as error:
                self._answer(422, error.message)

        def _answer(self, status, text):
            data = text.encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
