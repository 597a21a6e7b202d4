//! Tokens without a new sign-in: refresh tokens and on-behalf-of.

use http::Method;
use serde_json::{Value, json};

use crate::{
    person::{AS_DAEMON, changed, refreshed, signed_in, token},
    visitor::{Visitor, claims, json as body},
};

const YOUR_API: &str = "77777777-6666-5555-4444-333333333333";
const DOWNSTREAM: &str = "api://downstream-api/access_as_user";

fn code(answer: &Value) -> u64 {
    answer["error_codes"][0].as_u64().unwrap_or_default()
}

#[test]
fn a_refresh_token_brings_a_new_one_and_stays_valid() {
    let visitor = Visitor::new();
    let first = signed_in(&visitor, &[("nonce", Some("n"))]);
    let second = refreshed(&visitor, &first["refresh_token"], &[]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(second["scope"], first["scope"]);
    assert_eq!(claims(&second["id_token"]).get("nonce"), None);
    assert!(refreshed(&visitor, &first["refresh_token"], &[])["access_token"].is_string());
}

#[test]
fn a_refresh_token_that_serves_once_is_revoked_by_its_use() {
    let visitor = Visitor::new();
    let options = r#"{"single_use_refresh_tokens":true}"#;
    visitor.control(Method::POST, "/options", options);
    let first = signed_in(&visitor, &[]);
    let second = refreshed(&visitor, &first["refresh_token"], &[]);
    assert_eq!(
        code(&refreshed(&visitor, &first["refresh_token"], &[])),
        50173
    );
    assert!(refreshed(&visitor, &second["refresh_token"], &[])["access_token"].is_string());
}

#[test]
fn a_refresh_token_serves_other_apis_if_consent_was_given() {
    let visitor = Visitor::new();
    let tokens = signed_in(&visitor, &[]);
    let ask = |scope| {
        refreshed(
            &visitor,
            &tokens["refresh_token"],
            &[("scope", Some(scope))],
        )
    };
    let graph = ask("User.Read offline_access");
    assert_eq!(
        claims(&graph["access_token"])["aud"],
        "https://graph.microsoft.com"
    );
    let missing = ask(DOWNSTREAM);
    assert_eq!(
        (code(&missing), &missing["suberror"]),
        (65001, &json!("consent_required"))
    );
    assert_eq!(code(&ask("User.Read api://your-api-id/read")), 28000);
}

#[test]
fn each_fault_of_a_refresh_has_its_number() {
    let visitor = Visitor::new();
    let tokens = signed_in(&visitor, &[]);
    let token = &tokens["refresh_token"];
    for (changes, expected) in [
        (&[("refresh_token", None)][..], 900_144),
        (&[("refresh_token", Some("short"))], 9_002_313),
        (&[("client_secret", Some("x"))], 700_025),
        (
            &[("client_id", Some("55555555-4444-3333-2222-111111111111"))],
            70000,
        ),
    ] {
        assert_eq!(
            code(&refreshed(&visitor, token, changes)),
            expected,
            "{changes:?}"
        );
    }
    assert_eq!(code(&refreshed(&visitor, token, &AS_DAEMON)), 700_025);
    visitor.control(
        Method::POST,
        "/clock",
        &json!({ "advance": 90 * 86_400 }).to_string(),
    );
    assert_eq!(code(&refreshed(&visitor, token, &[])), 700_082);
    visitor.control(
        Method::POST,
        "/clock",
        &json!({ "advance": -90 * 86_400 }).to_string(),
    );
    visitor.control(Method::POST, "/revoke", "{}");
    assert_eq!(code(&refreshed(&visitor, token, &[])), 50173);
}

/// What YourAPI gets for DownstreamAPI, with changes.
fn on_behalf(visitor: &Visitor, assertion: &Value, changes: &[(&str, Option<&str>)]) -> Value {
    let ordinary = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("client_id", YOUR_API),
        ("client_secret", "your-api-secret"),
        ("assertion", assertion.as_str().unwrap()),
        ("requested_token_use", "on_behalf_of"),
        ("scope", DOWNSTREAM),
    ];
    token(visitor, &changed(&ordinary, changes))
}

#[test]
fn an_api_acts_for_its_caller() {
    let visitor = Visitor::new();
    let tokens = signed_in(&visitor, &[]);
    let answer = on_behalf(&visitor, &tokens["access_token"], &[]);
    let exchanged = claims(&answer["access_token"]);
    assert_eq!(exchanged["aud"], "66666666-5555-4444-3333-222222222222");
    assert_eq!(
        (&exchanged["azp"], &exchanged["azpacr"]),
        (&json!(YOUR_API), &json!("1"))
    );
    assert_eq!(exchanged["scp"], "access_as_user");
    assert_eq!(
        exchanged["preferred_username"],
        "alice@contoso.onmicrosoft.com"
    );
    assert_eq!(exchanged["oid"], claims(&tokens["access_token"])["oid"]);
    assert_eq!(answer.get("refresh_token"), None);
    let scope = format!("{DOWNSTREAM} offline_access");
    let lasting = on_behalf(
        &visitor,
        &tokens["access_token"],
        &[("scope", Some(&scope))],
    );
    assert!(lasting["refresh_token"].is_string());
}

#[test]
fn each_fault_of_an_exchange_has_its_number() {
    let visitor = Visitor::new();
    let tokens = signed_in(&visitor, &[]);
    let access = &tokens["access_token"];
    let graph = refreshed(
        &visitor,
        &tokens["refresh_token"],
        &[("scope", Some("User.Read"))],
    );
    let own = body(&visitor.grant(&[]));
    let forged = json!(format!("{}x", access.as_str().unwrap()));
    for (name, assertion, changes, expected) in [
        ("nonsense", &json!("a.b.c"), &[][..], 50013),
        ("forged", &forged, &[], 50013),
        ("for Graph", &graph["access_token"], &[], 500_131),
        ("ID token", &tokens["id_token"], &[], 500_131),
        ("an application's own", &own["access_token"], &[], 7_000_114),
        ("no secret", access, &[("client_secret", None)], 7_000_218),
        ("no use", access, &[("requested_token_use", None)], 900_144),
        ("no scope", access, &[("scope", None)], 900_144),
        ("no consent", access, &[("scope", Some("User.Read"))], 65001),
        (
            "a public client",
            access,
            &[("client_id", Some(crate::visitor::COMMAND_LINE))],
            700_025,
        ),
    ] {
        let answer = on_behalf(&visitor, assertion, changes);
        assert_eq!(code(&answer), expected, "{name}: {answer}");
    }
    visitor.control(Method::POST, "/clock", r#"{"advance":3900}"#);
    assert_eq!(code(&on_behalf(&visitor, access, &[])), 500_133);
}

#[test]
fn a_policy_of_the_downstream_api_reaches_the_middle_tier() {
    let visitor = Visitor::new();
    let tokens = signed_in(&visitor, &[]);
    let policy = json!({ "resource": "api://downstream-api", "code": 50079 }).to_string();
    visitor.control(Method::POST, "/policies", &policy);
    let refused = on_behalf(&visitor, &tokens["access_token"], &[]);
    assert_eq!(refused["error"], "interaction_required");
    assert_eq!(code(&refused), 50079);
    let challenge = refused["claims"].as_str().unwrap();
    let stronger = signed_in(&visitor, &[("claims", Some(challenge))]);
    assert!(on_behalf(&visitor, &stronger["access_token"], &[])["access_token"].is_string());
}
