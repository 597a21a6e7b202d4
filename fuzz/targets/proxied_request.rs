//! What callers send to a proxy, as an engine hands it over: a line with method and path, one with the host, and headers.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use protocol::edge::configuration::Configuration;
use protocol::edge::decision::{Admitted, Decision, decide};
use protocol::edge::head::Head;

const CONFIGURATION: &str = r#"
version = 1
[listen]
health = "/healthz"
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
upstream = "http://127.0.0.1:9000"
attach = { identity = "backend", scopes = ["api://downstream-api/.default"] }
claims = { x-entra-oid = "oid" }
metadata = true
[sidecar]
inbound = "orders"
engine-on-loopback = true
[sidecar.api.graph]
identity = "backend"
scopes = ["https://graph.microsoft.com/.default"]
[[route]]
name = "public"
path = "/public"
methods = ["GET"]
public = true
upstream = "http://127.0.0.1:9001"
"#;

/// What ends at the proxy.
const STAYS: [&str; 6] = [
    "connection",
    "content-length",
    "cookie",
    "forwarded",
    "host",
    "transfer-encoding",
];

static PARSED: LazyLock<Option<Configuration>> =
    LazyLock::new(|| Configuration::parse(CONFIGURATION).ok());

fuzz_target!(|bytes: &[u8]| {
    assert!(PARSED.is_some(), "the configuration is one");
    let Some(configuration) = &*PARSED else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    let (method, target) = first.split_once(' ').unwrap_or(("GET", first));
    let host = lines.next();
    let headers: Vec<(String, Vec<u8>)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect();
    let head = Head::new(method, "https", host, target, &headers);
    let Decision::Pass(mut pass) = decide(configuration, &head) else {
        return;
    };
    let is_orders = pass.entrance.name == "orders";
    // Nobody passes without a token where one is asked for.
    assert_eq!(pass.token.is_some(), pass.entrance.name != "public");
    let Admitted::Forward(forward) = pass.admitted(Some(r#"{"oid":"o-1"}"#), Some("ours")) else {
        return;
    };
    let path = target.split('?').next().unwrap_or_default();
    assert_eq!(forward.target, target);
    assert!(path.starts_with("/orders/") || path == "/public");
    assert!(!path.contains("..") && !path.contains("//") && !path.contains('\\'));
    for (name, value) in &forward.headers {
        let folded = name.to_ascii_lowercase().replace('_', "-");
        match folded.as_str() {
            // Ours, or none at all.
            "x-entra-oid" => assert!(is_orders && value == b"o-1"),
            "authorization" => assert_eq!(value, b"Bearer ours"),
            _ => assert!(!STAYS.contains(&folded.as_str()), "`{name}` went on"),
        }
    }
});
