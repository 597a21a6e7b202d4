//! The host around a command line whose token logic went bad, for the test of the gate.

use std::process::ExitCode;

native::embed!(COMPONENT, "entra_auth_cli_guest", "trespasser.cwasm");
native::embed!(PROXY, "entra_auth_proxy_guest", "entra-auth-proxy.cwasm");

#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
fn main() -> ExitCode {
    // SAFETY: the build script has just compiled them with the same engine.
    unsafe { native::run(&COMPONENT, &PROXY) }
}
