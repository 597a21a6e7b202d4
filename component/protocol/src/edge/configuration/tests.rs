use super::*;

pub(super) const GOOD: &str = r#"
version = 1

[inbound.orders]
tenants = ["11111111-2222-3333-4444-555555555555"]
audiences = ["api://your-api-id", "77777777-6666-5555-4444-333333333333"]

[identity.backend]
tenant = "contoso.onmicrosoft.com"
client-id = "77777777-6666-5555-4444-333333333333"
secret = "env:BACKEND_SECRET"

[[route]]
name = "orders"
host = "orders.example"
path = "/orders/"
methods = ["GET", "POST"]
inbound = "orders"
scopes = ["read"]
upstream = "http://127.0.0.1:9000"
attach = { identity = "backend", grant = "on-behalf-of", scopes = ["api://downstream-api/.default"] }
claims = { x-entra-oid = "oid" }

[[route]]
name = "home"
path = "/"
methods = ["GET"]
host = "www.example"
public = true
upstream = "https://www.internal.example"
"#;

#[test]
fn a_configuration_is_read() {
    let configuration = Configuration::parse(GOOD).unwrap();
    let [orders, home] = &configuration.routes[..] else {
        panic!("{configuration:?}");
    };
    let inbound = orders.inbound.as_ref().unwrap();
    assert_eq!(inbound.authority, "https://login.microsoftonline.com");
    assert_eq!((inbound.skew, inbound.scopes.len()), (60, 1));
    assert_eq!(home.inbound, None);
    assert_eq!(home.upstream, "https://www.internal.example");
    assert_eq!(configuration.longest_body, Some(10 << 20));
    assert_eq!(configuration.reserved, ["x-entra-oid"]);
}

#[test]
fn one_address_may_be_written_in_the_usual_ways() {
    for (written, meant) in [
        ("https://api.example/", "https://api.example"),
        ("HTTPS://API.example", "https://api.example"),
        ("https://api.example:443", "https://api.example"),
        ("https://api.example:8443/", "https://api.example:8443"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("http://localhost:80", "http://localhost"),
    ] {
        let text = GOOD.replace("http://127.0.0.1:9000", written);
        let configuration = Configuration::parse(&text).unwrap();
        assert_eq!(configuration.routes[0].upstream, meant, "{written}");
    }
}

/// One thing changed, and the start fails with the line and what to do.
#[test]
fn what_is_open_or_unclear_is_refused_with_its_line() {
    let rows = [
        (
            "unknown key",
            "scopes = [\"read\"]",
            "scope = [\"read\"]",
            "unknown field `scope`",
            19,
        ),
        (
            "a rule by e-mail",
            "audiences =",
            "email = [\"a@b\"]\naudiences =",
            "unknown field `email`",
            6,
        ),
        (
            "a rule by group name",
            "audiences =",
            "groups = [\"admins\"]\naudiences =",
            "no GUID",
            4,
        ),
        (
            "wrong type",
            "methods = [\"GET\", \"POST\"]",
            "methods = \"GET\"",
            "expected",
            17,
        ),
        ("no TOML", "version = 1", "version", "", 2),
        ("other version", "version = 1", "version = 2", "version", 2),
        (
            "no audience",
            "audiences = [\"api://your-api-id\", \"77777777-6666-5555-4444-333333333333\"]",
            "audiences = []",
            "no audience",
            4,
        ),
        (
            "many tenants",
            "\"11111111-2222-3333-4444-555555555555\"",
            "\"common\"",
            "no GUID",
            4,
        ),
        (
            "no inbound",
            "inbound = \"orders\"\nscopes = [\"read\"]",
            "",
            "what a caller must bring",
            13,
        ),
        (
            "both",
            "inbound = \"orders\"",
            "inbound = \"orders\"\npublic = true",
            "contradict",
            13,
        ),
        (
            "inbound that is none",
            "inbound = \"orders\"",
            "inbound = \"order\"",
            "no inbound `order`",
            13,
        ),
        (
            "identity that is none",
            "identity = \"backend\"",
            "identity = \"back\"",
            "no identity `back`",
            13,
        ),
        (
            "unknown grant",
            "on-behalf-of",
            "password",
            "grant `password`",
            13,
        ),
        (
            "the secret itself",
            "env:BACKEND_SECRET",
            "S3cr3t",
            "named and not written",
            8,
        ),
        (
            "no proof",
            "secret = \"env:BACKEND_SECRET\"",
            "",
            "one proof",
            8,
        ),
        (
            "two proofs",
            "secret =",
            "certificate = \"a.pfx\"\nsecret =",
            "one proof",
            8,
        ),
        (
            "http off loopback",
            "http://127.0.0.1:9000",
            "http://10.0.0.1:9000",
            "without encryption",
            13,
        ),
        (
            "a path behind",
            "http://127.0.0.1:9000",
            "http://127.0.0.1:9000/v1",
            "has a path",
            13,
        ),
        (
            "an address of two digits",
            "http://127.0.0.1:9000",
            "http://127.1:9000",
            "is spelled oddly",
            13,
        ),
        (
            "a dot in disguise",
            "http://127.0.0.1:9000",
            "https://api%2einternal.example",
            "is spelled oddly",
            13,
        ),
        (
            "no slashes",
            "http://127.0.0.1:9000",
            "https:api.internal.example",
            "is spelled oddly",
            13,
        ),
        (
            "a user behind",
            "http://127.0.0.1:9000",
            "http://a@127.0.0.1:9000",
            "no address",
            13,
        ),
        (
            "another scheme",
            "http://127.0.0.1:9000",
            "ftp://127.0.0.1:9000",
            "no address",
            13,
        ),
        (
            "lower case",
            "\"GET\", \"POST\"",
            "\"get\"",
            "method `get`",
            13,
        ),
        (
            "a tunnel",
            "\"GET\", \"POST\"",
            "\"CONNECT\"",
            "method `CONNECT`",
            13,
        ),
        ("no method", "[\"GET\", \"POST\"]", "[]", "no method", 13),
        (
            "two spellings",
            "path = \"/orders/\"",
            "path = \"/a/../orders/\"",
            "path",
            13,
        ),
        (
            "no path",
            "path = \"/orders/\"",
            "path = \"orders\"",
            "path",
            13,
        ),
        (
            "our own path",
            "path = \"/orders/\"",
            "path = \"/.entra/decide/\"",
            "own",
            13,
        ),
        (
            "a host that is none",
            "orders.example",
            "orders.example.",
            "no host",
            13,
        ),
        ("a claim by name", "\"oid\"", "\"upn\"", "change hands", 13),
        (
            "a header of proxies",
            "x-entra-oid",
            "x-forwarded-user",
            "cannot carry",
            13,
        ),
        (
            "a header of the request",
            "x-entra-oid",
            "authorization",
            "cannot carry",
            13,
        ),
        (
            "a header with an underscore",
            "x-entra-oid",
            "x_entra_oid",
            "cannot carry",
            13,
        ),
        (
            "metadata of any host",
            "host = \"orders.example\"",
            "metadata = true",
            "needs `host`",
            13,
        ),
        (
            "same name",
            "name = \"home\"",
            "name = \"orders\"",
            "stands twice",
            24,
        ),
        (
            "same requests",
            "host = \"www.example\"",
            "host = \"orders.example\"",
            "requests of route `orders`",
            24,
        ),
        (
            "same requests, any host",
            "host = \"www.example\"\n",
            "",
            "requests of route `orders`",
            24,
        ),
        (
            "a public route with a rule",
            "public = true",
            "public = true\nroles = [\"a\"]",
            "asks for no permission",
            24,
        ),
        (
            "long skew",
            "audiences =",
            "skew = \"301s\"\naudiences =",
            "300 seconds",
            4,
        ),
        (
            "one file of two",
            "version = 1\n",
            "version = 1\nlisten = { certificate = \"a.pem\" }\n",
            "listen: `certificate` and `private-key` go together",
            3,
        ),
        (
            "in the clear",
            "version = 1\n",
            "version = 1\nlisten = { address = \"0.0.0.0:80\" }\n",
            "without encryption",
            3,
        ),
        (
            "no address",
            "version = 1\n",
            "version = 1\nlisten = { address = \"localhost\" }\n",
            "no address with a port",
            3,
        ),
        (
            "no room",
            "version = 1\n",
            "version = 1\nlisten = { connections = 0 }\n",
            "between 1 and",
            3,
        ),
        (
            "health of many paths",
            "version = 1\n",
            "version = 1\nlisten = { health = \"/health/\" }\n",
            "no path of one page",
            3,
        ),
        (
            "a span that is none",
            "audiences =",
            "skew = \"1\"\naudiences =",
            "no span",
            4,
        ),
    ];
    for (name, from, to, expected, line) in rows {
        assert!(GOOD.contains(from), "{name}");
        let fault = Configuration::parse(&GOOD.replacen(from, to, 1)).expect_err(name);
        assert!(fault.to_string().contains(expected), "{name}: {fault}");
        assert_eq!(fault.line(), Some(line), "{name}: {fault}");
        assert!(!fault.to_string().contains("S3cr3t"), "{name}");
    }
}

#[test]
fn a_listener_is_as_open_as_somebody_wrote() {
    let usual = Configuration::parse(GOOD).unwrap().listener;
    assert_eq!(usual.address.to_string(), "127.0.0.1:8080");
    assert_eq!((usual.certificate, usual.health), (None, None));
    let listen = "version = 1\n[log]\nrequests = \"refused\"\n[limits]\nrequests = 2\n[listen]\nhealth = \"/healthz\"\n";
    for more in [
        "address = \"[::1]:0\"",
        "address = \"0.0.0.0:80\"\nplain-http = true",
        "address = \"0.0.0.0:443\"\ncertificate = \"a\"\nprivate-key = \"b\"",
    ] {
        let text = GOOD.replacen("version = 1\n", &format!("{listen}{more}\n"), 1);
        let listener = Configuration::parse(&text).unwrap().listener;
        assert_eq!(listener.health.as_deref(), Some("/healthz"));
        assert_eq!(
            (listener.requests, listener.told),
            (2, listener::Told::Refused)
        );
    }
    let taken = format!(
        "{}\n[listen]\nhealth = \"/taken\"\n",
        GOOD.replace("path = \"/\"", "path = \"/taken\"")
    );
    let fault = Configuration::parse(&taken).unwrap_err();
    assert!(fault.message().contains("path of route `home`"), "{fault}");
}

#[test]
fn a_configuration_has_an_end() {
    let route = |number: usize| {
        format!(
            "[[route]]\nname = \"r{number}\"\npath = \"/r{number}\"\nmethods = [\"GET\"]\npublic = true\nupstream = \"http://127.0.0.1:1\"\n"
        )
    };
    let routes =
        |count: usize| "version = 1\n".to_owned() + &(0..count).map(route).collect::<String>();
    let list = GOOD.replace("[\"read\"]", &format!("[{}]", "\"read\",".repeat(17)));
    let rows = [
        ("64 routes", routes(64), None),
        ("65 routes", routes(65), Some("more than 64 routes")),
        ("no route", routes(0), Some("no route")),
        ("17 values", list, Some("more than 16 values")),
        (
            "64 KiB",
            format!("{GOOD}#{}", "x".repeat(LONGEST)),
            Some("longer than"),
        ),
        ("deep", format!("x = {}", "[".repeat(10_000)), Some("")),
    ];
    for (name, text, expected) in rows {
        let outcome = Configuration::parse(&text);
        match expected {
            None => assert!(outcome.is_ok(), "{name}: {outcome:?}"),
            Some(expected) => {
                let fault = outcome.expect_err(name);
                assert!(fault.message().contains(expected), "{name}: {fault}");
            }
        }
    }
}

#[test]
fn quantities_have_their_unit() {
    for (text, expected) in [
        ("30s", Some(30)),
        ("2m", Some(120)),
        ("1h", Some(3600)),
        ("30", None),
        ("-1s", None),
        ("s", None),
    ] {
        assert_eq!(
            quantity::span(text).ok().map(|span| span.as_secs()),
            expected,
            "{text}"
        );
    }
    for (text, expected) in [
        ("10MiB", Some(Some(10 << 20))),
        ("5B", Some(Some(5))),
        ("none", Some(None)),
        ("10MB", None),
        ("99999999999999GiB", None),
        ("", None),
    ] {
        assert_eq!(quantity::size(text).ok(), expected, "{text}");
    }
}

#[test]
fn the_configuration_of_the_documentation_is_one() {
    let page = include_str!("../../../../../docs/proxy.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let configuration = Configuration::parse(text).unwrap();
    assert_eq!(configuration.routes.len(), 1);
}
