//! Devices without a browser.

use http::Method;
use serde_json::{Value, json};

use crate::{
    person::{Browser, SCOPE, changed, text, title, token},
    visitor::{COMMAND_LINE, FORM, TENANT, Visitor, claims, header, json as body, token_path},
};

fn begun(visitor: &Visitor) -> Value {
    let form = changed(&[("client_id", COMMAND_LINE), ("scope", SCOPE)], &[]);
    let path = format!("/{TENANT}/oauth2/v2.0/devicecode");
    body(&visitor.send(Method::POST, &path, &[FORM], &form))
}

fn polled(visitor: &Visitor, begun: &Value, changes: &[(&str, Option<&str>)]) -> Value {
    let ordinary = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", COMMAND_LINE),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    token(visitor, &changed(&ordinary, changes))
}

fn decide(visitor: &Visitor, begun: &Value, action: &str) {
    let order = json!({ "user_code": begun["user_code"], "action": action }).to_string();
    assert_eq!(
        visitor.control(Method::POST, "/device", &order).status(),
        204
    );
}

#[test]
fn the_first_answer_has_entras_members() {
    let begun = begun(&Visitor::new());
    assert_eq!(begun["user_code"].as_str().unwrap().len(), 9);
    assert_eq!(
        (&begun["expires_in"], &begun["interval"]),
        (&json!(900), &json!(5))
    );
    let page = format!("https://localhost:8400/{TENANT}/oauth2/deviceauth");
    assert_eq!(begun["verification_uri"], page);
    assert!(
        begun["message"]
            .as_str()
            .unwrap()
            .contains(begun["user_code"].as_str().unwrap())
    );
    assert_eq!(begun.get("verification_uri_complete"), None);
}

#[test]
fn both_spellings_of_the_grant_are_polled_until_somebody_approves() {
    for grant_type in [
        "device_code",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let visitor = Visitor::new();
        let begun = begun(&visitor);
        let changes = [
            ("grant_type", Some(grant_type)),
            ("code", begun["device_code"].as_str()),
        ];
        let pending = polled(&visitor, &begun, &changes);
        assert_eq!(pending["error"], "authorization_pending");
        assert_eq!(pending["error_codes"][0], 70016);
        decide(&visitor, &begun, "approve");
        let tokens = polled(&visitor, &begun, &changes);
        assert_eq!(claims(&tokens["access_token"])["scp"], "access_as_user");
        assert!(tokens["refresh_token"].is_string() && tokens["id_token"].is_string());
        assert_eq!(polled(&visitor, &begun, &changes)["error_codes"][0], 54005);
    }
}

#[test]
fn other_ends_have_their_own_errors() {
    let visitor = Visitor::new();
    for (action, error) in [
        ("decline", "authorization_declined"),
        ("expire", "expired_token"),
    ] {
        let begun = begun(&visitor);
        decide(&visitor, &begun, action);
        assert_eq!(polled(&visitor, &begun, &[])["error"], error);
    }
    let late = begun(&visitor);
    visitor.control(Method::POST, "/clock", r#"{"advance":900}"#);
    assert_eq!(polled(&visitor, &late, &[])["error"], "expired_token");
    let unknown = polled(&visitor, &json!({ "device_code": "x" }), &[]);
    assert_eq!(unknown["error"], "bad_verification_code");
    let daemon = [("client_id", Some(crate::visitor::DAEMON))];
    assert_eq!(
        polled(&visitor, &late, &daemon)["error_codes"][0],
        7_000_218
    );
}

#[test]
fn haste_is_punished_when_a_test_wants_it() {
    let visitor = Visitor::new();
    let begun = begun(&visitor);
    let error = || polled(&visitor, &begun, &[])["error"].clone();
    assert_eq!(
        (error(), error()),
        (
            json!("authorization_pending"),
            json!("authorization_pending")
        )
    );
    visitor.control(Method::POST, "/options", r#"{"slow_down":true}"#);
    assert_eq!(error(), "slow_down");
    visitor.control(Method::POST, "/clock", r#"{"advance":5}"#);
    assert_eq!(error(), "authorization_pending");
}

#[test]
fn poll_answers_carry_the_first_requests_name() {
    let visitor = Visitor::new();
    let (first, second) = (
        "4d83f15e-5875-48c5-b1c1-5b59d4e1a975",
        "dc1bbb52-8de1-4015-ad47-6f9156db8207",
    );
    let form = changed(&[("client_id", COMMAND_LINE), ("scope", SCOPE)], &[]);
    let path = format!("/{TENANT}/oauth2/v2.0/devicecode");
    let begun = visitor.send(
        Method::POST,
        &path,
        &[FORM, ("client-request-id", first)],
        &form,
    );
    let code = body(&begun)["device_code"].as_str().unwrap().to_owned();
    let poll = changed(
        &[
            ("grant_type", "device_code"),
            ("client_id", COMMAND_LINE),
            ("device_code", &code),
        ],
        &[],
    );
    let headers = [FORM, ("client-request-id", second)];
    let answer = visitor.send(Method::POST, &token_path(), &headers, &poll);
    assert_eq!(header(&answer, "client-request-id"), Some(first));
    assert_eq!(body(&answer)["correlation_id"], first);
}

#[test]
fn somebody_enters_the_code() {
    let visitor = Visitor::new();
    for (button, title_at_end, error) in [
        ("confirm", "You are signed in", Value::Null),
        ("cancel", "Cancelled", json!("authorization_declined")),
    ] {
        let begun = begun(&visitor);
        let mut browser = Browser::new(&visitor);
        let page = browser.open(&format!("/{TENANT}/oauth2/deviceauth"));
        assert_eq!(title(&page), "Enter the code");
        let wrong = browser.submit(&page, &[("user_code", "NOSUCH")]);
        assert!(text(&wrong).contains("AADSTS70018"));
        let typed = begun["user_code"].as_str().unwrap().to_lowercase();
        let page = browser.submit(&page, &[("user_code", &typed)]);
        let page = browser.sign_in(&page);
        assert_eq!(
            title(&page),
            "Are you trying to sign in to Sample command line?"
        );
        let mut page = browser.press(&page, button);
        if title(&page) == "Permissions requested" {
            page = browser.press(&page, "accept");
        }
        assert_eq!(title(&page), title_at_end);
        assert_eq!(polled(&visitor, &begun, &[])["error"], error);
    }
}

#[test]
fn an_order_that_fits_no_code_is_refused() {
    let visitor = Visitor::new();
    for order in [
        r#"{"action":"approve"}"#,
        r#"{"action":"approve","user_code":"X"}"#,
        r#"{"action":"approve","user":"bob"}"#,
        r#"{"action":"ponder"}"#,
    ] {
        assert_eq!(
            visitor.control(Method::POST, "/device", order).status(),
            400,
            "{order}"
        );
    }
}
