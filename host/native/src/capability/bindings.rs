//! The contract of `wit/`, generated for a host that implements it.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "capabilities",
    imports: {
        // Hours may pass until somebody asks.
        "entra-auth:core/identity-endpoint.next": async,
        // A person takes minutes; the rest of this process goes on meanwhile.
        "entra-auth:core/sign-in.[method]answer.finish": async,
        "entra-auth:core/sign-in.[method]redirect.wait": async,
        "entra-auth:core/sign-in.open-browser": async,
    },
    with: {
        "entra-auth:core/sign-in.answer": crate::capability::sign_in::Answer,
        "entra-auth:core/sign-in.redirect": crate::capability::sign_in::Redirect,
        "entra-auth:core/token-cache.held-entry": crate::capability::token_cache::HeldEntry,
    },
});
