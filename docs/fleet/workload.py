"""Starts, stops and shows a workload on wasmCloud hosts, as the Kubernetes operator otherwise does: `workload.py --help`."""

import argparse
import json
import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# Seconds. Hosts say twice a minute that they are there.
PATIENCE = 40


class Nats:
    """As much of the protocol as a question and its answer take (https://docs.nats.io/reference/reference-protocols/nats-protocol)."""

    def __init__(self, url):
        address = urlsplit(url)
        self.socket = socket.create_connection((address.hostname, address.port or 4222), timeout=PATIENCE)
        self.stream = self.socket.makefile("rb")
        self.write('CONNECT {"verbose":false,"pedantic":false}')

    def write(self, *lines):
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def messages(self, deadline):
        """What arrives where somebody has subscribed."""
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                verb, *words = self.stream.readline().decode().split()
            except (TimeoutError, ValueError):
                return
            if verb == "PING":
                self.write("PONG")
            elif verb == "MSG":
                payload = self.stream.read(int(words[-1]) + 2)
                yield json.loads(payload) if payload.strip() else {}

    def ask(self, subject, question):
        """The answer."""
        inbox = "_INBOX.workload"
        payload = json.dumps(question)
        self.write(f"SUB {inbox} 1", f"PUB {subject} {inbox} {len(payload.encode())}", payload)
        for answer in self.messages(time.monotonic() + PATIENCE):
            return answer
        sys.exit(f"error: no answer from `{subject}`\nhint: look at the log of the host")


def hosts(url, names):
    """The ids of these hosts, as they say that they are there. An id stands for itself."""
    found = {name: name for name in names if len(name) == 36 and name.count("-") == 4}
    if len(found) == len(names):
        return found
    nats = Nats(url)
    nats.write("SUB runtime.operator.heartbeat.> 1")
    for heartbeat in nats.messages(time.monotonic() + PATIENCE):
        if heartbeat["hostname"] in names:
            found[heartbeat["hostname"]] = heartbeat["id"]
        if len(found) == len(names):
            return found
    missing = ", ".join(sorted(set(names) - set(found)))
    sys.exit(f"error: no sign of {missing} at `{url}`\nhint: start it by `wash host --host-name NAME`, with the same NATS")


def main():
    parser = argparse.ArgumentParser(description="Starts, stops and shows a workload on wasmCloud hosts.")
    parser.add_argument("verb", choices=["start", "stop", "status"])
    parser.add_argument("file", type=Path, help="the workload, as JSON")
    parser.add_argument("host", nargs="+", help="names or ids of hosts, one after the other")
    parser.add_argument("--config", type=Path, help="the configuration of the proxy")
    parser.add_argument("--env", action="append", default=[], metavar="NAME", help="a variable to pass on, such as a secret")
    parser.add_argument("--nats", default="nats://127.0.0.1:4222")
    options = parser.parse_args()
    workload = json.loads(options.file.read_text())
    for component in workload["workload"]["witWorld"]["components"]:
        variables = component.setdefault("localResources", {}).setdefault("environment", {})
        variables.update({name: os.environ[name] for name in options.env})
        if options.config:
            variables["ENTRA_AUTH_PROXY_CONFIG"] = options.config.read_text()
    question = workload if options.verb == "start" else {"workloadId": workload["workloadId"]}
    ids = hosts(options.nats, options.host)
    for name in options.host:
        answer = Nats(options.nats).ask(f"runtime.host.{ids[name]}.workload.{options.verb}", question)
        status = answer.get("workloadStatus", answer)
        state = status.get("workloadState", str(status))
        print(f"{name}: {state} {status.get('message', '')}".rstrip())
        if options.verb == "start" and state != "WORKLOAD_STATE_RUNNING":
            sys.exit(1)


if __name__ == "__main__":
    main()
