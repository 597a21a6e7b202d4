//! The world `sealer`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::Sealer;

wit_bindgen::generate!({
    path: "../../wit",
    world: "sealer",
    generate_all,
});

export!(Sealer);
