//! What the token endpoint refuses, with which status, error and number.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Method, Response};

use crate::visitor::{
    COMMAND_LINE, DAEMON, FORM, NOW, TENANT, Visitor, form, header, json, token_path,
};

fn outcome(response: &Response<Vec<u8>>) -> (u16, String, u64) {
    let body = json(response);
    let error = body["error"].as_str().unwrap_or_default().to_owned();
    (
        response.status().as_u16(),
        error,
        body["error_codes"][0].as_u64().unwrap_or_default(),
    )
}

#[test]
fn a_faulty_parameter_has_its_own_number() {
    let visitor = Visitor::new();
    let unknown = "00000000-0000-0000-0000-000000000001";
    for (name, changes, status, error, code) in [
        (
            "no grant type",
            &[("grant_type", None)][..],
            400,
            "invalid_request",
            900_144,
        ),
        (
            "unknown grant type",
            &[("grant_type", Some("magic"))],
            400,
            "unsupported_grant_type",
            70003,
        ),
        (
            "no client id",
            &[("client_id", None)],
            400,
            "invalid_request",
            900_144,
        ),
        (
            "empty client id",
            &[("client_id", Some(""))],
            400,
            "invalid_request",
            900_144,
        ),
        (
            "client id is no GUID",
            &[("client_id", Some("daemon"))],
            400,
            "unauthorized_client",
            90112,
        ),
        (
            "unknown client",
            &[("client_id", Some(unknown))],
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            "no secret",
            &[("client_secret", None)],
            401,
            "invalid_client",
            7_000_216,
        ),
        (
            "wrong secret",
            &[("client_secret", Some("wrong"))],
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            "secret with a space",
            &[("client_secret", Some("S3cr3t~+/=&% é "))],
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            "ended secret",
            &[("client_secret", Some("ended-secret"))],
            401,
            "invalid_client",
            7_000_222,
        ),
        (
            "secret of a public client",
            &[("client_id", Some(COMMAND_LINE))],
            401,
            "invalid_client",
            700_025,
        ),
        (
            "public client without a credential",
            &[("client_id", Some(COMMAND_LINE)), ("client_secret", None)],
            401,
            "invalid_client",
            7_000_216,
        ),
        (
            "assertion that is no token",
            &[
                ("client_secret", None),
                ("client_assertion", Some("a.b.c")),
                (
                    "client_assertion_type",
                    Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ),
            ],
            401,
            "invalid_client",
            50027,
        ),
        (
            "v1 parameter",
            &[("resource", Some("api://your-api-id"))],
            400,
            "invalid_request",
            901_002,
        ),
        (
            "no scope",
            &[("scope", None)],
            400,
            "invalid_request",
            900_144,
        ),
        (
            "named scope",
            &[("scope", Some("api://your-api-id/read"))],
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            "two resources",
            &[(
                "scope",
                Some("api://your-api-id/.default api://downstream-api/.default"),
            )],
            400,
            "invalid_request",
            28000,
        ),
        (
            "unknown resource",
            &[("scope", Some("api://nobody/.default"))],
            400,
            "invalid_resource",
            500_011,
        ),
    ] {
        assert_eq!(
            outcome(&visitor.grant(changes)),
            (status, error.to_owned(), code),
            "{name}"
        );
    }
}

#[test]
fn a_faulty_request_has_its_own_number() {
    let visitor = Visitor::new();
    let twice = form(&[]) + "&scope=api%3A%2F%2Fyour-api-id%2F.default";
    let json_type = ("content-type", "application/json");
    for (name, path, headers, body, status, error, code) in [
        (
            "duplicate",
            token_path(),
            &[FORM][..],
            twice,
            400,
            "invalid_request",
            90011,
        ),
        (
            "bad escape",
            token_path(),
            &[FORM],
            form(&[]) + "&x=%zz",
            400,
            "invalid_request",
            9_002_313,
        ),
        (
            "not declared a form",
            token_path(),
            &[json_type],
            form(&[]),
            400,
            "invalid_request",
            900_144,
        ),
        (
            "no content type",
            token_path(),
            &[],
            form(&[]),
            400,
            "invalid_request",
            900_144,
        ),
        (
            "browser",
            token_path(),
            &[FORM, ("origin", "https://example.com")],
            form(&[]),
            400,
            "invalid_request",
            9_002_326,
        ),
        (
            "unknown tenant",
            "/fabrikam.example/oauth2/v2.0/token".to_owned(),
            &[FORM],
            form(&[]),
            400,
            "invalid_tenant",
            90002,
        ),
        (
            "malformed tenant",
            "/fabrikam/oauth2/v2.0/token".to_owned(),
            &[FORM],
            form(&[]),
            400,
            "invalid_request",
            900_023,
        ),
        (
            "common",
            "/common/oauth2/v2.0/token".to_owned(),
            &[FORM],
            form(&[]),
            400,
            "invalid_request",
            50059,
        ),
        (
            "organizations",
            "/organizations/oauth2/v2.0/token".to_owned(),
            &[FORM],
            form(&[]),
            400,
            "invalid_request",
            50059,
        ),
    ] {
        let response = visitor.send(Method::POST, &path, headers, &body);
        assert_eq!(
            outcome(&response),
            (status, error.to_owned(), code),
            "{name}"
        );
    }
}

#[test]
fn basic_authentication_is_judged_like_the_body() {
    let visitor = Visitor::new();
    let encoded = "S3cr3t~%2B%2F%3D%26%25+%C3%A9";
    let without = [("client_id", None), ("client_secret", None)];
    for (name, pair, body, code) in [
        ("right", format!("{DAEMON}:{encoded}"), form(&without), None),
        (
            "client id repeated",
            format!("{DAEMON}:{encoded}"),
            form(&[("client_secret", None)]),
            None,
        ),
        (
            "wrong",
            format!("{DAEMON}:wrong"),
            form(&without),
            Some(7_000_215),
        ),
        (
            "two credentials",
            format!("{DAEMON}:{encoded}"),
            form(&[]),
            Some(9_002_313),
        ),
        (
            "two clients",
            format!("{COMMAND_LINE}:{encoded}"),
            form(&[("client_secret", None)]),
            Some(9_002_313),
        ),
        (
            "no colon",
            DAEMON.to_owned(),
            form(&without),
            Some(9_002_313),
        ),
    ] {
        let authorization = format!("Basic {}", STANDARD.encode(pair));
        let response = visitor.send(
            Method::POST,
            &token_path(),
            &[FORM, ("authorization", &authorization)],
            &body,
        );
        assert_eq!(json(&response)["error_codes"][0].as_u64(), code, "{name}");
    }
}

/// Each row has two faults, and the one that is found first is reported.
#[test]
fn checks_come_in_entras_order() {
    let visitor = Visitor::new();
    let elsewhere = "/fabrikam.example/oauth2/v2.0/token";
    let response = visitor.send(
        Method::POST,
        elsewhere,
        &[FORM],
        &form(&[("grant_type", None)]),
    );
    assert_eq!(json(&response)["error_codes"][0], 90002);
    for (first, changes, code) in [
        (
            "grant type",
            [("grant_type", Some("magic")), ("client_id", None)],
            70003,
        ),
        (
            "client",
            [
                ("client_id", Some("daemon")),
                ("client_secret", Some("wrong")),
            ],
            90112,
        ),
        (
            "secret",
            [("client_secret", Some("wrong")), ("scope", None)],
            7_000_215,
        ),
        (
            "scope",
            [("scope", Some("api://nobody/read")), ("x", None)],
            1_002_012,
        ),
    ] {
        assert_eq!(
            json(&visitor.grant(&changes))["error_codes"][0],
            code,
            "{first}"
        );
    }
}

#[test]
fn a_missing_parameter_is_named_in_the_text() {
    for parameter in ["grant_type", "client_id", "scope"] {
        let body = json(&Visitor::new().grant(&[(parameter, None)]));
        assert!(
            body["error_description"]
                .as_str()
                .unwrap()
                .contains(&format!("'{parameter}'"))
        );
    }
}

#[test]
fn an_error_body_has_entras_members() {
    let correlation = "4d83f15e-5875-48c5-b1c1-5b59d4e1a975";
    let headers = [FORM, ("client-request-id", correlation)];
    let body = form(&[("client_secret", Some("wrong"))]);
    let response = Visitor::new().send(Method::POST, &token_path(), &headers, &body);
    let error = json(&response);
    let trace = header(&response, "x-ms-request-id").unwrap();
    assert_eq!(error["correlation_id"], correlation);
    assert_eq!(error["trace_id"], trace);
    assert_eq!(error["timestamp"], NOW.to_string());
    assert_eq!(
        error["error_uri"],
        "https://localhost:8400/error?code=7000215"
    );
    let description = error["error_description"].as_str().unwrap();
    let tail =
        format!(" Trace ID: {trace} Correlation ID: {correlation} Timestamp: 2025-02-19 03:49:12Z");
    assert!(description.starts_with("AADSTS7000215: "), "{description}");
    assert!(description.ends_with(&tail), "{description}");
    assert!(!description.contains("wrong"));
    assert_eq!(header(&response, "client-request-id"), Some(correlation));
    assert_eq!(
        header(&response, "cache-control"),
        Some("no-store, no-cache")
    );
    assert_eq!(header(&response, "x-ms-clitelem"), Some("1,7000215,0,,"));
}

#[test]
fn descriptions_can_have_lines() {
    let visitor = Visitor::new();
    visitor.control(Method::POST, "/options", r#"{"line_feeds":true}"#);
    let error = json(&visitor.grant(&[("scope", None)]));
    let description = error["error_description"].as_str().unwrap();
    assert_eq!(description.split("\r\n").count(), 4, "{description}");
    assert!(description.contains("\r\nTrace ID: "));
}

#[test]
fn an_unknown_option_is_refused() {
    let visitor = Visitor::new();
    for options in [r#"{"slowdown":true}"#, r#"{"cloud":"mars"}"#, "[]"] {
        let response = visitor.control(Method::POST, "/options", options);
        assert_eq!(response.status(), 400, "{options}");
    }
    let options = json(&visitor.control(Method::GET, "/options", ""));
    assert_eq!(options["slow_down"], false);
}

#[test]
fn only_post_gets_tokens() {
    let response = Visitor::new().read(&format!("/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(
        outcome(&response),
        (400, "invalid_request".to_owned(), 900_561)
    );
}
