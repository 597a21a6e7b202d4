"""Asks the emulator for tokens as MSAL Python does, with the right secret and with a wrong one, and prints what came of it.

Arguments: authority, file of the certificate authority to trust, secret.
"""

import json
import sys

import msal
import requests

authority, certificate_authority, secret = sys.argv[1:]
# MSAL refuses plain http, and asks Microsoft about authorities that it does not know unless told not to.
authority = authority.replace("127.0.0.1", "localhost")


def token(secret):
    application = msal.ConfidentialClientApplication(
        "99999999-8888-7777-6666-555555555555",
        authority=f"{authority}/11111111-2222-3333-4444-555555555555",
        client_credential=secret,
        instance_discovery=False,
        verify=certificate_authority,
    )
    return application.acquire_token_for_client(["https://graph.microsoft.com/.default"])


journal = requests.Session()
journal.verify = certificate_authority
granted = token(secret)
received = journal.get(f"{authority}/__emulator/requests").json()
json.dump({"granted": granted, "received": received, "refused": token("wrong")}, sys.stdout)
