//! What becomes of a sign-in in the browser where there is none.

use crate::bindings::errors::{Capability, Error as Refused, Failure, Fault};
use crate::bindings::tokens::{Grant, Request};
use crate::output::Output;
use crate::profile::flow::Flow;
use crate::request::prepared::Prepared;

/// Documented wording.
const NOTICE: &str = "No display detected. Falling back to device code flow.";

const HINT: &str = "use `-f DeviceCode` to sign in on another device";

/// What `ask` answers; where it wants a browser and there is none, what it answers for another device.
pub(crate) fn sign_in<T>(
    prepared: &mut Prepared,
    output: &Output,
    ask: impl Fn(&Request) -> Result<T, Box<Refused>>,
) -> Result<T, Box<Refused>> {
    let error = match ask(&prepared.request) {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    if !falls_back(prepared.flow, &error, output.stderr_is_terminal()) {
        return Err(Box::new(advised(prepared.flow, *error)));
    }
    output.instruction(NOTICE);
    prepared.request.grant = Grant::DeviceCode;
    ask(&prepared.request)
}

/// Whether another device takes over: not for a flow that was chosen because it sends the client's
/// proof along, and only if somebody reads where to go.
fn falls_back(flow: Flow, error: &Refused, is_read: bool) -> bool {
    is_read && flow == Flow::InteractiveBrowser && no_browser(error)
}

/// The same error, with the advice that it is about.
fn advised(flow: Flow, error: Refused) -> Refused {
    let is_browser = matches!(flow, Flow::AuthorizationCode | Flow::InteractiveBrowser);
    match error {
        Refused::CapabilityFailed(failure)
            if is_browser && is_absent(&failure) && !names_device_code(&failure) =>
        {
            let hint = match failure.hint {
                Some(hint) => format!("{hint}; or {HINT}"),
                None => HINT.to_owned(),
            };
            Refused::CapabilityFailed(Failure {
                hint: Some(hint),
                ..failure
            })
        }
        error => error,
    }
}

fn no_browser(error: &Refused) -> bool {
    matches!(error, Refused::CapabilityFailed(failure) if is_absent(failure))
}

fn is_absent(failure: &Failure) -> bool {
    failure.capability == Capability::SignIn && failure.fault == Fault::Absent
}

fn names_device_code(failure: &Failure) -> bool {
    let hint = failure.hint.as_deref().unwrap_or_default();
    hint.contains("DeviceCode")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(capability: Capability, fault: Fault, hint: Option<&str>) -> Refused {
        Refused::CapabilityFailed(Failure {
            capability,
            fault,
            message: "no".to_owned(),
            hint: hint.map(str::to_owned),
        })
    }

    #[test]
    fn the_browser_flow_alone_falls_back_and_only_for_want_of_a_browser() {
        let browser = Flow::InteractiveBrowser;
        for (flow, capability, fault, is_read, expected) in [
            (browser, Capability::SignIn, Fault::Absent, true, true),
            (browser, Capability::SignIn, Fault::Absent, false, false),
            (browser, Capability::SignIn, Fault::Denied, true, false),
            (browser, Capability::SignIn, Fault::TimedOut, true, false),
            (browser, Capability::TokenCache, Fault::Absent, true, false),
            (
                Flow::AuthorizationCode,
                Capability::SignIn,
                Fault::Absent,
                true,
                false,
            ),
            (
                Flow::DeviceCode,
                Capability::SignIn,
                Fault::Absent,
                true,
                false,
            ),
        ] {
            let error = failed(capability, fault, None);
            assert_eq!(
                falls_back(flow, &error, is_read),
                expected,
                "{flow} {error:?} {is_read}"
            );
        }
    }

    #[test]
    fn the_hint_names_the_device_code_once() {
        let own = "use `-f DeviceCode` or BROWSER";
        for (flow, fault, hint, expected) in [
            (Flow::InteractiveBrowser, Fault::Absent, None, Some(HINT)),
            (
                Flow::AuthorizationCode,
                Fault::Absent,
                Some("set BROWSER"),
                Some("set BROWSER; or use `-f DeviceCode` to sign in on another device"),
            ),
            (
                Flow::InteractiveBrowser,
                Fault::Absent,
                Some(own),
                Some(own),
            ),
            (Flow::InteractiveBrowser, Fault::Denied, None, None),
            (Flow::DeviceCode, Fault::Absent, None, None),
        ] {
            let error = failed(Capability::SignIn, fault, hint);
            let Refused::CapabilityFailed(failure) = advised(flow, error) else {
                panic!("{flow} has another error");
            };
            assert_eq!(failure.hint.as_deref(), expected, "{flow} {fault:?}");
        }
    }
}
