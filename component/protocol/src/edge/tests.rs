//! Requests that somebody tries, without a socket.

use serde_json::json;

use crate::edge::answer::{Answer, Rejected};
use crate::edge::configuration::Configuration;
use crate::edge::decision::{Admitted, Decision, Forward, decide};
use crate::edge::head::Head;

const CONFIGURATION: &str = r#"
version = 1

[inbound.orders]
tenants = ["11111111-2222-3333-4444-555555555555"]
audiences = ["api://your-api-id"]

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
attach = { identity = "backend", scopes = ["api://downstream-api/.default"] }
claims = { x-entra-oid = "oid", x-entra-roles = "roles" }
metadata = true

[[route]]
name = "home"
path = "/public"
methods = ["GET"]
public = true
upstream = "http://127.0.0.1:9001"

[[route]]
name = "raw"
path = "/raw"
methods = ["GET"]
public = true
cookies = true
pass-authorization = true
upstream = "http://127.0.0.1:9001"
"#;

const CLAIMS: &str = r#"{"oid":"o-1","roles":["a","b"],"name":"Ælice"}"#;

fn configuration() -> Configuration {
    Configuration::parse(CONFIGURATION).unwrap()
}

fn headers(named: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let named = named.iter();
    named
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect()
}

/// The answer, or nothing for a request that may go on.
fn answer(method: &str, host: &str, target: &str, named: &[(&str, &str)]) -> Option<Answer> {
    let (configuration, headers) = (configuration(), headers(named));
    match decide(
        &configuration,
        &Head::new(method, "https", Some(host), target, &headers),
    ) {
        Decision::Answer(answer) => Some(answer),
        Decision::Pass(_) => None,
    }
}

fn forwarded(target: &str, named: &[(&str, &str)], claims: Option<&str>) -> Forward {
    let (configuration, headers) = (configuration(), headers(named));
    let head = Head::new("GET", "https", Some("orders.example"), target, &headers);
    let Decision::Pass(mut pass) = decide(&configuration, &head) else {
        panic!("{target} does not pass");
    };
    let token = pass.attach.map(|_| "theirs");
    match pass.admitted(claims, token) {
        Admitted::Forward(forward) => forward,
        Admitted::Answer(answer) => panic!("{target}: {answer:?}"),
    }
}

fn values<'a>(forward: &'a Forward, name: &str) -> Vec<&'a str> {
    let named = forward
        .headers
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name));
    named
        .map(|(_, value)| std::str::from_utf8(value).unwrap())
        .collect()
}

/// Name, method, host, target, headers; status and rule of the answer, or nothing where it goes on.
type Row<'a> = (
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a [(&'a str, &'a str)],
    Option<(u16, &'a str)>,
);

/// What the answer is, and by which rule.
#[test]
fn a_request_passes_or_is_refused_by_a_rule() {
    let bearer = ("Authorization", "Bearer a.b.c");
    let orders = "orders.example";
    let rows: [Row<'_>; 40] = [
        ("good", "GET", orders, "/orders/1", &[bearer], None),
        (
            "other case of the host",
            "GET",
            "Orders.EXAMPLE",
            "/orders/1",
            &[bearer],
            None,
        ),
        (
            "with a port",
            "GET",
            "orders.example:8443",
            "/orders/1",
            &[bearer],
            None,
        ),
        ("public", "GET", "any.example", "/public", &[], None),
        (
            "public, with a query",
            "GET",
            "any.example",
            "/public?a=b",
            &[],
            None,
        ),
        (
            "no token",
            "GET",
            orders,
            "/orders/1",
            &[],
            Some((401, "token")),
        ),
        (
            "other scheme",
            "GET",
            orders,
            "/orders/1",
            &[("authorization", "Basic YTpi")],
            Some((401, "token")),
        ),
        (
            "two tokens",
            "GET",
            orders,
            "/orders/1",
            &[bearer, bearer],
            Some((400, "authorization")),
        ),
        (
            "two tokens, other case",
            "GET",
            orders,
            "/orders/1",
            &[bearer, ("AUTHORIZATION", "Bearer x")],
            Some((400, "authorization")),
        ),
        (
            "a list",
            "GET",
            orders,
            "/orders/1",
            &[("authorization", "Bearer a, Bearer b")],
            Some((400, "authorization")),
        ),
        (
            "a tab",
            "GET",
            orders,
            "/orders/1",
            &[("authorization", "Bearer\ta")],
            Some((400, "authorization")),
        ),
        (
            "empty token",
            "GET",
            orders,
            "/orders/1",
            &[("authorization", "Bearer ")],
            Some((400, "authorization")),
        ),
        (
            "two tokens on a public route",
            "GET",
            orders,
            "/public",
            &[bearer, bearer],
            Some((400, "authorization")),
        ),
        (
            "token in the query",
            "GET",
            orders,
            "/orders/1?access_token=a.b.c",
            &[],
            Some((401, "token")),
        ),
        (
            "token in a cookie",
            "GET",
            orders,
            "/orders/1",
            &[("cookie", "access_token=a.b.c")],
            Some((401, "token")),
        ),
        (
            "a health check's agent",
            "GET",
            orders,
            "/orders/1",
            &[("user-agent", "kube-probe/1.30")],
            Some((401, "token")),
        ),
        (
            "what an upstream proxy says",
            "GET",
            orders,
            "/orders/1",
            &[
                ("x-original-url", "/public"),
                ("x-forwarded-uri", "/public"),
            ],
            Some((401, "token")),
        ),
        (
            "method of another route",
            "DELETE",
            orders,
            "/orders/1",
            &[bearer],
            Some((405, "method")),
        ),
        (
            "lower case",
            "get",
            orders,
            "/orders/1",
            &[bearer],
            Some((405, "method")),
        ),
        (
            "another method",
            "PROPFIND",
            orders,
            "/orders/1",
            &[bearer],
            Some((405, "method")),
        ),
        (
            "a tunnel",
            "CONNECT",
            orders,
            "/orders/1",
            &[bearer],
            Some((405, "method")),
        ),
        (
            "trace",
            "TRACE",
            orders,
            "/orders/1",
            &[bearer],
            Some((405, "method")),
        ),
        (
            "overridden",
            "DELETE",
            orders,
            "/orders/1",
            &[bearer, ("x-http-method-override", "GET")],
            Some((405, "method")),
        ),
        (
            "no route",
            "GET",
            orders,
            "/",
            &[bearer],
            Some((404, "route")),
        ),
        (
            "a longer name",
            "GET",
            orders,
            "/ordersx/1",
            &[bearer],
            Some((404, "route")),
        ),
        (
            "without its slash",
            "GET",
            orders,
            "/orders",
            &[bearer],
            Some((404, "route")),
        ),
        (
            "a longer exact path",
            "GET",
            orders,
            "/public/",
            &[],
            Some((404, "route")),
        ),
        (
            "other case of the path",
            "GET",
            orders,
            "/Orders/1",
            &[bearer],
            Some((404, "route")),
        ),
        (
            "another host",
            "GET",
            "evil.example",
            "/orders/1",
            &[bearer],
            Some((404, "route")),
        ),
        (
            "a host below",
            "GET",
            "x.orders.example",
            "/orders/1",
            &[bearer],
            Some((404, "route")),
        ),
        (
            "the path in the query",
            "GET",
            orders,
            "/admin?x=/public",
            &[],
            Some((404, "route")),
        ),
        (
            "two slashes",
            "GET",
            orders,
            "//orders/1",
            &[bearer],
            Some((400, "path")),
        ),
        (
            "up",
            "GET",
            orders,
            "/public/../orders/1",
            &[],
            Some((400, "path")),
        ),
        (
            "up, escaped",
            "GET",
            orders,
            "/public/%2e%2e/orders/1",
            &[],
            Some((400, "path")),
        ),
        (
            "a letter, escaped",
            "GET",
            orders,
            "/%6frders/1",
            &[],
            Some((400, "path")),
        ),
        (
            "a fragment",
            "GET",
            orders,
            "/orders/1#/public",
            &[bearer],
            Some((400, "path")),
        ),
        (
            "a whole address",
            "GET",
            orders,
            "http://orders.example/orders/1",
            &[bearer],
            Some((400, "path")),
        ),
        (
            "a dot behind the host",
            "GET",
            "orders.example.",
            "/orders/1",
            &[bearer],
            Some((400, "host")),
        ),
        (
            "another host in the header",
            "GET",
            orders,
            "/orders/1",
            &[bearer, ("host", "evil.example")],
            Some((400, "host")),
        ),
        (
            "two hosts",
            "GET",
            orders,
            "/orders/1",
            &[bearer, ("host", orders), ("host", orders)],
            Some((400, "host")),
        ),
    ];
    for (name, method, host, target, headers, expected) in rows {
        let answer = answer(method, host, target, headers);
        let found = answer
            .as_ref()
            .map(|answer| (answer.status, answer.rule.as_str()));
        assert_eq!(found, expected, "{name}: {answer:?}");
        let said = format!("{answer:?}");
        assert!(
            !said.contains("a.b.c") && !said.contains("access_token"),
            "{name}: {said}"
        );
    }
    let large = vec![("x-a", "b"); 201];
    assert_eq!(
        answer("GET", orders, "/public", &large).map(|answer| answer.status),
        Some(431)
    );
}

/// What reaches the server behind.
#[test]
fn nobody_speaks_for_the_proxy() {
    let named = [
        ("Authorization", "Bearer mine"),
        ("X-Entra-Oid", "admin"),
        ("X_Entra_Oid", "admin"),
        ("x-Entra_oid", "admin"),
        ("X-ENTRA-ROLES", "admin"),
        ("X-Forwarded-Host", "evil.example"),
        ("X_Forwarded_For", "127.0.0.1"),
        ("X-Forwarded-Prefix", "/admin"),
        ("Forwarded", "for=127.0.0.1"),
        ("X-Original-URL", "/admin"),
        ("X-Rewrite-URL", "/admin"),
        ("X-Real-IP", "127.0.0.1"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Cookie", "session=1"),
        ("Proxy-Authorization", "Basic YTpi"),
        ("X-IDENTITY-HEADER", "secret"),
        ("X-MS-TOKEN-AAD-ACCESS-TOKEN", "x"),
        ("X-MS-CLIENT-PRINCIPAL-ID", "admin"),
        ("Content-Length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Expect", "100-continue"),
        ("Upgrade", "h2c"),
        ("HTTP2-Settings", "x"),
        ("TE", "gzip"),
        ("Keep-Alive", "5"),
        ("Trailer", "x-entra-oid"),
        ("Connection", "close, X-Entra-Oid, Authorization, X-Hop"),
        ("X-Hop", "1"),
        ("Accept", "*/*"),
        ("X-Own", "mine"),
    ];
    let forward = forwarded("/orders/1?x=%2F..", &named, Some(CLAIMS));
    assert_eq!(forward.target, "/orders/1?x=%2F..");
    let mut found: Vec<(&str, &str)> = forward
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap()))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("Accept", "*/*"),
            ("X-Own", "mine"),
            ("authorization", "Bearer theirs"),
            ("x-entra-oid", "o-1"),
            ("x-entra-roles", "a b"),
            ("x-forwarded-host", "orders.example"),
            ("x-forwarded-proto", "https"),
        ]
    );
    // On every route, public ones included.
    let public = forwarded("/public", &named, None);
    for name in [
        "authorization",
        "x-entra-oid",
        "x_entra_oid",
        "x-entra-roles",
        "cookie",
    ] {
        assert_eq!(values(&public, name), [""; 0], "{name}");
    }
    let raw = forwarded("/raw", &named, None);
    assert_eq!(values(&raw, "x-entra-oid"), [""; 0]);
    assert_eq!(values(&raw, "cookie"), ["session=1"]);
}

/// A claim that is not there, or that no header can carry, is no header.
#[test]
fn a_claim_that_is_not_there_is_no_header() {
    let bearer = ("authorization", "Bearer a");
    let rows = [
        (json!({}), None),
        (json!({"oid": null}), None),
        (json!({"oid": {"a": 1}}), None),
        (json!({"oid": ["a", 1]}), None),
        (json!({"oid": "a\r\nx-admin: 1"}), None),
        (json!({"oid": "Ælice"}), None),
        (json!({"oid": 7}), Some("7")),
        (json!({"oid": "o"}), Some("o")),
    ];
    for (claims, expected) in rows {
        let forward = forwarded(
            "/orders/1",
            &[bearer, ("x-entra-oid", "admin")],
            Some(&claims.to_string()),
        );
        assert_eq!(
            values(&forward, "x-entra-oid").first().copied(),
            expected,
            "{claims}"
        );
    }
}

fn rejected<'a>(rule: &'a str, message: &'a str) -> Rejected<'a> {
    Rejected {
        rule,
        message,
        is_of_permission: rule == "scope",
    }
}

#[test]
fn a_refusal_names_the_rule_and_what_is_needed() {
    let (configuration, headers) = (
        configuration(),
        headers(&[("authorization", "Bearer a.b.c")]),
    );
    let head = Head::new(
        "GET",
        "https",
        Some("orders.example"),
        "/orders/1",
        &headers,
    );
    let Decision::Pass(pass) = decide(&configuration, &head) else {
        panic!("it has a token");
    };
    assert_eq!(pass.token, Some("a.b.c"));
    let start = "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/authorize\", resource_metadata=\"https://orders.example/.well-known/oauth-protected-resource/orders\"";
    let rows = [
        (
            rejected("audience", "the token is for `api://\"x\"`\r\n"),
            401,
            "error=\"invalid_token\", error_description=\"audience: the token is for `api://'x'`??\"",
        ),
        (
            rejected("scope", "no scope"),
            403,
            "error=\"insufficient_scope\", error_description=\"scope: no scope\", scope=\"read\"",
        ),
    ];
    for (rejected, status, expected) in rows {
        let answer = pass.rejected(&rejected);
        assert_eq!(answer.status, status);
        let challenge = answer
            .headers
            .iter()
            .find(|(name, _)| name == "www-authenticate");
        assert_eq!(challenge.unwrap().1, format!("{start}, {expected}"));
        assert!(answer.body.contains(rejected.rule));
    }
    let answer = pass.insufficient_claims(Some("{}"));
    assert!(
        format!("{answer:?}").contains("claims=\\\"e30=\\\""),
        "{answer:?}"
    );
}

#[test]
fn another_proxy_gets_a_decision_and_no_token() {
    let (configuration, headers) = (
        configuration(),
        headers(&[
            ("authorization", "Bearer a"),
            ("x-forwarded-uri", "/public"),
        ]),
    );
    let decision = |target: &'static str| {
        decide(
            &configuration,
            &Head::new("GET", "http", Some("127.0.0.1"), target, &headers),
        )
    };
    let Decision::Pass(mut pass) = decision("/.entra/decide/orders") else {
        panic!("it has a token");
    };
    assert!(pass.attach.is_none());
    let Admitted::Answer(answer) = pass.admitted(Some(CLAIMS), None) else {
        panic!("it goes nowhere");
    };
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.headers,
        [("x-entra-oid", "o-1"), ("x-entra-roles", "a b")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    for target in [
        "/.entra/decide/",
        "/.entra/decide/other",
        "/.entra/decide/orders/",
        "/.entra/",
    ] {
        assert!(
            matches!(decision(target), Decision::Answer(answer) if answer.status == 404),
            "{target}"
        );
    }
}

#[test]
fn a_resource_says_who_issues_its_tokens() {
    let found = |host, target| answer("GET", host, target, &[]);
    let document = found(
        "orders.example",
        "/.well-known/oauth-protected-resource/orders",
    )
    .unwrap();
    assert_eq!(document.status, 200);
    let body: serde_json::Value = serde_json::from_str(&document.body).unwrap();
    assert_eq!(
        body,
        json!({
            "resource": "https://orders.example/orders",
            "authorization_servers": ["https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"],
            "scopes_supported": ["api://your-api-id/read"],
            "bearer_methods_supported": ["header"],
        })
    );
    for (host, target) in [
        (
            "evil.example",
            "/.well-known/oauth-protected-resource/orders",
        ),
        ("orders.example", "/.well-known/oauth-protected-resource"),
        (
            "orders.example",
            "/.well-known/oauth-protected-resource/public",
        ),
        ("orders.example", "/.well-known/oauth-protected-resourcex"),
    ] {
        assert_eq!(
            found(host, target).map(|answer| answer.status),
            Some(404),
            "{host} {target}"
        );
    }
}

#[test]
fn health_is_told_to_anybody_at_its_path_alone() {
    let text = format!("{CONFIGURATION}\n[listen]\nhealth = \"/healthz\"\n");
    let configuration = Configuration::parse(&text).unwrap();
    let status = |method, target| {
        let headers = [];
        let head = Head::new(method, "http", Some("any.example"), target, &headers);
        match decide(&configuration, &head) {
            Decision::Answer(answer) => answer.status,
            Decision::Pass(pass) => panic!("{pass:?}"),
        }
    };
    let rows = [
        ("GET", "/healthz", 200),
        ("GET", "/healthz?full", 200),
        ("HEAD", "/healthz", 200),
        ("POST", "/healthz", 404),
        ("GET", "/healthz/", 404),
        ("GET", "//healthz", 400),
    ];
    for (method, target, expected) in rows {
        assert_eq!(status(method, target), expected, "{method} {target}");
    }
    assert_eq!(
        answer("GET", "any.example", "/healthz", &[])
            .unwrap()
            .status,
        404
    );
}
