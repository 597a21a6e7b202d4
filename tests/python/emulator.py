"""A running `entra-emulator` over TLS, because Microsoft's clients insist on it."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import requests

WORKSPACE = Path(__file__).resolve().parents[2]
KEYS = WORKSPACE / "host/emulator/key/client-credential"

TENANT = "11111111-2222-3333-4444-555555555555"
DAEMON = "99999999-8888-7777-6666-555555555555"
SECRET = "S3cr3t~+/=&% é"
COMMAND_LINE = "88888888-7777-6666-5555-444444444444"
YOUR_API = "77777777-6666-5555-4444-333333333333"
YOUR_API_SECRET = "your-api-secret"
ALICE = "alice@contoso.onmicrosoft.com"


# They would win over what a test trusts and where it connects.
for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]:
    os.environ.pop(name, None)


class Emulator:
    """An emulator process on a port of its own. Ends with `stop`."""

    def __init__(self):
        program = WORKSPACE / "target/release/entra-emulator"
        if not program.exists():
            raise FileNotFoundError(f"{program} is missing: run `cargo build --release`")
        self.folder = tempfile.TemporaryDirectory()
        self.certificate_authority = str(Path(self.folder.name) / "ca.pem")
        self.process = subprocess.Popen(
            [program, "--port", "0", "--tls", "--ca-out", self.certificate_authority],
            stdout=subprocess.PIPE,
        )
        port = json.loads(self.process.stdout.readline())["authority"].rpartition(":")[2]
        self.host = f"localhost:{port}"
        self.origin = f"https://{self.host}"

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def session(self):
        """A browser or program that trusts this emulator, and no proxy of this machine."""
        session = requests.Session()
        session.verify = self.certificate_authority
        session.trust_env = False
        return session

    def control(self, method, path, **body):
        with self.session() as session:
            answer = session.request(method, f"{self.origin}/__emulator{path}", json=body or None)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def reset(self):
        self.control("DELETE", "")

    def forms(self):
        """The forms that the token endpoint received, oldest first."""
        received = self.control("GET", "/requests")
        return [dict(entry["form"]) for entry in received if entry["path"].endswith("/oauth2/v2.0/token")]

    def external_token(self, **claims):
        """A token of somebody else's issuer, such as a Kubernetes cluster."""
        with self.session() as session:
            return session.post(f"{self.origin}/__emulator/external-token", json=claims).json()["token"]
