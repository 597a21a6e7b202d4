//! Faults on demand, the received requests and the clock.

use std::time::Duration;

use entra_emulator::{Disruption, Emulator, contoso};
use http::Method;
use serde_json::{Value, json};

use crate::visitor::{FORM, NOW, TENANT, Visitor, header, json as body};

fn queue(visitor: &Visitor, faults: &Value) {
    assert_eq!(
        visitor
            .control(Method::POST, "/faults", &faults.to_string())
            .status(),
        204
    );
}

#[test]
fn a_status_brings_its_error_body_and_is_used_once() {
    let visitor = Visitor::new();
    for (fault, status, error, retry_after) in [
        (
            json!({ "status": 429, "retry_after": "7" }),
            429,
            "temporarily_unavailable",
            Some("7"),
        ),
        (
            json!({ "status": 503 }),
            503,
            "temporarily_unavailable",
            None,
        ),
        (json!({ "status": 400 }), 400, "invalid_request", None),
        (
            json!({ "status": 200, "error": "invalid_grant", "code": 70008 }),
            200,
            "invalid_grant",
            None,
        ),
        (
            json!({ "error": "invalid_client" }),
            401,
            "invalid_client",
            None,
        ),
    ] {
        queue(&visitor, &fault);
        let response = visitor.grant(&[]);
        assert_eq!(response.status(), status, "{fault}");
        assert_eq!(body(&response)["error"], error, "{fault}");
        assert_eq!(header(&response, "retry-after"), retry_after, "{fault}");
        assert_eq!(visitor.grant(&[]).status(), 200);
    }
}

#[test]
fn members_are_replaced_and_left_out() {
    let visitor = Visitor::new();
    queue(
        &visitor,
        &json!({ "set": { "token_type": "pop", "expires_in": "3599" }, "omit": ["ext_expires_in"] }),
    );
    let answer = body(&visitor.grant(&[]));
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&json!("pop"), &json!("3599"))
    );
    assert_eq!(answer.get("ext_expires_in"), None);
    assert!(answer["access_token"].is_string());
}

#[test]
fn bodies_are_damaged() {
    let visitor = Visitor::new();
    queue(
        &visitor,
        &json!([{ "body": "html" }, { "body": "truncated" }, { "body": "huge" }, { "body": "empty" }]),
    );
    let html = visitor.grant(&[]);
    assert!(html.body().starts_with(b"<!DOCTYPE html>"));
    assert_eq!(
        header(&html, "content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(serde_json::from_slice::<Value>(visitor.grant(&[]).body()).is_err());
    let huge = visitor.grant(&[]);
    assert_eq!(huge.body().len(), 10_000_000);
    assert_eq!(body(&huge)["token_type"], "Bearer");
    assert!(visitor.grant(&[]).body().is_empty());
}

#[test]
fn a_redirect_names_its_target() {
    let visitor = Visitor::new();
    queue(
        &visitor,
        &json!([{ "redirect": "https://example.com/" }, { "redirect": "/x", "status": 302 }]),
    );
    let response = visitor.grant(&[]);
    assert_eq!(
        (response.status().as_u16(), header(&response, "location")),
        (307, Some("https://example.com/"))
    );
    assert!(response.body().is_empty());
    assert_eq!(visitor.grant(&[]).status(), 302);
}

#[test]
fn delay_and_cut_are_left_to_the_connection() {
    let visitor = Visitor::new();
    queue(&visitor, &json!({ "delay_ms": 250, "close": true }));
    let disruption = visitor.grant(&[]).extensions().get::<Disruption>().copied();
    assert_eq!(
        disruption,
        Some(Disruption {
            delay: Duration::from_millis(250),
            cut_off: true,
            hang_up: false,
        })
    );
}

#[test]
fn a_fault_waits_for_its_endpoint() {
    let visitor = Visitor::new();
    queue(&visitor, &json!({ "endpoint": "metadata", "status": 500 }));
    assert_eq!(visitor.grant(&[]).status(), 200);
    let path = format!("/{TENANT}/v2.0/.well-known/openid-configuration");
    assert_eq!(visitor.read(&path).status(), 500);
    assert_eq!(visitor.read(&path).status(), 200);
}

#[test]
fn a_fault_that_is_not_understood_is_refused() {
    let visitor = Visitor::new();
    for fault in [
        r#"{"staus":429}"#,
        r#"{"status":1000}"#,
        r#"{"body":"odd"}"#,
        "[1]",
        "{",
    ] {
        let response = visitor.control(Method::POST, "/faults", fault);
        assert_eq!(response.status(), 400, "{fault}");
        assert!(body(&response)["error"].is_string());
    }
    assert_eq!(visitor.grant(&[]).status(), 200);
}

#[test]
fn received_requests_are_kept_in_order() {
    let visitor = Visitor::new();
    visitor.read(&format!("/{TENANT}/discovery/keys?appid=x"));
    visitor.grant(&[]);
    let received = body(&visitor.control(Method::GET, "/requests", ""));
    assert_eq!(received.as_array().unwrap().len(), 2);
    assert_eq!(received[0]["method"], "GET");
    assert_eq!(received[0]["query"], "appid=x");
    assert_eq!(received[0]["form"], Value::Null);
    assert_eq!(received[1]["path"], format!("/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(received[1]["headers"], json!([FORM]));
    assert_eq!(
        received[1]["form"][2],
        json!(["client_secret", "S3cr3t~+/=&% é"])
    );
    assert_eq!(
        visitor.control(Method::DELETE, "/requests", "").status(),
        204
    );
    assert_eq!(
        body(&visitor.control(Method::GET, "/requests", "")),
        json!([])
    );
}

#[test]
fn the_clock_moves_and_tokens_follow() {
    let visitor = Visitor::new();
    let answer = visitor.control(Method::POST, "/clock", r#"{"advance":3600}"#);
    assert_eq!(body(&answer), json!({ "now": NOW.0 + 3600 }));
    let refusal = body(&visitor.grant(&[("scope", None)]));
    assert_eq!(refusal["timestamp"], "2025-02-19 04:49:12Z");
    assert_eq!(visitor.control(Method::DELETE, "", "").status(), 204);
    assert_eq!(
        body(&visitor.control(Method::GET, "/clock", "")),
        json!({ "now": NOW.0 })
    );
}

#[test]
fn a_fault_lasts_as_long_as_it_was_ordered_to() {
    let visitor = Visitor::new();
    let order = |fault: Value| {
        let answer = visitor.control(Method::POST, "/faults", &fault.to_string());
        assert_eq!(answer.status(), 204, "{fault}");
    };
    let statuses = |count: usize| -> Vec<u16> {
        (0..count)
            .map(|_| visitor.grant(&[]).status().as_u16())
            .collect()
    };
    order(json!({ "status": 503 }));
    assert_eq!(statuses(2), [503, 200]);
    order(json!({ "status": 503, "times": 2 }));
    assert_eq!(statuses(3), [503, 503, 200]);
    order(json!({ "endpoint": "any", "status": 500 }));
    assert_eq!(statuses(2), [500, 200]);
    order(json!({ "status": 503, "for_seconds": 60 }));
    assert_eq!(statuses(3), [503; 3]);
    visitor.control(Method::POST, "/clock", r#"{"advance":60}"#);
    assert_eq!(statuses(1), [200]);
}

#[test]
fn the_same_answer_is_written_in_odd_ways() {
    let visitor = Visitor::new();
    let odd = [
        "numbers_as_text",
        "extra_members",
        "other_case",
        "charset",
        "byte_order_mark",
    ];
    visitor.control(Method::POST, "/faults", &json!({ "odd": odd }).to_string());
    let answer = visitor.grant(&[]);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=iso-8859-1"
    );
    let text = answer.body().strip_prefix(b"\xef\xbb\xbf").unwrap();
    let members: Value = serde_json::from_slice(text).unwrap();
    assert_eq!(members["token_type"], "BEARER");
    assert_eq!(members["expires_in"], "3599");
    assert!(members["x_gateway"].is_object());
}

#[test]
fn the_date_of_an_answer_is_that_of_its_clock() {
    let visitor = Visitor::new();
    assert_eq!(
        visitor.grant(&[]).headers()["date"],
        "Wed, 19 Feb 2025 03:49:12 GMT"
    );
    visitor.control(Method::POST, "/clock", r#"{"advance":86400}"#);
    assert_eq!(
        visitor.grant(&[]).headers()["date"],
        "Thu, 20 Feb 2025 03:49:12 GMT"
    );
}

#[test]
fn web_pages_have_no_control() {
    let visitor = Visitor::new();
    let page = [("origin", "https://example.com")];
    assert_eq!(
        visitor
            .send(Method::GET, "/__emulator/requests", &page, "")
            .status(),
        403
    );
}

#[test]
fn a_plain_emulator_has_no_controls() {
    let visitor = Visitor(Emulator::new(contoso()));
    assert_eq!(visitor.control(Method::GET, "/requests", "").status(), 404);
}
