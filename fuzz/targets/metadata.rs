//! What an authority says about itself, and its keys.

#![no_main]

use http::Response;
use libfuzzer_sys::fuzz_target;
use protocol::authority::Authority;
use protocol::authority::discovery::MetadataRequest;
use protocol::token::verification::key_set::KeySet;
use protocol::value::correlation_id::CorrelationId;
use protocol::value::time::Timestamp;

fuzz_target!(|bytes: &[u8]| {
    let Ok(authority) = Authority::parse("https://login.example.com/realms/main", "") else {
        return;
    };
    let now = Timestamp::from_unix_seconds(1_700_000_000);
    let request = MetadataRequest::new(&authority, CorrelationId::from_random([7; 16]));
    if let Ok(metadata) = request.read(&Response::new(bytes), now) {
        // Secrets go there.
        let endpoint = authority.clone().with_metadata(metadata).token_endpoint();
        assert_eq!(endpoint.host_str(), Some("login.example.com"));
    }
    drop(KeySet::from_http(&Response::new(bytes), now));
});
