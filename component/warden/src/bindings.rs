//! The world `warden`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::Warden;

wit_bindgen::generate!({
    path: "../../wit",
    world: "warden",
    generate_all,
});

export!(Warden);
