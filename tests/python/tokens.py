"""Access tokens in Entra's shape, good ones and ones that are bad in one thing each, made with `cryptography`.

`python3 tests/python/tokens.py > tests/vectors/verification.json` writes them down for a fixed time, so that they can be judged where
there is no Python.
"""

import base64
import hashlib
import hmac
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

KEYS = Path(__file__).resolve().parents[2] / "host/emulator/key"
AUTHORITY = "https://login.microsoftonline.com"
TENANT = "11111111-2222-3333-4444-555555555555"
OTHER_TENANT = "22222222-2222-3333-4444-555555555555"
CLIENT = "99999999-8888-7777-6666-555555555555"
OTHER_CLIENT = "88888888-7777-6666-5555-444444444444"
API = "77777777-6666-5555-4444-333333333333"
API_URI = "api://your-api-id"
ROLE, SCOPE = "Data.Read", "read"
GROUP = "33333333-2222-3333-4444-555555555555"
# How far clocks may differ, in seconds.
SKEW = 300


def load(name):
    return serialization.load_pem_private_key((KEYS / name).read_bytes(), None)


KEY = load("emulator-only-signing-key.pem")
FOREIGN_KEY = load("emulator-only-external-key.pem")


def encoded(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk(key, key_id, **members):
    numbers = key.public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": key_id,
        "n": encoded(numbers.n.to_bytes(size, "big")),
        "e": encoded(numbers.e.to_bytes(3, "big")),
        **members,
    }


KEY_ID, OTHER_KEY_ID = "the-tenant", "personal-accounts"


def key_sets(authority):
    """What the two addresses answer: keys of version 2 say who may sign with them."""
    anybody, consumers = "{tenantid}", "9188040d-6c67-4c5b-b112-36a304b66dad"
    v2 = [
        jwk(KEY, KEY_ID, issuer=f"{authority}/{anybody}/v2.0"),
        jwk(FOREIGN_KEY, OTHER_KEY_ID, issuer=f"{authority}/{consumers}/v2.0"),
    ]
    return {"v1": {"keys": [jwk(KEY, KEY_ID)]}, "v2": {"keys": v2}}


def signature(message, key=KEY, scheme=None, digest=None):
    return key.sign(message.encode(), scheme or padding.PKCS1v15(), digest or hashes.SHA256())


def signed(header, claims, **how):
    message = f"{encoded(header)}.{encoded(claims)}"
    return f"{message}.{encoded(signature(message, **how))}"


@dataclass
class Case:
    name: str
    token: str
    # The rule that it breaks; none for a good one.
    rule: str = None
    # Whether we alone look at this, so that others may say what they like.
    is_ours_alone: bool = False
    # What the API expects besides.
    expect: dict = field(default_factory=dict)


class Tokens:
    """Tokens of one version and one holder, at one time."""

    def __init__(self, version, holder, now, authority=AUTHORITY, v1_issuer="https://sts.windows.net"):
        self.version, self.holder, self.now = version, holder, now
        self.authority, self.v1_issuer = authority, v1_issuer

    def header(self, **changes):
        return merged({"typ": "JWT", "alg": "RS256", "kid": KEY_ID}, changes)

    def issuer(self, tenant=TENANT):
        return f"{self.v1_issuer}/{tenant}/" if self.version == 1 else f"{self.authority}/{tenant}/v2.0"

    def claims(self, **changes):
        claims = {
            "aud": API_URI if self.version == 1 else API,
            "iss": self.issuer(),
            "iat": self.now - 300,
            "nbf": self.now - 300,
            "exp": self.now + 3600,
            "oid": "44444444-2222-3333-4444-555555555555",
            "tid": TENANT,
            "ver": f"{self.version}.0",
            ("appid" if self.version == 1 else "azp"): CLIENT,
        }
        if self.holder == "person":
            claims |= {"sub": "pairwise", "scp": f"{SCOPE} write", "name": "Alice", "roles": ["Reader"]}
        else:
            claims |= {"sub": claims["oid"], "roles": [ROLE]}
        return merged(claims, changes)

    def good(self):
        token = lambda header={}, **claims: signed(self.header(**header), self.claims(**claims))
        yield Case("as it is", token())
        yield Case("the other audience", token(aud=API if self.version == 1 else API_URI))
        yield Case("no `typ`", token({"typ": None}))
        yield Case("`typ` of RFC 9068", token({"typ": "at+jwt"}))
        yield Case("keys in the header that nobody looks at", token({"jwk": jwk(FOREIGN_KEY, "x"), "jku": "https://evil.test/"}))
        yield Case("unknown claims", token(xms_new={"a": [1, 2.5, None]}))
        yield Case("an actor token in the claims", token(actortoken="eyJhbGciOiJub25lIn0.e30."))
        yield Case("expired within the skew", token(exp=self.now - SKEW + 30))
        yield Case("not valid yet, within the skew", token(nbf=self.now + SKEW - 30, iat=self.now + SKEW - 30))

    def bad_headers(self):
        token = lambda **header: signed(self.header(**header), self.claims())
        message = lambda **header: f"{encoded(self.header(**header))}.{encoded(self.claims())}"
        for name in ["none", "None", "NONE"]:
            yield Case(f"`alg` is {name}", message(alg=name) + ".", "algorithm")
        yield Case("no `alg`", token(alg=None), "algorithm")
        yield Case("`alg` is a number", token(alg=256), "algorithm")
        yield Case("`alg` in lower case", token(alg="rs256"), "algorithm")
        public = KEY.public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        document = json.dumps(jwk(KEY, KEY_ID)).encode()
        for form, secret in [("PEM", pem), ("PEM after a blank", b" " + pem), ("DER", der), ("a JWK", document)]:
            text = message(alg="HS256")
            code = hmac.new(secret, text.encode(), hashlib.sha256).digest()
            yield Case(f"HS256 with the public key as {form}", f"{text}.{encoded(code)}", "algorithm")
        yield Case("ES256 with an RSA key", token(alg="ES256"), "algorithm")
        for name, digest in [("RS384", hashes.SHA384()), ("RS512", hashes.SHA512())]:
            yield Case(name, signed(self.header(alg=name), self.claims(), digest=digest), "algorithm")
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        yield Case("PS256", signed(self.header(alg="PS256"), self.claims(), scheme=pss), "algorithm")
        yield Case("PS256 called RS256", signed(self.header(), self.claims(), scheme=pss), "signature")
        yield Case("an extension", token(crit=["urn:x"], **{"urn:x": 1}), "extension")
        yield Case("an empty list of extensions", token(crit=[]), "extension")
        yield Case("no `kid`", token(kid=None), "key")
        yield Case("an empty `kid`", token(kid=""), "key")
        yield Case("`kid` is a number", token(kid=1), "key")
        yield Case("an unknown `kid`", token(kid="x"), "key")
        yield Case("`kid` in other case", token(kid=KEY_ID.upper()), "key")
        yield Case("`kid` is a path", token(kid="../../dev/null"), "key")
        yield Case("`typ` of something else", token(typ="JWE"), "malformed", is_ours_alone=True)
        yield Case("signed for Microsoft Graph", token(nonce="x"), "graph", is_ours_alone=True)
        yield Case("a member twice", self.raw('{"alg":"RS256","alg":"RS256","kid":"the-tenant"}'), "malformed", is_ours_alone=True)

    def bad_signatures(self):
        good = signed(self.header(), self.claims())
        header, claims, end = good.split(".")
        for place in ["jwk", "x5c"]:
            forged = jwk(FOREIGN_KEY, KEY_ID) if place == "jwk" else [encoded(b"x")]
            token = signed(self.header(**{place: forged}), self.claims(), key=FOREIGN_KEY)
            yield Case(f"signed with the key in `{place}`", token, "signature")
        yield Case("signed with another key", signed(self.header(), self.claims(), key=FOREIGN_KEY), "signature")
        flipped = bytearray(base64.urlsafe_b64decode(end + "=="))
        flipped[100] ^= 1
        yield Case("one bit of the signature", f"{header}.{claims}.{encoded(bytes(flipped))}", "signature")
        yield Case("a signature cut short", f"{header}.{claims}.{encoded(bytes(flipped[:-3]))}", "signature")
        yield Case("a longer signature", f"{header}.{claims}.AAAA{end}", "signature")
        yield Case("no signature", f"{header}.{claims}.", "signature")
        yield Case("other claims", f"{header}.{encoded(self.claims(scp='admin', roles=['Admin']))}.{end}", "signature")
        yield Case("another header", f"{encoded(self.header(x=1))}.{claims}.{end}", "signature")
        yield Case("padding", good + "==", "malformed", is_ours_alone=True)
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(end[-1])
        spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]
        yield Case("spare bits that are set", good[:-1] + spare, "malformed", is_ours_alone=True)
        if self.version == 2:
            personal = signed(self.header(kid=OTHER_KEY_ID), self.claims(), key=FOREIGN_KEY)
            yield Case("the key of personal accounts", personal, "key-issuer", is_ours_alone=True)

    def bad_claims(self):
        token = lambda **claims: signed(self.header(), self.claims(**claims))
        alone = {"is_ours_alone": True}
        for claim in ["exp", "nbf", "iat"]:
            yield Case(f"no `{claim}`", token(**{claim: None}), "times")
            at = self.claims()[claim]
            yield Case(f"`{claim}` is text", token(**{claim: str(at)}), "times", **alone)
            yield Case(f"`{claim}` is a fraction", token(**{claim: at + 0.5}), "times", **alone)
            yield Case(f"`{claim}` is negative", token(**{claim: -at}), "times", **alone)
            yield Case(f"`{claim}` is a list", token(**{claim: [at]}), "times")
            huge = json.dumps(self.claims(), separators=(",", ":")).replace(f'"{claim}":{at}', f'"{claim}":1e400')
            yield Case(f"`{claim}` is 1e400", signed(self.header(), huge.encode()), "malformed", **alone)
            twice = json.dumps(self.claims(), separators=(",", ":"))[:-1] + f',"{claim}":{at}}}'
            yield Case(f"`{claim}` twice", signed(self.header(), twice.encode()), "malformed", **alone)
        yield Case("expired", token(exp=self.now - SKEW - 30), "expired")
        yield Case("expired long ago", token(exp=1), "expired")
        yield Case("`nbf` in the future", token(nbf=self.now + SKEW + 30), "not-yet-valid")
        yield Case("`iat` in the future", token(iat=self.now + SKEW + 30), "not-yet-valid")
        own = self.claims()["aud"]
        for name, audience in [
            ("another API", "api://another-api"),
            ("Microsoft Graph", "https://graph.microsoft.com"),
            ("a prefix", own[:-1]),
            ("a longer name", own + "x"),
            ("a slash at the end", own + "/"),
            ("a blank", own + " "),
            ("the client, which stands in `azp`", CLIENT),
            ("empty", ""),
        ]:
            yield Case(f"audience: {name}", token(aud=audience), "audience")
        yield Case("audience: other case", token(aud=API_URI.upper()), "audience")
        yield Case("no audience", token(aud=None), "audience")
        yield Case("audience: a number", token(aud=1), "audience")
        yield Case("audience: a list with another", token(aud=["api://another-api"]), "audience")
        yield Case("audience: a list", token(aud=[own]), "audience", **alone)
        for name, issuer in [
            ("another tenant", self.issuer(OTHER_TENANT)),
            ("the placeholder", self.issuer("{tenantid}")),
            ("another cloud", f"https://login.microsoftonline.us/{TENANT}/v2.0"),
            ("a look-alike", self.issuer().replace("//", "//evil.test/")),
            ("a slash more", self.issuer() + "/"),
            ("other case", self.issuer().upper()),
            ("empty", ""),
        ]:
            yield Case(f"issuer: {name}", token(iss=issuer), "issuer")
        other = Tokens(3 - self.version, self.holder, self.now, self.authority, self.v1_issuer)
        yield Case("issuer: the other version's", token(iss=other.issuer()), "issuer", **alone)
        yield Case("no issuer", token(iss=None), "issuer")
        yield Case("another tenant, whole", token(tid=OTHER_TENANT, iss=self.issuer(OTHER_TENANT)), "tenant")
        yield Case("`tid` of another tenant", token(tid=OTHER_TENANT), "issuer", **alone)
        yield Case("no `tid`", token(tid=None), "tenant", **alone)
        yield Case("`tid` is no GUID", token(tid="contoso.com", iss=self.issuer("contoso.com")), "tenant")
        yield Case("no `ver`", token(ver=None), "issuer", **alone)
        yield Case("`ver` is 3.0", token(ver="3.0"), "issuer", **alone)
        yield Case("an ID token", token(azp=None, appid=None), "id-token", **alone)
        yield Case("no permission at all", token(scp=None, roles=None), "permission", **alone)
        yield Case("`scp` is a list", token(scp=[SCOPE]), "malformed", **alone)
        yield Case("`roles` is text", token(roles=ROLE), "malformed", **alone)
        yield Case("`idtyp` that contradicts `scp`", token(idtyp="app", scp=SCOPE), "malformed", **alone)

    def bad_shapes(self):
        good = signed(self.header(), self.claims())
        header, claims, end = good.split(".")
        yield Case("nothing", "", "malformed")
        yield Case("a word", "x", "malformed")
        yield Case("a refresh token", "0.AVgA" + "x" * 900, "malformed")
        yield Case("two parts", f"{header}.{claims}", "malformed")
        yield Case("four parts", good + ".x", "malformed")
        yield Case("five parts, encrypted", f"{encoded({'alg': 'RSA-OAEP', 'enc': 'A256GCM', 'zip': 'DEF'})}.a.b.c.d", "encrypted")
        yield Case("nothing but dots", "..", "malformed")
        yield Case("a hundred thousand dots", "." * 100_000, "malformed")
        yield Case("100 kB", signed(self.header(), self.claims(x="y" * 100_000)), "malformed", is_ours_alone=True)
        yield Case("claims that are a list", self.raw_claims(b"[1]"), "malformed")
        yield Case("claims that are no JSON", self.raw_claims(b"{"), "malformed")
        yield Case("claims that are not UTF-8", self.raw_claims(b'{"aud":"\xff"}'), "malformed")
        yield Case("a thousand levels", self.raw_claims(b'{"x":' + b"[" * 1000 + b"]" * 1000 + b"}"), "malformed", is_ours_alone=True)
        yield Case("a token in a token", self.raw_claims(good.encode()), "malformed")
        yield Case("a header that is no JSON", f"{encoded(b'x')}.{claims}.{end}", "malformed")
        yield Case("a line break inside", f"{header}.{claims[:9]}\n{claims[9:]}.{end}", "malformed", is_ours_alone=True)

    def permissions(self):
        """What others leave to the programmer."""
        token = lambda **claims: signed(self.header(), self.claims(**claims))
        case = lambda name, token, rule, **expect: Case(name, token, rule, True, expect)
        is_person = self.holder == "person"
        scopes, roles = {"scopes": [SCOPE]}, {"roles": [ROLE]}
        yield case("a scope that is needed", token(), None if is_person else "scope", **scopes)
        yield case("a role that is needed", token(), "role" if is_person else None, **roles)
        yield case("either is enough", token(), None, **scopes, **roles)
        yield case("a client that may call", token(), None, clients=[CLIENT])
        yield case("a client that may not", token(), "client", clients=[OTHER_CLIENT])
        yield case("a group that may call", token(groups=[GROUP]), None, groups=[GROUP])
        yield case("no group", token(), "group", groups=[GROUP])
        elsewhere = {"groups": "src1"}
        yield case("too many groups", token(_claim_names=elsewhere), "groups-overage", groups=[GROUP])
        yield case("too many groups for the fragment", token(hasgroups=True), "groups-overage", groups=[GROUP])
        if is_person:
            yield case("a longer scope", token(scp="readwrite"), "scope", **scopes)
            yield case("a scope in other case", token(scp="Read"), "scope", **scopes)
            yield case("the role's name as a scope", token(scp=ROLE), "role", **roles)
            yield case("the person's own role", token(roles=[ROLE]), "role", **roles)
            yield case("a person without a scope", token(scp=None), "scope", **scopes, **roles)
        else:
            yield case("an app-only token that says so", token(idtyp="app"), None, **roles)
            yield case("an application without a role", token(roles=None), "role", **roles)

    def cases(self):
        for kind in [self.good, self.bad_headers, self.bad_signatures, self.bad_claims, self.bad_shapes]:
            yield from kind()

    def raw(self, header):
        message = f"{encoded(header.encode())}.{encoded(self.claims())}"
        return f"{message}.{encoded(signature(message))}"

    def raw_claims(self, claims):
        return signed(self.header(), claims)


def merged(members, changes):
    """With members replaced; `None` leaves one out."""
    return {name: value for name, value in (members | changes).items() if value is not None}


def vectors(now=1_700_000_000):
    cases = []
    for version in [1, 2]:
        for holder in ["application", "person"]:
            tokens = Tokens(version, holder, now)
            kinds = [tokens.good, tokens.permissions]
            # What does not depend on version and holder stands once or twice.
            if (version, holder) in [(1, "application"), (2, "person")]:
                kinds += [tokens.bad_claims]
            if (version, holder) == (2, "person"):
                kinds += [tokens.bad_headers, tokens.bad_signatures, tokens.bad_shapes]
            for case in (case for kind in kinds for case in kind()):
                if len(case.token) > 10_000:
                    continue
                name = f"v{version}, {holder}: {case.name}"
                cases.append(
                    {
                        "name": name,
                        "token": case.token,
                        "rule": case.rule,
                        "is_ours_alone": case.is_ours_alone,
                        "expect": case.expect,
                    }
                )
    return {
        "now": now,
        "authority": AUTHORITY,
        "tenant": TENANT,
        "audiences": [API_URI, API],
        "keys": key_sets(AUTHORITY),
        "cases": cases,
    }


if __name__ == "__main__":
    json.dump(vectors(), sys.stdout, indent=1)
    print()
