//! The configuration of a proxy. What is taken is closed by default.

#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::edge::configuration::Configuration;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let configuration = match Configuration::parse(text) {
        Ok(configuration) => configuration,
        Err(fault) => {
            let lines = text.split('\n').count();
            assert!(fault.line().is_none_or(|line| (1..=lines).contains(&line)));
            assert!(!fault.message().is_empty());
            return;
        }
    };
    assert!(!configuration.routes.is_empty() || configuration.sidecar.is_some());
    assert!(configuration.routes.len() <= 64);
    for route in &configuration.routes {
        let asks = !route.requirements().is_empty();
        assert_eq!(asks, route.inbound.is_some());
        assert!(route.path.starts_with('/') && !route.methods.is_empty());
    }
    let listener = &configuration.listener;
    assert!(listener.connections > 0 && listener.requests > 0);
});
