//! The world `keyvalue-cache`, generated from `wit/`.

#![expect(
    unsafe_code,
    reason = "the canonical ABI passes values through linear memory"
)]

use crate::KeyvalueCache;

wit_bindgen::generate!({
    path: "../../wit",
    world: "keyvalue-cache",
    generate_all,
});

export!(KeyvalueCache);
