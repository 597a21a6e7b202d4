//! Client assertions: what is believed, and what is refused for which reason.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::visitor::{COMMAND_LINE, DAEMON, FORM, NOW, TENANT, Visitor, claims, json as body};

const KEY: &str = include_str!("../../key/client-credential/client-private-key-pkcs1.pem");
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const AUDIENCE: &str =
    "https://localhost:8400/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token";

/// Standard base64, as `openssl x509 -outform der | openssl dgst -binary | openssl base64` tells.
const SHA1: &str = "fjQqg5aQemjPnjEfIKF/7SnUwXA=";
const SHA256: &str = "jV7hs1cAlvnokwp7hBpAVzVcRpWVJYYaK0nzHH8YEXM=";
const EXPIRED: &str = "hcMgVKQrPSg82ICflCLAn3j+fCY=";
const UNREGISTERED: &str = "qp5IB+4pIuZfo4pW2Yx3BhCqpzE=";

fn base64url(standard: &str) -> String {
    standard.replace('+', "-").replace('/', "_")
}

fn signed(header: &Value, claims: &Value) -> String {
    let pem: String = KEY.lines().filter(|line| !line.contains('-')).collect();
    let key = EncodingKey::from_rsa_der(&STANDARD.decode(pem).unwrap());
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let algorithm = match header["alg"].as_str() {
        Some("PS256") => Algorithm::PS256,
        _ => Algorithm::RS256,
    };
    let signature = crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn ordinary_header() -> Value {
    json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": base64url(SHA256).trim_end_matches('=') })
}

/// The ordinary claims with some replaced, added or (by `null`) left out.
fn claims_with(changes: Value) -> Value {
    let mut claims = json!({
        "aud": AUDIENCE, "iss": DAEMON, "sub": DAEMON, "jti": "one", "nbf": NOW.0, "exp": NOW.0 + 600,
    });
    let members = claims.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    claims
}

fn code(visitor: &Visitor, assertion: &str) -> Option<u64> {
    let response = visitor.grant(&[
        ("client_secret", None),
        ("client_assertion_type", Some(TYPE)),
        ("client_assertion", Some(assertion)),
    ]);
    let answer = body(&response);
    let code = answer["error_codes"][0].as_u64();
    assert_eq!(
        response.status().as_u16(),
        if code.is_some() { 401 } else { 200 },
        "{answer}"
    );
    code
}

#[test]
fn every_clients_way_of_naming_the_certificate_is_accepted() {
    let visitor = Visitor::new();
    for (name, header) in [
        ("node sha256", ordinary_header()),
        (
            "node sha1",
            json!({ "alg": "RS256", "x5t": base64url(SHA1).trim_end_matches('=') }),
        ),
        ("python", json!({ "alg": "RS256", "x5t": base64url(SHA1) })),
        (
            "python, public certificate",
            json!({ "alg": "PS256", "x5t#S256": base64url(SHA256), "x5c": ["MIID\nHTCC\n"] }),
        ),
        ("go", json!({ "alg": "RS256", "x5t": SHA1 })),
        (
            "dotnet",
            json!({ "alg": "PS256", "x5t#S256": base64url(SHA256), "x5c": "MIID" }),
        ),
    ] {
        let assertion = signed(&header, &claims_with(json!({})));
        assert_eq!(code(&visitor, &assertion), None, "{name}");
    }
}

#[test]
fn a_certificate_of_ones_own_can_be_registered() {
    let visitor = Visitor::new();
    let header = json!({ "alg": "RS256", "x5t": UNREGISTERED });
    let assertion = signed(&header, &claims_with(json!({})));
    assert_eq!(code(&visitor, &assertion), Some(700_027), "unknown");
    let pem = include_str!("../../key/client-credential/unregistered-certificate.pem");
    let answer = visitor.control(Method::POST, "/certificates", pem);
    assert_eq!(body(&answer)["client"], DAEMON);
    // Known now; the signature is another key's.
    assert_eq!(code(&visitor, &assertion), Some(7_000_274));
    for (query, pem) in [
        ("", KEY),
        ("?client=88888888-7777-6666-5555-444444444444", pem),
        ("?client=nobody", pem),
    ] {
        let answer = visitor.control(Method::POST, &format!("/certificates{query}"), pem);
        assert_eq!(answer.status(), 400, "{query}");
    }
}

#[test]
fn every_clients_way_of_writing_claims_is_accepted() {
    let visitor = Visitor::new();
    let now = NOW.0;
    for (name, changes) in [
        (
            "python",
            json!({ "nbf": null, "iat": now as f64 + 0.25, "exp": now as f64 + 600.25 }),
        ),
        (
            "dotnet",
            json!({ "nbf": now.to_string(), "exp": (now + 600).to_string() }),
        ),
        ("node", json!({ "iat": now - 1 })),
        (
            "issuer as audience",
            json!({ "aud": format!("https://localhost:8400/{TENANT}/v2.0") }),
        ),
        (
            "domain and another spelling of loopback",
            json!({ "aud": "https://127.0.0.1:8400/contoso.onmicrosoft.com/oauth2/v2.0/token" }),
        ),
        ("a list of one audience", json!({ "aud": [AUDIENCE] })),
        (
            "a slow clock",
            json!({ "nbf": now + 299, "exp": now - 299 }),
        ),
        (
            "an upper-case client id",
            json!({ "iss": DAEMON.to_uppercase() }),
        ),
    ] {
        let assertion = signed(&ordinary_header(), &claims_with(changes));
        assert_eq!(code(&visitor, &assertion), None, "{name}");
    }
}

#[test]
fn each_fault_has_its_number() {
    let visitor = Visitor::new();
    let now = NOW.0;
    for (name, changes, expected) in [
        (
            "another tenant",
            json!({ "aud": AUDIENCE.replace("1111", "0000") }),
            50027,
        ),
        (
            "another host",
            json!({ "aud": AUDIENCE.replace("8400", "8401") }),
            50027,
        ),
        (
            "another endpoint",
            json!({ "aud": format!("{AUDIENCE}/") }),
            50027,
        ),
        ("no audience", json!({ "aud": null }), 50027),
        ("two audiences", json!({ "aud": [AUDIENCE, "x"] }), 50027),
        ("no end", json!({ "exp": null }), 50027),
        ("over", json!({ "nbf": null, "exp": now - 300 }), 700_024),
        ("not begun", json!({ "nbf": now + 301 }), 700_024),
        ("other subject", json!({ "sub": COMMAND_LINE }), 50048),
        ("other issuer", json!({ "iss": COMMAND_LINE }), 50048),
        (
            "unknown workload",
            json!({ "iss": "https://x", "sub": "y" }),
            700_211,
        ),
    ] {
        let assertion = signed(&ordinary_header(), &claims_with(changes));
        assert_eq!(code(&visitor, &assertion), Some(expected), "{name}");
    }
    for (name, header, expected) in [
        (
            "unregistered",
            json!({ "alg": "RS256", "x5t": UNREGISTERED }),
            700_027,
        ),
        ("no thumbprint", json!({ "alg": "RS256" }), 700_027),
        (
            "expired",
            json!({ "alg": "RS256", "x5t": EXPIRED }),
            1_000_502,
        ),
        (
            "other algorithm",
            json!({ "alg": "RS512", "x5t": SHA1 }),
            7_000_274,
        ),
    ] {
        let assertion = signed(&header, &claims_with(json!({})));
        assert_eq!(code(&visitor, &assertion), Some(expected), "{name}");
    }
    let assertion = signed(&ordinary_header(), &claims_with(json!({})));
    let (message, _) = assertion.rsplit_once('.').unwrap();
    let forged = format!("{message}.{}", "A".repeat(342));
    assert_eq!(code(&visitor, &forged), Some(7_000_274));
}

#[test]
fn the_token_says_how_the_client_proved_itself() {
    let visitor = Visitor::new();
    let assertion = signed(&ordinary_header(), &claims_with(json!({})));
    let response = visitor.grant(&[
        ("client_secret", None),
        ("client_assertion_type", Some(TYPE)),
        ("client_assertion", Some(&assertion)),
    ]);
    assert_eq!(claims(&body(&response)["access_token"])["appidacr"], "2");
}

#[test]
fn an_assertion_can_be_repeated_unless_a_test_forbids_it() {
    let visitor = Visitor::new();
    let assertion = signed(&ordinary_header(), &claims_with(json!({})));
    assert_eq!(code(&visitor, &assertion), None);
    assert_eq!(code(&visitor, &assertion), None);
    visitor.control(
        Method::POST,
        "/options",
        r#"{"refuse_replayed_assertions":true}"#,
    );
    assert_eq!(code(&visitor, &assertion), Some(50012));
    let another = signed(&ordinary_header(), &claims_with(json!({ "jti": "two" })));
    assert_eq!(code(&visitor, &another), None);
}

#[test]
fn the_type_of_an_assertion_must_be_named() {
    let visitor = Visitor::new();
    for (kind, expected) in [(None, 900_144), (Some("saml"), 9_002_313)] {
        let response = visitor.grant(&[
            ("client_secret", None),
            ("client_assertion", Some("a.b.c")),
            ("client_assertion_type", kind),
        ]);
        assert_eq!(body(&response)["error_codes"][0], expected);
    }
}

#[test]
fn a_workloads_token_is_matched_exactly() {
    let visitor = Visitor::new();
    let subject = "repo:contoso/app:ref:refs/heads/main";
    let github = "https://token.actions.githubusercontent.com";
    for (order, expected) in [
        (json!({}), None),
        (json!({ "issuer": github, "subject": subject }), None),
        (
            json!({ "issuer": format!("{github}/"), "subject": subject }),
            Some(700_211),
        ),
        (
            json!({ "issuer": "https://kubernetes.contoso.example" }),
            Some(700_211),
        ),
        (
            json!({ "issuer": github, "subject": "repo:Contoso/app:ref:refs/heads/main" }),
            Some(700_213),
        ),
        (json!({ "subject": subject }), Some(700_213)),
        (
            json!({ "audience": "api://azureadtokenexchange" }),
            Some(700_212),
        ),
        (json!({ "lifetime": -301 }), Some(700_024)),
    ] {
        let token = body(&visitor.control(Method::POST, "/external-token", &order.to_string()));
        let token = token["token"].as_str().unwrap();
        assert_eq!(code(&visitor, token), expected, "{order}");
    }
    let own = visitor.grant(&[]);
    let own = body(&own)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(
        code(&visitor, &own),
        Some(700_211),
        "a token of the tenant itself"
    );
}

#[test]
fn github_actions_hands_a_job_its_token() {
    let visitor = Visitor::new();
    let path = "/external/github-actions/token?api-version=2.0";
    let job = [("authorization", "Bearer github-request-token")];
    let audience = format!("{path}&audience=api%3A%2F%2FAzureADTokenExchange");
    let answer = body(&visitor.send(Method::GET, &audience, &job, ""));
    assert_eq!(code(&visitor, answer["value"].as_str().unwrap()), None);
    let answer = body(&visitor.send(Method::GET, path, &job, ""));
    assert_eq!(
        code(&visitor, answer["value"].as_str().unwrap()),
        Some(700_212)
    );
    assert_eq!(visitor.read(path).status(), 401);
}

#[test]
fn azure_pipelines_hands_a_task_its_token() {
    let visitor = Visitor::new();
    let path = "/external/azure-pipelines/oidctoken?api-version=7.1";
    let connection = format!("{path}&serviceConnectionId=33333333-0000-4000-8000-000000000001");
    let task = ("authorization", "Bearer pipelines-access-token");
    let answer = body(&visitor.send(Method::POST, &connection, &[FORM, task], ""));
    assert_eq!(code(&visitor, answer["oidcToken"].as_str().unwrap()), None);
    let status = |path: &str, headers: &[(&str, &str)]| {
        visitor
            .send(Method::POST, path, headers, "")
            .status()
            .as_u16()
    };
    assert_eq!(status(path, &[task]), 404);
    assert_eq!(status(&connection, &[]), 302);
    assert_eq!(
        status(&connection, &[("x-tfs-fedauthredirect", "Suppress")]),
        203
    );
}
