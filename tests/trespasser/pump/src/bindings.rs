//! The world `proxy`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::Pump;

wit_bindgen::generate!({
    path: "../../../wit",
    world: "proxy",
    generate_all,
});

export!(Pump);
