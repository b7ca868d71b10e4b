"""People and keys on the command line, and what a real server writes about them: nothing that proves anything."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

from tests.benchmarks.serving import ROOT, free_port, registry_command, wait_for

PASSWORD = "kestrel password 7153"
PROMPT = "kestrel-prompt-7153"


def ask(url, method, path, key=None, **body):
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_the_first_owner_is_invited_on_the_machine_and_a_server_writes_no_secret(tmp_path):
    keys = json.loads(registry_command(tmp_path, "init", "--json"))
    invited = registry_command(tmp_path, "members", "invite", "service", "ann@kestrel.example", "--rights", "owner")
    [token] = invited.splitlines()  # alone, so that a script can take it; what comes next stands beside it
    narrowed = registry_command(tmp_path, "keys", "create", "service", "--scope", "check", "--level", "strict").strip()
    port = free_port()
    url, said = f"http://127.0.0.1:{port}", tmp_path / "said.txt"
    environment = {**os.environ, "REGISTRY_HOME": str(tmp_path), "REGISTRY_LOG_LEVEL": "debug"}
    with said.open("wb") as out:
        command = [sys.executable, "-m", "registry", "serve", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out)
    try:
        wait_for(url + "/healthz", server)
        assert ask(url, "POST", "/v1/invitations/accept", token=token, password=PASSWORD)[0] == 200
        status, made = ask(url, "POST", "/v1/sessions", organisation="service", email="ann@kestrel.example", password=PASSWORD)
        assert status == 201
        assert ask(url, "POST", "/v1/check", key=made["token"], prompt=PROMPT)[0] == 200
        assert ask(url, "POST", "/v1/check", key=narrowed, prompt=PROMPT)[0] == 200
        assert ask(url, "GET", f"/v1/characters?q={PROMPT}", key=keys["service"])[0] == 200
        assert ask(url, "GET", f"/v1/characters?q={PROMPT}", key=narrowed)[0] == 403
    finally:
        server.terminate()
        server.wait(60)
    written = said.read_text()
    assert '"event": "request"' in written
    for secret in (token, PASSWORD, made["token"], narrowed, PROMPT, *keys.values(), "kestrel.example"):
        assert secret not in written
