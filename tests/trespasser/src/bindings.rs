//! The world `client`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::Trespasser;

wit_bindgen::generate!({
    path: "../../wit",
    world: "client",
    generate_all,
});

export!(Trespasser);
