//! Whatever form a secret comes back in, it is not there any more.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;

use super::*;

/// With everything in it that some encoding changes.
const SECRET: &str = "S3cr3t~+/=&% \"\\é\u{1f600}CANARY";

fn form(pairs: &[(&str, &str)]) -> Request<Vec<u8>> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    Request::new(form.finish().into_bytes())
}

fn known(pairs: &[(&str, &str)]) -> KnownSecrets {
    let mut known = KnownSecrets::default();
    known.note(&form(pairs));
    known
}

fn answered(known: &KnownSecrets, status: u16, body: &str) -> String {
    let mut response = Response::new(Zeroizing::new(body.as_bytes().to_vec()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    known.remove_from(&mut response);
    String::from_utf8(response.body().to_vec()).unwrap()
}

/// Each UTF-16 unit for itself, as some JSON writers do.
fn units(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("\\u{unit:04X}"))
        .collect()
}

#[test]
fn a_secret_is_removed_in_every_form() {
    let percent: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let blanks = percent.replace('+', "%20");
    let twice = blanks.replace('%', "%25");
    let html = SECRET.replace('&', "&amp;").replace('"', "&quot;");
    let numbers: String = SECRET
        .chars()
        .map(|one| format!("&#x{:x};", u32::from(one)))
        .collect();
    let mixed = SECRET
        .replace('+', "\\u002B")
        .replace('&', "\\u0026")
        .replace('"', "\\\"");
    let forms = [
        ("as it is", SECRET.to_owned()),
        ("form", percent.clone()),
        (
            "small digits",
            percent
                .to_lowercase()
                .replace("s3cr3t", "S3cr3t")
                .replace("canary", "CANARY"),
        ),
        ("percent", blanks),
        ("percent twice", twice),
        (
            "JSON",
            serde_json::to_string(SECRET)
                .unwrap()
                .trim_matches('"')
                .to_owned(),
        ),
        (
            "JSON with slashes",
            SECRET
                .replace('\\', "\\\\")
                .replace('/', "\\/")
                .replace('"', "\\\""),
        ),
        ("JSON in units", units(SECRET)),
        (
            "some characters of JSON",
            mixed
                .replace('\\', "\\\\")
                .replace("\\\\u", "\\u")
                .replace("\\\\\"", "\\\""),
        ),
        ("HTML", html),
        ("HTML in numbers", numbers),
    ];
    let known = known(&[("client_secret", SECRET)]);
    for (name, form) in forms {
        for (before, after) in [
            ("", ""),
            ("client_secret=", "&x=y"),
            ("%", "%"),
            ("SS", "SS"),
        ] {
            assert_eq!(
                answered(&known, 400, &format!("{before}{form}{after}")),
                format!("{before}(secret removed){after}"),
                "{name}"
            );
            assert_eq!(
                known.removed_from(&format!("{before}{form}{after}")),
                format!("{before}(secret removed){after}"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_secret_inside_base64_is_removed_wherever_it_starts() {
    let known = known(&[("client_secret", SECRET)]);
    for before in ["", "a", "ab", "client:", "x=1&client_secret="] {
        for after in ["", "z", "&y=2"] {
            let text = format!("{before}{SECRET}{after}");
            for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                let left = answered(&known, 400, &encoded);
                assert!(left.contains("(secret removed)"), "{text}: {left}");
                // What is left decodes to a few bytes at its ends.
                assert!(
                    left.len() < before.len() * 2 + after.len() * 2 + 24,
                    "{left}"
                );
            }
            let encoded = form_urlencoded::byte_serialize(STANDARD.encode(&text).as_bytes())
                .collect::<String>();
            assert!(answered(&known, 400, &encoded).contains("(secret removed)"));
        }
    }
}

#[test]
fn every_proof_of_a_request_is_known() {
    for field in FIELDS {
        let known = known(&[("client_id", "the-client-id"), (field, "CANARY-VALUE")]);
        let echo = "the-client-id CANARY-VALUE";
        assert_eq!(
            answered(&known, 400, echo),
            "the-client-id (secret removed)",
            "{field}"
        );
    }
    let mut request = Request::new(Vec::new());
    for (name, value) in [
        ("authorization", "Bearer CANARY-1"),
        ("x-identity-header", "CANARY-2"),
    ] {
        let mut value = HeaderValue::from_static(value);
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    request
        .headers_mut()
        .insert("client-request-id", HeaderValue::from_static("not-secret"));
    let mut known = KnownSecrets::default();
    known.note(&request);
    let mut response = Response::new(Zeroizing::new(b"CANARY-1 CANARY-2 not-secret".to_vec()));
    response
        .headers_mut()
        .insert("x", HeaderValue::from_static("realm=CANARY-2"));
    known.remove_from(&mut response);
    assert_eq!(
        **response.body(),
        *b"(secret removed) (secret removed) not-secret"
    );
    assert_eq!(response.headers()["x"], "realm=(secret removed)");
}

/// Most servers but Entra give the same one again.
#[test]
fn a_refresh_token_may_come_back_in_a_success_alone() {
    let known = known(&[("refresh_token", "CANARY-TOKEN"), ("client_secret", SECRET)]);
    let body = r#"{"refresh_token":"CANARY-TOKEN"}"#;
    assert_eq!(answered(&known, 200, body), body);
    assert!(!answered(&known, 400, body).contains("CANARY"));
    assert!(!answered(&known, 200, SECRET).contains("CANARY"));
}

#[test]
fn what_is_no_secret_stays() {
    let known = known(&[("client_secret", "secret"), ("code", SECRET)]);
    for text in [
        "",
        "Invalid client secret provided.",
        "S3cr3t~+/=&% \"\\é",
        "%%%\\\\&&&+++",
        "&#x53;&#51;cr3t",
        "\\u0053",
    ] {
        assert_eq!(answered(&known, 400, text), text);
    }
}

#[test]
fn debug_output_shows_nothing() {
    assert!(!format!("{:?}", known(&[("code", SECRET)])).contains("S3cr3t"));
}
