//! The program: the host around the embedded command line.

use std::process::ExitCode;

use entra_auth_cli::Embedded;

static COMPONENT: &Embedded = &Embedded(*include_bytes!(concat!(
    env!("OUT_DIR"),
    "/entra-auth-cli.cwasm"
)));

#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
fn main() -> ExitCode {
    // SAFETY: the build script has just compiled it with the same engine.
    unsafe { entra_auth_cli::run(COMPONENT) }
}
