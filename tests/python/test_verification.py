"""PyJWT judges the same tokens as `inspect --verify`: a few hundred, good and bad in one thing each."""

import json
import os
import subprocess
import time
import unittest

import authority
import jwt
from emulator import WORKSPACE
from tokens import API, API_URI, SKEW, TENANT, Tokens, key_sets

#: A token as people copy it: the command line puts it together before it is judged.
MENDED_AT_THE_DOOR = ["a line break inside", "padding"]

PROGRAM = WORKSPACE / "target/release/entra-auth-cli"


def ours(token, origin):
    """The rule that the token breaks, or none."""
    command = [PROGRAM, "inspect", "-", "--verify", "--authority", origin, "--tenant", TENANT, "--output", "json"]
    command += ["--audience", API, "--audience", API_URI]
    # Apart from the person's own settings, and through no proxy.
    environment = {"PATH": os.environ["PATH"], "ENTRA_AUTH_CLI_SECRET_STORE": "none"}
    done = subprocess.run(command, input=token.encode(), capture_output=True, env=environment)
    if done.returncode == 4:
        # What is no JWT is not even shown.
        return "undecodable"
    verdict = json.loads(done.stdout)["verification"]
    assert verdict["accepted"] == (done.returncode == 0), done
    return verdict["rule"]


def theirs(token, tokens, keys):
    """Why PyJWT refuses the token, or nothing."""
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        key = jwt.PyJWKSet.from_dict(keys)[key_id].key
        jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=[API, API_URI],
            issuer=tokens.issuer(),
            leeway=SKEW,
            options={"require": ["exp", "iat", "nbf", "aud", "iss"]},
        )
    except (jwt.exceptions.PyJWTError, KeyError) as error:
        return error
    return None


class Witness(unittest.TestCase):
    def test_tokens_are_judged_alike(self):
        origin = authority.start(self)
        alike = 0
        for version in [1, 2]:
            keys = key_sets(origin)[f"v{version}"]
            for holder in ["application", "person"]:
                tokens = Tokens(version, holder, int(time.time()), origin, origin)
                for case in tokens.cases():
                    with self.subTest(f"v{version}, {holder}: {case.name}"):
                        if case.name in MENDED_AT_THE_DOOR:
                            continue
                        rule, error = ours(case.token, origin), theirs(case.token, tokens, keys)
                        if case.is_ours_alone:
                            self.assertIsNotNone(rule, "stricter than PyJWT")
                            continue
                        self.assertEqual(rule is None, error is None, f"{rule}; {error!r}")
                        if rule != "undecodable":
                            self.assertEqual(rule, case.rule)
                        alike += 1
        self.assertGreater(alike, 200)
