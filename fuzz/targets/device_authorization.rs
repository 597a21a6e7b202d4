//! The first answer of the device flow, and what is shown of it.

#![no_main]

use http::Response;
use libfuzzer_sys::fuzz_target;
use protocol::authority::Authority;
use protocol::grant::device_code::DeviceAuthorization;
use protocol::value::time::Timestamp;

fuzz_target!(|bytes: &[u8]| {
    let Ok(authority) = Authority::parse("https://login.microsoftonline.com", "contoso.com") else {
        return;
    };
    let now = Timestamp::from_unix_seconds(1_700_000_000);
    if let Ok(answer) = DeviceAuthorization::from_http(&Response::new(bytes), &authority, now) {
        let shown = answer.verification_uri + &answer.user_code;
        assert!(!shown.chars().any(char::is_control));
    }
});
