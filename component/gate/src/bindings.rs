//! The world `gate-keeper`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::Gate;

wit_bindgen::generate!({
    path: "../../wit",
    world: "gate-keeper",
    generate_all,
});

export!(Gate);
