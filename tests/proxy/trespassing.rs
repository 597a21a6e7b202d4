//! Each part gone bad, in the composition that is shipped: the gates hold it.

use crate::scene::{Proxy, configuration, status};
use crate::support::{Emulator, Recorder, User, workspace};

/// Token logic gone bad, which tries to reach whatever the scope names.
#[test]
fn the_token_logic_reaches_no_server_behind() {
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let mut user = User::new();
    let trespasser = workspace().join("target/trespasser/entra-auth-proxy.wasm");
    for (target, expected) in [(emulator.authority(), 200), (recorder.origin(), 503)] {
        let configuration = format!(
            r#"
version = 1

[identity.backend]
authority = "{}"
tenant = "contoso.onmicrosoft.com"
client-id = "77777777-6666-5555-4444-333333333333"
secret = "env:BACKEND_SECRET"

[[route]]
name = "public"
path = "/public"
methods = ["GET"]
public = true
upstream = "{}"
attach = {{ identity = "backend", scopes = ["{target}/.default"] }}
"#,
            emulator.authority(),
            recorder.origin()
        );
        let Some(proxy) = Proxy::start_as(&trespasser, &mut user, &configuration) else {
            return;
        };
        let answer = proxy.get("/public", "");
        assert_eq!(status(&answer), expected, "{target}: {answer}");
        let passed = recorder.take().len();
        assert_eq!(
            passed,
            usize::from(expected == 200),
            "only the proxy goes there"
        );
    }
}

/// A proxy gone bad, which tries to reach whatever a request names, after everything was opened that is configured.
#[test]
fn the_pump_reaches_no_sign_in_service() {
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let stranger = Recorder::start();
    let mut user = User::new();
    let pump = workspace().join("target/trespassing-pump/entra-auth-proxy.wasm");
    let text = configuration(emulator.authority(), recorder.origin());
    let Some(proxy) = Proxy::start_as(&pump, &mut user, &text) else {
        return;
    };
    for (origin, expected) in [
        (recorder.origin(), 200),
        (emulator.authority(), 502),
        (stranger.origin(), 502),
        ("https://login.microsoftonline.com", 502),
    ] {
        let answer = proxy.get(&format!("/?{origin}"), "");
        assert_eq!(status(&answer), expected, "{origin}: {answer}");
    }
    assert_eq!(recorder.take().len(), 1);
    assert_eq!(stranger.take(), [""; 0]);
    assert!(emulator.requests().is_empty(), "{:?}", emulator.requests());
}
