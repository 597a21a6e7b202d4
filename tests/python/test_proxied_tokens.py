"""The proxy judges the tokens of `tokens` on each engine, as bytes on a socket: what is bad in one thing does not reach the server behind."""

import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import authority
from emulator import WORKSPACE
from tokens import API, API_URI, SKEW, TENANT, Tokens

#: The token is good, and allows too little.
OF_PERMISSION = {"client", "permission", "scope", "role", "group", "groups-overage"}
#: What is no token to begin with is refused as a header.
NO_TOKEN = ["nothing", "a line break inside"]
#: Neither the component nor its engines read a head of this size to its end.
TOO_LONG = ["a hundred thousand dots", "100 kB"]

WASMTIME = WORKSPACE / "target/tools/bin/wasmtime"
SERVE = [WASMTIME, "serve", "--addr", "127.0.0.1:0", "-S", "cli", "--max-instance-reuse-count", "1000000", "--idle-instance-timeout", "3600", "--env", "ENTRA_AUTH_PROXY_CONFIG"]


class Api(BaseHTTPRequestHandler):
    """The server behind, which counts."""

    def do_GET(self):
        self.server.reached += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def configuration(origin, upstream, expectations):
    """A route for each of what an API may expect besides."""
    parts = ['version = 1\n[listen]\naddress = "127.0.0.1:0"\n[log]\nrequests = "none"\n']
    listed = lambda names, expect: "".join(f"{name} = {json.dumps(expect[name])}\n" for name in names if name in expect)
    for number, expect in enumerate(expectations):
        parts.append(
            f'[inbound.i{number}]\nauthority = "{origin}"\ntenants = ["{TENANT}"]\naudiences = ["{API}", "{API_URI}"]\n'
            f'skew = "{SKEW}s"\n{listed(["clients", "groups"], expect)}'
            f'[[route]]\nname = "r{number}"\npath = "/{number}"\nmethods = ["GET"]\ninbound = "i{number}"\n'
            f'upstream = "{upstream}"\n{listed(["scopes", "roles"], expect)}'
        )
    return "".join(parts)


def ask(port, number, token):
    """Status, and the rule that is named."""
    head = f"GET /{number} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as stream:
        try:
            stream.sendall(head.encode())
            while piece := stream.recv(65536):
                answer += piece
        except ConnectionError:
            # Who refuses may close before everything was said.
            pass
    rule = re.search(r'"rule":"([^"]+)"', answer.decode())
    return answer and int(answer[9:12]), rule and rule[1]


class Proxied(unittest.TestCase):
    def setUp(self):
        self.origin = authority.start(self)
        self.api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
        self.api.reached = 0
        self.addCleanup(self.api.server_close)
        self.addCleanup(self.api.shutdown)
        threading.Thread(target=self.api.serve_forever).start()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        now = int(time.time())
        kinds = [(version, holder) for version in [1, 2] for holder in ["application", "person"]]
        self.cases = [
            (f"v{version}, {holder}: {case.name}", case)
            for version, holder in kinds
            for case in Tokens(version, holder, now, self.origin, self.origin).cases()
        ]
        expectations = {json.dumps(case.expect): case.expect for _, case in self.cases}
        self.expectations = list(expectations.values())

    def start(self, command, stream):
        """Where the proxy listens, which it says on this stream."""
        text = configuration(self.origin, f"http://127.0.0.1:{self.api.server_port}", self.expectations)
        (self.folder / "proxy.toml").write_text(text)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(WORKSPACE / "target/tools/cache"),
            "ENTRA_AUTH_CLI_SECRET_STORE": "none",
            "ENTRA_AUTH_PROXY_CONFIG": text,
        }
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: subprocess.PIPE}
        process = subprocess.Popen(command, cwd=self.folder, env=environment, text=True, **streams)
        said = getattr(process, stream)
        self.addCleanup(said.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for line in said:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                # Somebody has to read what else it says.
                threading.Thread(target=said.read, daemon=True).start()
                return int(found[1])
        self.fail("it says where it listens")

    def check(self, port):
        good = 0
        # The first time they are computed, the second time remembered.
        for name, case in self.cases * 2:
            with self.subTest(name):
                status, rule = ask(port, self.expectations.index(case.expect), case.token)
                if case.rule is None:
                    self.assertEqual((status, rule), (204, None))
                    good += 1
                elif case.name in NO_TOKEN:
                    self.assertEqual(status, 400)
                elif case.name in TOO_LONG:
                    self.assertIn(status, [431, b""])
                else:
                    self.assertEqual((status, rule), (403 if case.rule in OF_PERMISSION else 401, case.rule))
        self.assertGreater(good, 50)
        self.assertEqual(self.api.reached, good)

    def test_natively(self):
        self.check(self.start([WORKSPACE / "target/release/entra-auth-cli", "proxy", "--config", "proxy.toml"], "stdout"))

    def test_under_wasmtime(self):
        if not WASMTIME.exists() and os.environ.get("CI") != "true":
            self.skipTest("`wasmtime` is missing; `tests/install` provides it")
        self.check(self.start([*SERVE, WORKSPACE / "target/components/entra-auth-proxy.wasm"], "stderr"))


if __name__ == "__main__":
    unittest.main()
