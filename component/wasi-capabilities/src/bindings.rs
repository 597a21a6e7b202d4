//! The world `wasi-capabilities`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::WasiCapabilities;

wit_bindgen::generate!({
    path: "../../wit",
    world: "wasi-capabilities",
    generate_all,
});

export!(WasiCapabilities);
