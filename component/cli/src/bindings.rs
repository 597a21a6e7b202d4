//! The world `cli`, generated from `wit/`, and the exit code of WASI 0.2.12, for which `std` has
//! no use yet.

wit_bindgen::generate!({
    path: "../../wit",
    inline: "
        package entra-auth:command-line;

        world command-line {
            include entra-auth:core/cli@0.1.0;
            /// The whole table of exit codes, where `std` tells only success from failure.
            import wasi:cli/exit@0.2.12;
        }
    ",
    world: "entra-auth:command-line/command-line",
    generate_all,
});

pub(crate) use self::entra_auth::core::{
    errors, files, gate, jwt, profile_store, prompt, secret_writer, tokens,
};
pub(crate) use self::wasi::cli::exit;
