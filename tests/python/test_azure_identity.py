"""The credentials of Azure's own programs, judged by the emulator over TLS."""

import logging
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import jwt
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    DeviceCodeCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    OnBehalfOfCredential,
    WorkloadIdentityCredential,
)
from emulator import ALICE, COMMAND_LINE, DAEMON, KEYS, SECRET, TENANT, YOUR_API, YOUR_API_SECRET, Emulator
from person import Person

SCOPE = "api://your-api-id/.default"


def setUpModule():
    global emulator
    emulator = Emulator()
    # Refusals that a test waits for.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)


def tearDownModule():
    emulator.stop()


class Witness(unittest.TestCase):
    def setUp(self):
        emulator.reset()

    def credential(self, kind, *arguments, **options):
        options = {
            "authority": emulator.origin,
            # Microsoft knows nothing of this authority.
            "disable_instance_discovery": True,
            "connection_verify": emulator.certificate_authority,
        } | options
        credential = kind(*arguments, **options)
        self.addCleanup(credential.close)
        return credential

    def claims(self, credential, *scopes, **options):
        token = credential.get_token(*(scopes or [SCOPE]), **options)
        return jwt.decode(token.token, options={"verify_signature": False})

    def check_application(self, credential, method="2"):
        token = self.claims(credential)
        self.assertEqual((token["appid"], token["appidacr"], token["aud"]), (DAEMON, method, "api://your-api-id"))


class Applications(Witness):
    def test_a_secret(self):
        self.check_application(self.credential(ClientSecretCredential, TENANT, DAEMON, SECRET), method="1")
        wrong = self.credential(ClientSecretCredential, TENANT, DAEMON, "wrong")
        with self.assertRaisesRegex(ClientAuthenticationError, "AADSTS7000215"):
            wrong.get_token(SCOPE)

    def test_certificates(self):
        for name, options in [
            ("client.pem", {}),
            ("client.pem", {"send_certificate_chain": True}),
            ("client.pfx", {"password": "emulator"}),
            ("client-without-password.pfx", {}),
        ]:
            with self.subTest(name, **options):
                path = str(KEYS / name)
                self.check_application(self.credential(CertificateCredential, TENANT, DAEMON, path, **options))

    def test_a_federated_token(self):
        self.check_application(
            self.credential(ClientAssertionCredential, TENANT, DAEMON, emulator.external_token)
        )

    def test_the_identity_of_a_workload(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "token"
            file.write_text(emulator.external_token())
            self.check_application(
                self.credential(
                    WorkloadIdentityCredential, tenant_id=TENANT, client_id=DAEMON, token_file_path=str(file)
                )
            )
            environment = {
                "AZURE_AUTHORITY_HOST": emulator.origin,
                "AZURE_TENANT_ID": TENANT,
                "AZURE_CLIENT_ID": DAEMON,
                "AZURE_FEDERATED_TOKEN_FILE": str(file),
            }
            with mock.patch.dict(os.environ, environment):
                self.check_application(self.credential(WorkloadIdentityCredential))
                self.check_application(self.credential(DefaultAzureCredential))
            file.write_text(emulator.external_token(subject="somebody else"))
            refused = self.credential(
                WorkloadIdentityCredential, tenant_id=TENANT, client_id=DAEMON, token_file_path=str(file)
            )
            with self.assertRaisesRegex(ClientAuthenticationError, "AADSTS700213"):
                refused.get_token(SCOPE)

    def test_the_environment(self):
        environment = {
            "AZURE_AUTHORITY_HOST": emulator.origin,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": DAEMON,
        }
        for more, method in [
            ({"AZURE_CLIENT_SECRET": SECRET}, "1"),
            ({"AZURE_CLIENT_CERTIFICATE_PATH": str(KEYS / "client.pem")}, "2"),
        ]:
            with mock.patch.dict(os.environ, environment | more):
                self.check_application(self.credential(EnvironmentCredential), method)

    def test_continuous_access_evaluation(self):
        credential = self.credential(ClientSecretCredential, TENANT, DAEMON, SECRET)
        self.assertEqual(self.claims(credential, enable_cae=True)["xms_cc"], ["cp1"])

    def test_a_managed_identity(self):
        with mock.patch.dict(os.environ, AZURE_POD_IDENTITY_AUTHORITY_HOST=emulator.origin):
            token = self.claims(self.credential(ManagedIdentityCredential))
        self.assertEqual(token["appid"], "44444444-3333-2222-1111-000000000001")
        environment = {
            "IDENTITY_ENDPOINT": f"{emulator.origin}/app-service/token",
            "IDENTITY_HEADER": "app-service-identity-header",
        }
        user_assigned = "44444444-3333-2222-1111-000000000002"
        with mock.patch.dict(os.environ, environment):
            token = self.claims(self.credential(ManagedIdentityCredential, client_id=user_assigned))
        self.assertEqual(token["appid"], user_assigned)


class People(Witness):
    def sign_in(self):
        person = Person(emulator)
        self.addCleanup(person.close)
        emulator.control("POST", "/options", device_interval=1)
        return self.credential(
            DeviceCodeCredential,
            client_id=COMMAND_LINE,
            tenant_id=TENANT,
            prompt_callback=lambda url, code, _: person.enter_code(url, code),
        )

    def test_a_device_code_and_silent_renewal(self):
        credential = self.sign_in()
        self.assertEqual(self.claims(credential, "api://your-api-id/access_as_user")["upn"], ALICE)
        self.assertEqual(self.claims(credential, "https://graph.microsoft.com/User.Read")["upn"], ALICE)
        self.assertEqual(emulator.forms()[-1]["grant_type"], "refresh_token")

    def test_on_behalf_of(self):
        incoming = self.sign_in().get_token("api://your-api-id/access_as_user").token
        certificate = (KEYS / "client.pem").read_bytes()
        for proof in [
            {"client_secret": YOUR_API_SECRET},
            {"client_certificate": certificate},
            {"client_certificate": certificate, "send_certificate_chain": True},
        ]:
            with self.subTest(list(proof)):
                credential = self.credential(OnBehalfOfCredential, TENANT, YOUR_API, user_assertion=incoming, **proof)
                token = self.claims(credential, "api://downstream-api/.default")
                self.assertEqual((token["preferred_username"], token["azp"]), (ALICE, YOUR_API))


if __name__ == "__main__":
    unittest.main()
