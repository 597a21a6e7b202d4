use serde_json::{Value, json};

use super::*;
use crate::edge::decision::{Admitted, decide};

const CONFIGURATION: &str = r#"
version = 1

[inbound.orders]
tenants = ["11111111-2222-3333-4444-555555555555"]
audiences = ["api://your-api-id"]

[identity.backend]
tenant = "contoso.onmicrosoft.com"
client-id = "77777777-6666-5555-4444-333333333333"
secret = "env:BACKEND_SECRET"

[sidecar]
inbound = "orders"
scopes = ["read"]

[sidecar.api.Graph]
identity = "backend"
grant = "on-behalf-of"
scopes = ["https://graph.microsoft.com/User.Read"]

[sidecar.api.downstream]
identity = "backend"
scopes = ["api://downstream-api/.default"]
unauthenticated = true
"#;

fn configuration() -> Configuration {
    Configuration::parse(CONFIGURATION).unwrap()
}

/// A request of a program on this machine, unless something is changed.
#[derive(Clone, Copy)]
struct Asked<'a> {
    method: &'a str,
    host: &'a str,
    target: &'a str,
    header: (&'a str, &'a str),
    peer: Peer,
}

const GOOD: Asked<'_> = Asked {
    method: "GET",
    host: "localhost:8080",
    target: "/Validate",
    header: ("authorization", "Bearer a.b.c"),
    peer: Peer::Loopback,
};

/// Status and rule; nothing where the token is to be judged.
fn refusal(configuration: &Configuration, asked: Asked<'_>) -> Option<(u16, String)> {
    let (name, value) = asked.header;
    let bearer = ("authorization".to_owned(), b"Bearer a.b.c".to_vec());
    let mut headers = vec![(name.to_owned(), value.as_bytes().to_vec())];
    if name != "authorization" {
        headers.push(bearer);
    }
    let head = Head::new(
        asked.method,
        "http",
        Some(asked.host),
        asked.target,
        &headers,
    );
    match decide(configuration, &head.from_peer(asked.peer)) {
        Decision::Pass(_) => None,
        Decision::Answer(answer) => {
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body["status"], answer.status, "{answer:?}");
            assert_eq!(body["rule"], answer.rule, "{answer:?}");
            assert!(body["title"].is_string() && body["detail"].is_string());
            let content = (
                "content-type".to_owned(),
                "application/problem+json".to_owned(),
            );
            assert!(answer.headers.contains(&content), "{answer:?}");
            assert!(!format!("{answer:?}").contains("a.b.c"), "{answer:?}");
            Some((answer.status, answer.rule))
        }
    }
}

/// T32, T33, T35, and what a program may not change.
#[test]
fn only_a_program_on_this_machine_is_answered() {
    let with = |name, value| Asked {
        header: (name, value),
        ..GOOD
    };
    let to = |target| Asked { target, ..GOOD };
    let at = |host| Asked { host, ..GOOD };
    let rows: [_; 36] = [
        ("good", GOOD, None),
        ("by address", at("127.0.0.1:8080"), None),
        ("by an address of IPv6", at("[::1]:8080"), None),
        ("without a port", at("LOCALHOST"), None),
        ("an API", to("/AuthorizationHeader/Graph"), None),
        ("another API", to("/AuthorizationHeader/downstream"), None),
        (
            "for anybody",
            to("/AuthorizationHeaderUnauthenticated/downstream"),
            None,
        ),
        (
            "from elsewhere",
            Asked {
                peer: Peer::Elsewhere,
                ..GOOD
            },
            Some((403, "peer")),
        ),
        (
            "from who knows where",
            Asked {
                peer: Peer::Unknown,
                ..GOOD
            },
            Some((403, "peer")),
        ),
        (
            "a name that leads here",
            at("evil.example"),
            Some((403, "host")),
        ),
        (
            "a name that begins so",
            at("localhost.evil.example"),
            Some((403, "host")),
        ),
        (
            "a name that looks so",
            at("127.0.0.1.evil.example"),
            Some((403, "host")),
        ),
        ("another address", at("10.0.0.1:8080"), Some((403, "host"))),
        (
            "a page",
            with("Origin", "http://localhost:3000"),
            Some((403, "browser")),
        ),
        (
            "a page of none",
            with("origin", "null"),
            Some((403, "browser")),
        ),
        (
            "a browser",
            with("Sec-Fetch-Site", "none"),
            Some((403, "browser")),
        ),
        (
            "a proxy",
            with("X-Forwarded-For", "127.0.0.1"),
            Some((403, "proxy")),
        ),
        (
            "a proxy, host",
            with("x-forwarded-host", "localhost"),
            Some((403, "proxy")),
        ),
        (
            "a proxy, standard",
            with("Forwarded", "for=127.0.0.1"),
            Some((403, "proxy")),
        ),
        (
            "a proxy that says its name",
            with("Via", "1.1 x"),
            Some((403, "proxy")),
        ),
        (
            "a proxy, address",
            with("X-Real-IP", "127.0.0.1"),
            Some((403, "proxy")),
        ),
        (
            "a proxy, URL",
            with("X-Original-URL", "/Validate"),
            Some((403, "proxy")),
        ),
        (
            "written to",
            Asked {
                method: "POST",
                ..GOOD
            },
            Some((405, "method")),
        ),
        (
            "lower case",
            Asked {
                method: "get",
                ..GOOD
            },
            Some((405, "method")),
        ),
        (
            "other scopes",
            to("/AuthorizationHeader/Graph?optionsOverride.Scopes=Mail.Read"),
            Some((400, "override")),
        ),
        (
            "another tenant",
            to("/AuthorizationHeader/Graph?optionsOverride.AcquireTokenOptions.Tenant=x"),
            Some((400, "override")),
        ),
        (
            "an agent",
            to("/AuthorizationHeader/Graph?AgentIdentity=x"),
            Some((400, "override")),
        ),
        ("an empty query", to("/Validate?"), Some((400, "override"))),
        (
            "no such API",
            to("/AuthorizationHeader/graph"),
            Some((400, "api")),
        ),
        ("no API", to("/AuthorizationHeader/"), Some((400, "api"))),
        (
            "an API below",
            to("/AuthorizationHeader/Graph/x"),
            Some((400, "api")),
        ),
        (
            "not for anybody",
            to("/AuthorizationHeaderUnauthenticated/Graph"),
            Some((400, "api")),
        ),
        (
            "no token",
            with("authorization", "Basic YTpi"),
            Some((401, "token")),
        ),
        (
            "two tokens",
            with("authorization", "Bearer a, Bearer b"),
            Some((400, "authorization")),
        ),
        (
            "two tokens, for anybody",
            Asked {
                header: ("authorization", "Bearer a, Bearer b"),
                ..to("/AuthorizationHeaderUnauthenticated/downstream")
            },
            Some((400, "authorization")),
        ),
        (
            "calls that are not served",
            to("/AuthorizationHeader"),
            Some((404, "route")),
        ),
    ];
    let configuration = configuration();
    for (name, asked, expected) in rows {
        if expected == Some((404, "route")) {
            // Not the sidecar's: told in the form of the proxy.
            let headers = [];
            let head = Head::new("GET", "http", Some("localhost"), asked.target, &headers);
            let decision = decide(&configuration, &head);
            assert!(matches!(decision, Decision::Answer(answer) if answer.status == 404));
            continue;
        }
        let found = refusal(&configuration, asked);
        let found = found
            .as_ref()
            .map(|(status, rule)| (*status, rule.as_str()));
        assert_eq!(found, expected, "{name}");
    }
    let text = CONFIGURATION.replace("[sidecar]\n", "[sidecar]\nengine-on-loopback = true\n");
    let trusting = Configuration::parse(&text).unwrap();
    let unknown = Asked {
        peer: Peer::Unknown,
        ..GOOD
    };
    assert_eq!(refusal(&trusting, unknown), None);
    let elsewhere = Asked {
        peer: Peer::Elsewhere,
        ..GOOD
    };
    assert_eq!(
        refusal(&trusting, elsewhere),
        Some((403, "peer".to_owned()))
    );
}

#[test]
fn a_program_is_answered_as_it_expects() {
    let configuration = configuration();
    let headers = [("authorization".to_owned(), b"Bearer a.b.c".to_vec())];
    let rows = [
        (
            "/Validate",
            (true, false),
            json!({"protocol": "Bearer", "token": "a.b.c", "claims": {"oid": "o-1"}}),
        ),
        (
            "/AuthorizationHeader/Graph",
            (true, true),
            json!({"authorizationHeader": "Bearer x"}),
        ),
        (
            "/AuthorizationHeaderUnauthenticated/downstream",
            (false, true),
            json!({"authorizationHeader": "Bearer x"}),
        ),
    ];
    for (target, (judges, gets), expected) in rows {
        let head = Head::new("GET", "http", Some("localhost"), target, &headers);
        let Decision::Pass(mut pass) = decide(&configuration, &head.from_peer(Peer::Loopback))
        else {
            panic!("{target} is answered");
        };
        assert_eq!(
            (pass.inbound.is_some(), pass.attach.is_some()),
            (judges, gets),
            "{target}"
        );
        assert_eq!(pass.token.is_some(), judges, "{target}");
        assert_eq!(pass.entrance.name, target);
        let token = pass.attach.map(|_| "x");
        let Admitted::Answer(answer) = pass.admitted(Some(r#"{"oid":"o-1"}"#), token) else {
            panic!("{target} goes nowhere");
        };
        assert_eq!(answer.status, 200);
        assert_eq!(
            serde_json::from_str::<Value>(&answer.body).unwrap(),
            expected
        );
    }
}

#[test]
fn health_is_told_to_probes() {
    let headers = [("x-forwarded-for".to_owned(), b"10.0.0.1".to_vec())];
    let head = Head::new("GET", "http", Some("10.0.0.2:8080"), "/healthz", &headers);
    let configuration = configuration();
    let Decision::Answer(answer) = decide(&configuration, &head.from_peer(Peer::Elsewhere)) else {
        panic!("it is answered");
    };
    assert_eq!((answer.status, answer.body.as_str()), (200, "Healthy"));
}

#[test]
fn without_a_sidecar_its_paths_are_like_any_other() {
    let route = "[[route]]\nname = \"v\"\npath = \"/Validate\"\nmethods = [\"GET\"]\npublic = true\nupstream = \"http://127.0.0.1:1\"\n";
    let (before, _) = CONFIGURATION.split_once("[sidecar]").unwrap();
    let configuration = Configuration::parse(&format!("{before}{route}")).unwrap();
    let headers = [];
    let head = Head::new("GET", "http", Some("a.example"), "/Validate", &headers);
    assert!(matches!(decide(&configuration, &head), Decision::Pass(_)));
    let both = Configuration::parse(&format!("{CONFIGURATION}{route}")).unwrap_err();
    assert_eq!(
        both.message(),
        "route `v`: path `/Validate` is the sidecar's"
    );
}

#[test]
fn what_is_unclear_is_refused_with_its_line() {
    for (from, to, expected, line) in [
        ("inbound = \"orders\"", "", "missing field `inbound`", 13),
        (
            "inbound = \"orders\"",
            "inbound = \"order\"",
            "sidecar: there is no inbound `order`",
            13,
        ),
        (
            "grant = \"on-behalf-of\"",
            "grant = \"password\"",
            "api `Graph`: grant `password`",
            17,
        ),
        (
            "grant = \"on-behalf-of\"",
            "identiti = 1",
            "unknown field `identiti`",
            19,
        ),
        (
            "scopes = [\"api://",
            "grant = \"on-behalf-of\"\nscopes = [\"api://",
            "nobody on whose behalf",
            22,
        ),
        ("api.downstream", "api.\"a/b\"", "is no name for an API", 22),
        ("api.downstream", "api.\"..\"", "is no name for an API", 22),
        (
            "scopes = [\"read\"]",
            "scope = [\"read\"]",
            "unknown field `scope`",
            15,
        ),
    ] {
        assert!(CONFIGURATION.contains(from), "{from}");
        let fault = Configuration::parse(&CONFIGURATION.replacen(from, to, 1)).expect_err(to);
        assert!(fault.to_string().contains(expected), "{to}: {fault}");
        assert_eq!(fault.line(), Some(line), "{to}: {fault}");
    }
}

#[test]
fn endpoints_are_told_before_they_are_served() {
    let configuration = configuration();
    let endpoints = configuration.sidecar.as_ref().unwrap().endpoints();
    let told: Vec<_> = endpoints
        .iter()
        .map(|endpoint| {
            (
                endpoint.path.as_str(),
                endpoint.inbound.is_some(),
                endpoint.attach.is_some(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("/Validate", true, false),
            ("/AuthorizationHeader/Graph", true, true),
            ("/AuthorizationHeader/downstream", true, true),
            (
                "/AuthorizationHeaderUnauthenticated/downstream",
                false,
                true
            ),
        ]
    );
}
