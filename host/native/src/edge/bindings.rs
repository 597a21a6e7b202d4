//! What a host calls on a proxy besides `wasi:http/incoming-handler`, generated from `wit/`.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "proxy-planning",
    exports: { default: async },
    with: {
        "entra-auth:core/errors": crate::capability::bindings::entra_auth::core::errors,
        "entra-auth:core/proxy-plan": crate::capability::bindings::entra_auth::core::proxy_plan,
    },
});
