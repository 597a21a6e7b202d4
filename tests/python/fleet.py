"""Two wasmCloud hosts, the store between them, and what stands around them, as docs/fleet.md starts it on one machine."""

import base64
import collections
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

from emulator import DAEMON, SECRET, WORKSPACE

sys.path.append(str(WORKSPACE / "docs/fleet"))
import workload  # noqa: E402

STORE = "entra-auth-tokens"
PAGE = WORKSPACE / "docs/fleet.md"
PATH = f"{WORKSPACE}/target/release:{WORKSPACE}/target/tools/bin:{os.environ['PATH']}"
# What `<client>` is for keys of tenants.
KEY_SETS = "5333647a922c8c35e9d91f6e8c371350"
PROGRAMS = ["wash", "nats-server", "docker-registry"]


def missing():
    """What is not installed."""
    return [name for name in PROGRAMS if not shutil.which(name, path=PATH)]


def new_key():
    """What `entra-auth-cli cache-key` prints."""
    return base64.b64encode(os.urandom(32)).decode()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Upstream(http.server.ThreadingHTTPServer):
    """The API behind; it remembers what reached it."""

    request_queue_size = 512

    def __init__(self, port):
        self.received = []
        # Of those who ask for `/orders/together`, nobody is answered before as many are here.
        self.together = threading.Barrier(100)
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # An answer in one piece: the second one of two waits for a while on a connection that is kept.
            wbufsize = -1

            def do_GET(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                upstream.received.append((self.path, dict(self.headers)))
                if self.path == "/orders/together":
                    upstream.together.wait(timeout=60)
                self.send_response(200)
                self.send_header("content-length", "8")
                self.end_headers()
                self.wfile.write(b"received")

            do_POST = do_GET

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Operations:
    """Counts the reads and writes of tokens in a store, as they reach NATS."""

    def __init__(self, nats, store):
        self.nats = workload.Nats(nats)
        self.nats.write(f"SUB $JS.API.DIRECT.GET.KV_{store}.$KV.{store}.> 1", f"SUB $KV.{store}.> 2")
        self.count()

    def count(self):
        """Reads and writes since this was last called."""
        self.nats.write("PING")
        counted = collections.Counter()
        while (line := self.nats.stream.readline().split())[0] != b"PONG":
            if line[0] == b"MSG":
                self.nats.stream.read(int(line[-1]) + 2)
                name = line[1].decode().rsplit(".", 1)[1]
                counted[line[2]] += "/" in name and not name.startswith(KEY_SETS)
        return counted[b"1"], counted[b"2"]


class Fleet:
    """Each line of the page's shell block, with ports, folders and keys of its own."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp())
        self.processes = {}
        self.ports = {port: str(free_port()) for port in ["5000", "4222", "9201", "9202", "8400", "9000"]}
        self.environment = {
            "PATH": PATH,
            "HOME": str(self.folder),
            "BACKEND_SECRET": "your-api-secret",
            "ENTRA_AUTH_CLI_SECRET_STORE": "none",
            "ENTRA_AUTH_CLI_CONFIG_PATH": str(self.folder),
        }
        for file in ["registry.yml", "workload.json", "proxy.toml"]:
            text = (WORKSPACE / "docs/fleet" / file).read_text()
            (self.folder / file).write_text(self.own(text))
        self.upstream = Upstream(int(self.ports["9000"]))
        self.lines = re.search(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)[1].splitlines()
        self.environment["ENTRA_AUTH_CLI_CACHE_KEY"] = new_key()
        try:
            self.start_all()
        except BaseException:
            self.stop()
            raise

    def start_all(self):
        for line in self.lines:
            if line.endswith(" &") and not line.startswith("python3 -m http.server"):
                self.start(line.removesuffix(" &"))
        self.wait_for("5000", "4222", "8400", "9201", "9202")
        self.hosts = {name: self.host_id(name) for name in ["one", "two"]}
        for line in self.lines:
            if line.startswith("wash oci push"):
                self.run(line)
        self.workload("start", "one", "two")

    def own(self, text):
        for port, own in self.ports.items():
            text = re.sub(rf"\b{port}\b", own, text)
        return text.replace("docs/fleet/", f"{self.folder}/" if "workload.py" not in text else "docs/fleet/")

    def start(self, line):
        line = self.own(line.replace("fleet-store", f"{self.folder}/store"))
        name = re.search(r"--host-name (\w+)", line)
        name = name[1] if name else line.split()[0]
        log = (self.folder / f"{name}.log").open("ab")
        command = line.split()
        command[0] = shutil.which(command[0], path=PATH)
        if name in ["one", "two"]:
            command += ["--scheduler-nats-url", self.nats, "--data-nats-url", self.nats, "--oci-cache-dir", f"{self.folder}/{name}"]
        self.processes[name] = subprocess.Popen(
            command, stdout=log, stderr=log, env=self.environment, cwd=self.folder if "registry" in name else WORKSPACE
        )
        return name

    @property
    def nats(self):
        return f"nats://127.0.0.1:{self.ports['4222']}"

    def run(self, line):
        command = self.own(line).split()
        command[0] = shutil.which(command[0], path=PATH)
        answer = subprocess.run(command, env=self.environment, cwd=WORKSPACE, capture_output=True, text=True, timeout=60)
        if answer.returncode:
            raise AssertionError(f"{line}: {answer.stdout} {answer.stderr}")
        return answer.stdout

    def workload(self, verb, *hosts, file="workload.json", **environment):
        line = next(line for line in self.lines if "workload.py start" in line)
        command = line.replace("workload.py start", f"workload.py {verb}").removesuffix("one two").split()
        command = [str(self.folder / file) if word.endswith("workload.json") else word for word in command]
        command = [str(self.folder / "proxy.toml") if word.endswith("proxy.toml") else word for word in command]
        command += ["--nats", self.nats, *(self.hosts[name] for name in hosts)]
        answer = subprocess.run(
            command, env={**self.environment, **environment}, cwd=WORKSPACE, capture_output=True, text=True, timeout=60
        )
        if answer.returncode:
            raise AssertionError(f"{command}: {answer.stdout} {answer.stderr}")

    def variant(self, name, image="proxy", **environment):
        """The file of the same workload under another name, which is its host too, with further variables."""
        text = (self.folder / "workload.json").read_text().replace("/proxy:1", f"/{image}:1")
        described = json.loads(text)
        described["workloadId"] = described["workload"]["name"] = name
        world = described["workload"]["witWorld"]
        world["hostInterfaces"][0]["config"]["host"] = f"{name}.localhost"
        world["components"][0]["localResources"]["environment"] = environment
        (self.folder / f"{name}.json").write_text(json.dumps(described))
        return f"{name}.json"

    def wait_for(self, *ports):
        deadline = time.monotonic() + 60
        for port in ports:
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", int(self.ports[port]))) == 0:
                        break
                assert time.monotonic() < deadline, f"nothing listens at {port}"
                time.sleep(0.1)

    def host_id(self, name):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if found := re.findall(r'host_id="?([0-9a-f-]{36})', self.log(name)):
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(self.log(name))

    def log(self, name):
        text = (self.folder / f"{name}.log").read_text(errors="replace")
        return re.sub(r"\x1b\[[0-9;]*m", "", text)

    def kill(self, name):
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self):
        for name in list(self.processes):
            self.kill(name)
        self.upstream.shutdown()
        self.upstream.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What somebody does who can write to the store.

    def put(self, key, value):
        """Puts something under a key."""
        payload = value.decode("latin-1")
        store = workload.Nats(self.nats)
        store.write(f"PUB $KV.{STORE}.{key} {len(value)}", payload, "PING")
        assert any(line.startswith(b"PONG") for line in iter(store.stream.readline, b""))

    def keys(self):
        """The keys under which there is something."""
        question = {"subjects_filter": f"$KV.{STORE}.>"}
        state = workload.Nats(self.nats).ask(f"$JS.API.STREAM.INFO.KV_{STORE}", question)["state"]
        keys = [subject.removeprefix(f"$KV.{STORE}.") for subject in state["subjects"]]
        return [key for key in keys if not self.is_removed(key)]

    def is_removed(self, key):
        question = {"last_by_subj": f"$KV.{STORE}.{key}"}
        message = workload.Nats(self.nats).ask(f"$JS.API.STREAM.MSG.GET.KV_{STORE}", question)["message"]
        return b"KV-Operation" in base64.b64decode(message.get("hdrs", ""))

    def operations(self, store):
        """What is done to this store from now on."""
        return Operations(self.nats, store)

    # What callers do.

    def emulator(self, path):
        return f"http://127.0.0.1:{self.ports['8400']}{path}"

    def token(self):
        form = {"grant_type": "client_credentials", "client_id": DAEMON, "client_secret": SECRET, "scope": "api://your-api-id/.default"}
        answer = requests.post(self.emulator("/contoso.onmicrosoft.com/oauth2/v2.0/token"), data=form, timeout=30)
        return answer.json()["access_token"]

    def asked(self):
        """How often for a token, and how often for keys, since this was last called."""
        received = requests.get(self.emulator("/__emulator/requests"), timeout=30).json()
        requests.delete(self.emulator("/__emulator/requests"), timeout=30)
        tokens = sum(request["method"] == "POST" for request in received)
        return tokens, len(received) - tokens

    def tokens_live(self, seconds, times):
        """So many tokens from now on."""
        fault = {"endpoint": "token", "times": times, "set": {"expires_in": seconds}}
        requests.post(self.emulator("/__emulator/faults"), json=fault, timeout=30).raise_for_status()

    def forget(self):
        """Whatever the emulator was told."""
        requests.delete(self.emulator("/__emulator"), timeout=30).raise_for_status()

    def call(self, host, target, token=None, method="GET", name="localhost", **headers):
        port = self.ports[{"one": "9201", "two": "9202"}[host]]
        headers["host"] = f"{name}:{port}"
        if token:
            headers["authorization"] = f"Bearer {token}"
        return requests.request(method, f"http://127.0.0.1:{port}{target}", headers=headers, timeout=60)
