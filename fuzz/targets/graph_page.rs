//! Pages of Microsoft Graph, and where the next one is.

#![no_main]

use http::Response;
use libfuzzer_sys::fuzz_target;
use protocol::authority::Authority;
use protocol::directory::{ApplicationPattern, Graph, Search};
use protocol::value::time::Timestamp;

fuzz_target!(|bytes: &[u8]| {
    let authority = Authority::parse("https://login.microsoftonline.com", "contoso.com");
    let (Ok(authority), Ok(pattern)) = (authority, ApplicationPattern::parse("*")) else {
        return;
    };
    let Ok(graph) = Graph::of(&authority) else {
        return;
    };
    let now = Timestamp::from_unix_seconds(1_700_000_000);
    let mut search = Search::new(pattern);
    if let Ok(page) = graph.read_page(&Response::new(bytes), now)
        && let Ok(Some(next)) = search.take(page)
    {
        // The token goes nowhere else.
        assert_eq!(next.host_str(), Some("graph.microsoft.com"));
    }
    drop(search.finish());
});
