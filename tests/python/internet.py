"""The hosts that documents name, on this machine: a proxy that leads to the emulator and to a protected API.

`internet.py PORT CA BUNDLE` knows the emulator's port and the certificate of its authority, writes what clients have to
trust to BUNDLE, and prints the proxy's address. The API checks tokens as APIs do: signature, issuer, audience, expiry and
permission, with PyJWT. It ends with its stdin.
"""

import datetime
import json
import socket
import ssl
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ENTRA = ["login.microsoftonline.com", "graph.microsoft.com"]
API = ["api.mycompany.com", "dev-api.mycompany.com", "staging-api.mycompany.com", "api1.mycompany.com", "api2.mycompany.com"]

AUDIENCE = "api://your-api-id"
TENANT = "11111111-2222-3333-4444-555555555555"


class Refused(Exception):
    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class ProtectedApi(BaseHTTPRequestHandler):
    """`/health`, `/data`, `/v1/…` and `/graphql`, for whoever brings a token that is good for it."""

    protocol_version = "HTTP/1.1"
    keys = None

    def claims(self):
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused(401, "no bearer token")
        try:
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=f"https://sts.windows.net/{TENANT}/",
                options={"require": ["exp", "nbf", "iat", "aud", "iss"]},
            )
        except (jwt.InvalidTokenError, KeyError) as error:
            raise Refused(401, str(error)) from error

    def permit(self, claims):
        scopes, roles = claims.get("scp", "").split(), claims.get("roles", [])
        if self.path == "/v1/me" and not scopes:
            raise Refused(403, "this is for people")
        if not scopes and "Data.Read" not in roles:
            raise Refused(403, "no permission in the token")

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        try:
            claims = self.claims()
            self.permit(claims)
            status = 201 if (self.command, self.path) == ("POST", "/v1/resources") else 200
            caller = claims.get("upn") or claims["appid"]
            self.send(status, {"path": self.path, "caller": caller, "received": body})
        except Refused as refused:
            self.send(refused.status, {"error": str(refused)})

    def send(self, status, document):
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


class Proxy(BaseHTTPRequestHandler):
    """`CONNECT`, to hosts that documents name and to no other."""

    ports = {}

    def do_CONNECT(self):
        port = self.ports.get(self.path)
        if port is None:
            self.send_error(502, "no such host in the documents")
            return
        with socket.create_connection(("127.0.0.1", port)) as onward:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pump, args=(onward, self.connection), daemon=True)
            back.start()
            pump(self.connection, onward)
            back.join()
        self.close_connection = True

    def log_message(self, *_):
        pass


def pump(source, target):
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def certificate(names):
    """A key and a certificate for it that vouches for itself, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + signed.public_bytes(serialization.Encoding.PEM), signed.public_bytes(serialization.Encoding.PEM)


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main(emulator, authority, bundle):
    with requests.Session() as session:
        session.trust_env = False
        found = session.get(f"https://localhost:{emulator}/{TENANT}/discovery/keys", verify=authority).json()
        # Whoever comes with a browser is signed in already.
        options = {"sign_in_as": "alice@contoso.onmicrosoft.com"}
        session.post(f"https://localhost:{emulator}/__emulator/options", json=options, verify=authority)
    ProtectedApi.keys = {key["kid"]: jwt.PyJWK(key, algorithm="RS256").key for key in found["keys"]}
    chain, public = certificate(API)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(chain)
        file.flush()
        context.load_cert_chain(file.name)
    api = ThreadingHTTPServer(("127.0.0.1", 0), ProtectedApi)
    api.socket = context.wrap_socket(api.socket, server_side=True)
    port = serve(api)
    Proxy.ports = {f"{name}:443": int(emulator) for name in ENTRA} | {f"{name}:443": port for name in API}
    Path(bundle).write_bytes(Path(authority).read_bytes() + public)
    print(f"http://127.0.0.1:{serve(ThreadingHTTPServer(('127.0.0.1', 0), Proxy))}", flush=True)
    sys.stdin.read()


main(*sys.argv[1:])
