//! The world `cli`, generated from `wit/`.

wit_bindgen::generate!({
    path: "../../wit",
    world: "cli",
    generate_all,
});

pub(crate) use self::entra_auth::core::{
    errors, files, gate, jwt, profile_store, prompt, secret_writer, tokens,
};
pub(crate) use self::wasi::cli::exit;
