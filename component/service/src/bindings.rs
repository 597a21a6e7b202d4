//! The world `service`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::Service;

wit_bindgen::generate!({
    path: ["../../wit", "../../wit/service"],
    world: "entra-auth:service/service",
    generate_all,
});

export!(Service);
