"""An authority on this machine that publishes the keys of `tokens`, and nothing else."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tokens import TENANT, key_sets


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        versions = {f"/{TENANT}/discovery/keys": "v1", f"/{TENANT}/discovery/v2.0/keys": "v2"}
        version = versions.get(self.path)
        body = json.dumps(key_sets(self.server.origin)[version] if version else {}).encode()
        self.send_response(200 if version else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start(test):
    """Its origin, such as `http://127.0.0.1:40123`, for as long as the test runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.origin = f"http://127.0.0.1:{server.server_port}"
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    threading.Thread(target=server.serve_forever).start()
    return server.origin
