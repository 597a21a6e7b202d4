//! The world `relaying-proxy`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::Proxy;

wit_bindgen::generate!({
    path: "../../wit",
    world: "relaying-proxy",
    generate_all,
});

export!(Proxy);
