"""Microsoft's own client for Python judges the emulator: every flow that it has, over TLS."""

import json
import os
import tempfile
import unittest
from pathlib import Path
from threading import Thread
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import jwt
import msal
import msal.managed_identity
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import load_pem_x509_certificate
from emulator import (
    ALICE,
    COMMAND_LINE,
    DAEMON,
    KEYS,
    SECRET,
    TENANT,
    YOUR_API,
    YOUR_API_SECRET,
    Emulator,
)
from person import Person

APPLICATION_SCOPE = "api://your-api-id/.default"
PERSONAL_SCOPE = "api://your-api-id/access_as_user"
CERTIFICATE = (KEYS / "client-certificate.pem").read_text()
PRIVATE_KEY = (KEYS / "client-private-key.pem").read_text()


def thumbprint(algorithm):
    return load_pem_x509_certificate(CERTIFICATE.encode()).fingerprint(algorithm).hex()


def setUpModule():
    global emulator
    emulator = Emulator()


def tearDownModule():
    emulator.stop()


def claims(answer):
    if "access_token" not in answer:
        raise AssertionError(json.dumps(answer))
    return jwt.decode(answer["access_token"], options={"verify_signature": False})


class Witness(unittest.TestCase):
    def setUp(self):
        emulator.reset()

    def application(self, credential, client_id=DAEMON, **options):
        return msal.ConfidentialClientApplication(
            client_id,
            client_credential=credential,
            **self.options(options),
        )

    def program(self, **options):
        return msal.PublicClientApplication(COMMAND_LINE, **self.options(options))

    def options(self, options):
        session = emulator.session()
        self.addCleanup(session.close)
        return {
            "authority": f"{emulator.origin}/{TENANT}",
            # Microsoft knows nothing of this authority.
            "instance_discovery": False,
            "http_client": session,
        } | options

    def person(self):
        person = Person(emulator)
        self.addCleanup(person.close)
        return person


class Applications(Witness):
    def test_every_credential_is_accepted(self):
        for name, credential, method in [
            ("secret", SECRET, "1"),
            ("SHA-1 thumbprint", {"private_key": PRIVATE_KEY, "thumbprint": thumbprint(hashes.SHA1())}, "2"),
            (
                "thumbprint and chain",
                {
                    "private_key": PRIVATE_KEY,
                    "thumbprint": thumbprint(hashes.SHA1()),
                    "public_certificate": CERTIFICATE,
                },
                "2",
            ),
            ("certificate alone", {"private_key": PRIVATE_KEY, "public_certificate": CERTIFICATE}, "2"),
            ("PFX", {"private_key_pfx_path": str(KEYS / "client.pfx"), "passphrase": "emulator"}, "2"),
            (
                "PFX with its chain",
                {
                    "private_key_pfx_path": str(KEYS / "client-legacy.pfx"),
                    "passphrase": "emulator",
                    "public_certificate": True,
                },
                "2",
            ),
            (
                "encrypted key",
                {
                    "private_key": (KEYS / "client-private-key-encrypted.pem").read_text(),
                    "passphrase": "emulator",
                    "thumbprint": thumbprint(hashes.SHA1()),
                },
                "2",
            ),
            ("federated token", {"client_assertion": emulator.external_token()}, "2"),
            ("federated token by a function", {"client_assertion": emulator.external_token}, "2"),
        ]:
            with self.subTest(name):
                answer = self.application(credential).acquire_token_for_client([APPLICATION_SCOPE])
                token = claims(answer)
                self.assertEqual((token["appid"], token["appidacr"]), (DAEMON, method))
                self.assertEqual((token["aud"], token["roles"]), ("api://your-api-id", ["Data.Read"]))

    def test_the_second_token_comes_from_the_cache(self):
        application = self.application(SECRET)
        first, second = (application.acquire_token_for_client([APPLICATION_SCOPE]) for _ in range(2))
        self.assertEqual(first["access_token"], second["access_token"])
        self.assertEqual(len(emulator.forms()), 1)

    def test_the_client_refuses_what_the_tenant_refuses(self):
        for name, credential, scope, error, code in [
            ("wrong secret", "wrong", APPLICATION_SCOPE, "invalid_client", 7000215),
            ("secret that ended", "ended-secret", APPLICATION_SCOPE, "invalid_client", 7000222),
            (
                "token of another issuer",
                {"client_assertion": emulator.external_token(issuer="https://elsewhere.example/")},
                APPLICATION_SCOPE,
                "invalid_client",
                700211,
            ),
            (
                "unknown certificate",
                {"private_key": PRIVATE_KEY, "thumbprint": "00" * 20},
                APPLICATION_SCOPE,
                "invalid_client",
                700027,
            ),
            ("scope of nobody", SECRET, "api://nobody/.default", "invalid_resource", 500011),
            ("one scope of an API", SECRET, "api://your-api-id/read", "invalid_scope", 1002012),
        ]:
            with self.subTest(name):
                answer = self.application(credential).acquire_token_for_client([scope])
                self.assertEqual((answer["error"], answer["error_codes"][0]), (error, code), answer)

    def test_a_claims_challenge_reaches_the_tenant(self):
        application = self.application(SECRET, client_capabilities=["CP1"])
        challenge = '{"access_token": {"nbf": {"essential": true, "value": "1"}}}'
        application.acquire_token_for_client([APPLICATION_SCOPE])
        token = claims(application.acquire_token_for_client([APPLICATION_SCOPE], claims_challenge=challenge))
        self.assertEqual(token["xms_cc"], ["cp1"])
        self.assertEqual(
            json.loads(emulator.forms()[-1]["claims"])["access_token"],
            {"nbf": {"essential": True, "value": "1"}, "xms_cc": {"values": ["CP1"]}},
        )


class People(Witness):
    def sign_in(self, application, scopes=(PERSONAL_SCOPE,), **options):
        flow = application.initiate_auth_code_flow(list(scopes), redirect_uri="http://localhost:53111", **options)
        answer = self.person().sign_in(flow["auth_uri"])
        return application.acquire_token_by_auth_code_flow(flow, answer)

    def test_a_browser_signs_in_with_pkce(self):
        for name, application, client_id in [
            ("public", self.program(), COMMAND_LINE),
            ("confidential", self.application(SECRET), DAEMON),
        ]:
            for mode in [None, "query", "form_post"]:
                with self.subTest(name, mode=mode):
                    answer = self.sign_in(application, response_mode=mode)
                    token = claims(answer)
                    self.assertEqual((token["appid"], token["upn"]), (client_id, ALICE))
                    self.assertEqual(answer["id_token_claims"]["preferred_username"], ALICE)

    def test_a_loopback_listener_of_its_own_gets_the_answer(self):
        person = self.person()

        def post_the_answer(url):
            answer = person.sign_in(url)
            [listener] = parse_qs(urlsplit(url).query)["redirect_uri"]
            person.browser.post(listener, answer)

        def browse(url, browser_name=None):
            # Whoever listens waits for this to return.
            Thread(target=post_the_answer, args=[url]).start()
            return True

        with mock.patch("msal.oauth2cli.authcode._browse", browse):
            answer = self.program().acquire_token_interactive([PERSONAL_SCOPE], timeout=20, login_hint=ALICE)
        self.assertEqual(claims(answer)["upn"], ALICE)

    def test_a_device_code_signs_in(self):
        program = self.program()
        flow = program.initiate_device_flow([PERSONAL_SCOPE])
        self.assertIn(flow["user_code"], flow["message"])
        pending = program.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
        self.assertEqual((pending["error"], pending["error_codes"]), ("authorization_pending", [70016]))
        self.person().enter_code(flow["verification_uri"], flow["user_code"])
        self.assertEqual(claims(program.acquire_token_by_device_flow(flow))["upn"], ALICE)

    def test_a_declined_device_code_ends(self):
        program = self.program()
        flow = program.initiate_device_flow([PERSONAL_SCOPE])
        emulator.control("POST", "/device", action="decline", user=ALICE)
        answer = program.acquire_token_by_device_flow(flow)
        self.assertEqual(answer["error"], "authorization_declined")

    def test_tokens_renew_themselves_for_other_apis_too(self):
        program = self.program()
        self.sign_in(program)
        [account] = program.get_accounts()
        self.assertEqual(account["username"], ALICE)
        for scope in [PERSONAL_SCOPE, "https://graph.microsoft.com/User.Read"]:
            answer = program.acquire_token_silent_with_error([scope], account, force_refresh=True)
            self.assertEqual((claims(answer)["upn"], emulator.forms()[-1]["grant_type"]), (ALICE, "refresh_token"))
        emulator.control("POST", "/revoke", user=ALICE)
        refused = program.acquire_token_silent_with_error([PERSONAL_SCOPE], account, force_refresh=True)
        self.assertEqual(refused["error"], "invalid_grant", refused)

    def test_a_refresh_token_of_another_library_is_taken_over(self):
        for application in [self.program(), self.application(SECRET)]:
            refresh_token = self.sign_in(application)["refresh_token"]
            answer = application.acquire_token_by_refresh_token(refresh_token, [PERSONAL_SCOPE])
            self.assertEqual(claims(answer)["upn"], ALICE)

    def test_an_api_acts_on_behalf_of_its_caller(self):
        incoming = self.sign_in(self.program())["access_token"]
        for credential in [YOUR_API_SECRET, {"private_key": PRIVATE_KEY, "public_certificate": CERTIFICATE}]:
            api = self.application(credential, YOUR_API)
            answer = api.acquire_token_on_behalf_of(incoming, ["api://downstream-api/.default"])
            token = claims(answer)
            self.assertEqual((token["preferred_username"], token["azp"]), (ALICE, YOUR_API))

    def test_a_challenge_of_conditional_access_goes_to_the_person_and_back(self):
        emulator.control("POST", "/policies", resource="api://downstream-api")
        program = self.program()
        api = self.application(YOUR_API_SECRET, YOUR_API)
        incoming = self.sign_in(program)["access_token"]
        refused = api.acquire_token_on_behalf_of(incoming, ["api://downstream-api/.default"])
        self.assertEqual((refused["error"], refused["suberror"]), ("interaction_required", "basic_action"))
        incoming = self.sign_in(program, claims_challenge=refused["claims"])["access_token"]
        answer = api.acquire_token_on_behalf_of(incoming, ["api://downstream-api/.default"])
        self.assertEqual(claims(answer)["preferred_username"], ALICE)

    def test_nobody_is_asked_against_the_wish_of_the_application(self):
        program = self.program()
        flow = program.initiate_auth_code_flow([PERSONAL_SCOPE], redirect_uri="http://localhost:53111", prompt="none")
        answer = self.person().sign_in(flow["auth_uri"])
        self.assertEqual(answer["error"], "login_required")
        self.assertEqual(program.acquire_token_by_auth_code_flow(flow, answer)["error"], "login_required")


class Machines(Witness):
    SYSTEM = "44444444-3333-2222-1111-000000000001"
    USER_ASSIGNED = "44444444-3333-2222-1111-000000000002"

    def token(self, identity, **environment):
        session = emulator.session()
        self.addCleanup(session.close)
        with mock.patch.dict(os.environ, environment):
            client = msal.ManagedIdentityClient(identity, http_client=session)
            return client.acquire_token_for_client(resource="api://your-api-id")

    def check(self, **environment):
        for identity, client_id in [
            (msal.SystemAssignedManagedIdentity(), self.SYSTEM),
            (msal.UserAssignedManagedIdentity(client_id=self.USER_ASSIGNED), self.USER_ASSIGNED),
            (
                msal.UserAssignedManagedIdentity(object_id="44444444-0000-4000-8000-000000000002"),
                self.USER_ASSIGNED,
            ),
        ]:
            with self.subTest(str(identity)):
                token = claims(self.token(identity, **environment))
                self.assertEqual((token["appid"], token["aud"]), (client_id, "api://your-api-id"))

    def test_on_a_virtual_machine(self):
        self.check(AZURE_POD_IDENTITY_AUTHORITY_HOST=emulator.origin)
        nobody = msal.UserAssignedManagedIdentity(client_id="00000000-0000-4000-8000-000000000000")
        refused = self.token(nobody, AZURE_POD_IDENTITY_AUTHORITY_HOST=emulator.origin)
        self.assertEqual(refused["error"], "invalid_request")

    def test_in_app_service(self):
        endpoint = f"{emulator.origin}/app-service/token"
        self.check(IDENTITY_ENDPOINT=endpoint, IDENTITY_HEADER="app-service-identity-header")
        refused = self.token(
            msal.SystemAssignedManagedIdentity(), IDENTITY_ENDPOINT=endpoint, IDENTITY_HEADER="wrong"
        )
        self.assertIn("401", refused["error_description"])

    def test_on_a_server_elsewhere(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        key = Path(folder.name) / "agent.key"
        key.write_text("agent's key")
        emulator.control("POST", "/options", arc_key_file=str(key), arc_key="agent's key")
        # The client looks only where the agent keeps its keys, which takes rights that a test has not.
        keys = "msal.managed_identity._supported_arc_platforms_and_their_prefixes"
        with mock.patch.dict(keys, linux=folder.name):
            self.check(
                IDENTITY_ENDPOINT=f"{emulator.origin}/arc/metadata/identity/oauth2/token",
                IMDS_ENDPOINT=emulator.origin,
            )

    def test_in_cloud_shell(self):
        session = emulator.session()
        self.addCleanup(session.close)

        class HttpClient:
            """Leads the shell's fixed address to the emulator."""

            def post(self, url, **options):
                return session.post(url.replace("http://localhost:50342", emulator.origin), **options)

            def get(self, url, **options):
                return session.get(url, **options)

            def close(self):
                session.close()

        with mock.patch.dict(os.environ, AZUREPS_HOST_ENVIRONMENT="cloud-shell/1.0"):
            program = self.program(http_client=HttpClient())
            answer = program.acquire_token_interactive(["https://management.azure.com/.default"], prompt="none")
        self.assertEqual(claims(answer)["upn"], ALICE)


if __name__ == "__main__":
    unittest.main()
