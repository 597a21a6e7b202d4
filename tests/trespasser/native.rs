//! The host around a command line whose token logic went bad, for the test of the gate.

use std::process::ExitCode;

entra_auth_cli::embed!(COMPONENT, "trespasser.cwasm");

#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
fn main() -> ExitCode {
    // SAFETY: the build script has just compiled it with the same engine.
    unsafe { entra_auth_cli::run(&COMPONENT) }
}
