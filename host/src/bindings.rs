//! The contract of `wit/`, generated for a host that implements it.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "capabilities",
    with: {
        "entra-auth:core/token-cache.held-entry": crate::token_cache::HeldEntry,
    },
});
