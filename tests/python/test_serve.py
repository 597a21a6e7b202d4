"""Azure's own credentials for managed identities, unchanged, get their tokens from `serve`."""

import json
import logging
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import jwt
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError, DefaultAzureCredential, ManagedIdentityCredential
from emulator import DAEMON, SECRET, TENANT, WORKSPACE, Emulator

PROGRAM = WORKSPACE / "target/release/entra-auth-cli"
SCOPE = "api://your-api-id/.default"


def setUpModule():
    # Refusals that a test waits for.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)


class Witness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()
        cls.folder = tempfile.TemporaryDirectory()
        # Apart from the person's own settings, and through no proxy.
        environment = {
            "PATH": os.environ["PATH"],
            "ENTRA_AUTH_CLI_CONFIG_PATH": cls.folder.name,
            "ENTRA_AUTH_CLI_SECRET_STORE": "none",
            "ENTRA_AUTH_CLI_CA_FILE": cls.emulator.certificate_authority,
            "AZURE_AUTHORITY_HOST": cls.emulator.origin,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": DAEMON,
            "AZURE_CLIENT_SECRET": SECRET,
        }
        file = Path(cls.folder.name) / "app.env"
        command = [PROGRAM, "serve", "--imds", "--allow", "api://your-api-id", "--env-file", file]
        cls.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        json.loads(cls.process.stdout.readline())["listening"]
        cls.variables = dict(line.split("=", 1) for line in file.read_text().splitlines())

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        assert cls.process.wait() == 0
        cls.process.stdout.close()
        cls.emulator.stop()
        cls.folder.cleanup()

    def check(self, kind, *names, **options):
        variables = {name: self.variables[name] for name in names}
        with mock.patch.dict(os.environ, variables), kind(**options) as credential:
            token = credential.get_token(SCOPE)
        claims = jwt.decode(token.token, options={"verify_signature": False})
        self.assertEqual((claims["appid"], claims["aud"], claims["exp"]), (DAEMON, "api://your-api-id", token.expires_on))
        self.assertEqual(json.loads(self.process.stdout.readline())["status"], 200)

    def test_the_shape_of_app_service(self):
        names = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]
        self.check(ManagedIdentityCredential, *names)
        self.check(ManagedIdentityCredential, *names, client_id=DAEMON)
        self.check(DefaultAzureCredential, *names)

    def test_the_shape_of_virtual_machines(self):
        self.check(ManagedIdentityCredential, "AZURE_POD_IDENTITY_AUTHORITY_HOST")

    def test_what_is_not_served_is_an_error_at_once(self):
        variables = {name: self.variables[name] for name in ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]}
        refusals = (ClientAuthenticationError, CredentialUnavailableError)
        with mock.patch.dict(os.environ, variables):
            for scope, options, rule in [
                ("https://graph.microsoft.com/.default", {}, "resource"),
                (SCOPE, {"client_id": "44444444-3333-2222-1111-000000000002"}, "identity"),
            ]:
                with ManagedIdentityCredential(**options) as credential, self.assertRaises(refusals):
                    credential.get_token(scope)
                self.assertEqual(json.loads(self.process.stdout.readline())["rule"], rule)


if __name__ == "__main__":
    unittest.main()
