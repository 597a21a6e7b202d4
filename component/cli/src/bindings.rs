//! The world `cli`, generated from `wit/`.

wit_bindgen::generate!({
    path: "../../wit",
    world: "cli",
    generate_all,
});

pub(crate) use self::entra_auth::core::{
    arc_agent, certificates, clipboard, directory, errors, files, gate, identity_endpoint, jwt,
    local_time, platform, profile_store, progress, progress_display, prompt, proxy_plan,
    proxy_server, secret_store, secret_writer, tokens, verification,
};
pub(crate) use self::wasi::cli::{exit, stdin as wasi_stdin};
pub(crate) use self::wasi::clocks::monotonic_clock;
pub(crate) use self::wasi::io::poll;
