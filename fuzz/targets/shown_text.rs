//! Texts of strangers on their way to a terminal, and secrets among them.

#![no_main]

use http::{Request, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use protocol::value::known_secrets::KnownSecrets;
use zeroize::Zeroizing;

const SECRET: &str = "S3cr3t~+/=&% CANARY";

fuzz_target!(|bytes: &[u8]| {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_secret", SECRET);
    let mut known = KnownSecrets::default();
    known.note(&Request::new(form.finish().into_bytes()));
    let mut answer = Response::new(Zeroizing::new(bytes.to_vec()));
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    known.remove_from(&mut answer);
    let left = String::from_utf8_lossy(answer.body());
    assert!(!left.contains(SECRET));
    if let Ok(text) = text::decode(bytes) {
        drop(text::masked(&text));
    }
});
