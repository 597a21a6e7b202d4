//! What becomes of a sign-in in the browser where there is none.

use crate::bindings::errors::{Capability, Error as Refused, Failure, Fault};
use crate::bindings::tokens::{self, Browser, CacheUse, Grant, Request, Token};
use crate::input::environment::variable;
use crate::output::Output;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::profile::auth_method::AuthMethod;
use crate::profile::flow::Flow;
use crate::profile::in_use::Source;
use crate::profile::proofs;
use crate::request::missing_secret;
use crate::request::prepared::Prepared;

/// Documented wording.
const NOTICE: &str = "No display detected. Falling back to device code flow.";

/// How a host says it.
const NO_DISPLAY: &str = "no display detected";

const HINT: &str = "use `-f DeviceCode` to sign in on another device";

/// What `ask` answers; where it wants a browser and there is none, what it answers for another device. Where nobody is
/// there, what `without_person` answers.
pub(crate) fn sign_in<T>(
    prepared: &mut Prepared,
    output: &Output,
    without_person: impl Fn(&Request) -> Result<T, Box<Refused>>,
    ask: impl Fn(&Request) -> Result<T, Box<Refused>>,
) -> Result<T, Error> {
    let is_for_person = prepared.flow.needs_person();
    if is_for_person && build_system(variable).is_some() {
        let outcome = without_person(&prepared.request);
        return outcome.map_err(|error| unattended(prepared, *error));
    }
    let error = match missing_secret::asked_for(prepared, output, &ask)? {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    if falls_back(prepared.flow, &error, output.stderr_is_terminal()) {
        output.instruction(&falling_back(&error));
        if let Grant::AuthorizationCode(Browser {
            prompt: Some(prompt),
            ..
        }) = &prepared.request.grant
        {
            output.instruction(&format!(
                "warning: a device code cannot demand `--prompt {prompt}`: whoever is signed in on the other device may go on as they are"
            ));
        }
        prepared.request.grant = Grant::DeviceCode;
        return ask(&prepared.request).map_err(|error| prepared.explain(*error));
    }
    // Where nothing was refused and a browser was there, somebody came, and the error says what was wrong with that. So it
    // does about a browser that was named, and about a code that was shown.
    let is_named = variable("BROWSER").is_some();
    let is_shown = prepared.flow == Flow::DeviceCode;
    let nobody_came = no_browser(&error) && !is_named || is_refused(&error) && !is_shown;
    if is_for_person && !output.stderr_is_terminal() && nobody_came {
        return Err(unattended(prepared, *error));
    }
    Err(prepared.explain(advised(prepared.flow, *error)))
}

/// A token that takes nobody: the cached one while it is fresh, else one by what is left of a sign-in.
#[expect(
    clippy::result_large_err,
    reason = "the contract's error, as its own functions return it"
)]
pub(crate) fn without_person(request: &Request, cache: CacheUse) -> Result<Token, Refused> {
    // A cache that cannot be read has no token.
    let cached = match cache {
        CacheUse::Prefer => tokens::cached(request).ok().flatten(),
        CacheUse::Replace | CacheUse::Bypass => None,
    };
    match cached {
        Some(token) if token.expires_in > FRESH => Ok(token),
        _ => tokens::renew(request),
    }
}

/// Seconds: as long as the token logic takes a cached token for fresh.
pub(crate) const FRESH: u64 = 300;

/// Why there is no token without a person: what the server said, else what is missing.
fn unattended(prepared: &Prepared, error: Refused) -> Error {
    if !is_for_want_of_a_person(&error) {
        return prepared.explain(error);
    }
    let refused = is_refused(&error);
    let mut explained = prepared.explain(error);
    if refused {
        let hint = explained.hint.take().unwrap_or_default();
        explained.hint = Some(format!(
            "{hint}; a person has to sign in, and nobody is there to be asked"
        ));
        return explained;
    }
    let can_prove = !matches!(
        prepared.in_use.profile.auth_method(),
        Ok(AuthMethod::None) | Err(_)
    );
    let (missing, remedy) = match prepared.in_use.source {
        Source::Saved if can_prove => (
            format!("flow {} takes one", prepared.flow),
            "leave `--flow` out, or name one that takes nobody, such as `-f ClientCredentials`"
                .to_owned(),
        ),
        // Nothing in the environment is meant for it.
        Source::Saved if !proofs::are_named(variable) => {
            let profile = &prepared.in_use.profile.name;
            (
                format!("profile '{profile}' has no proof of its own"),
                proofs::how_to_give_to(profile),
            )
        }
        Source::Demo | Source::Environment | Source::Saved => {
            (proofs::missing(variable), proofs::HOW_TO_GIVE.to_owned())
        }
    };
    Error::new(
        ExitCode::AuthenticationFailed,
        format!("a person would have to sign in, and nobody is there; {missing}"),
        remedy,
    )
}

/// True if it was the server that wants a person.
fn is_refused(error: &Refused) -> bool {
    matches!(error, Refused::InteractionRequired(interaction) if interaction.refusal.is_some())
}

fn is_for_want_of_a_person(error: &Refused) -> bool {
    no_browser(error) || matches!(error, Refused::InteractionRequired(_))
}

/// The build system that this runs in, by the variable that it sets.
fn build_system(variable: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let is_set = |name: &&str| {
        variable(name).is_some_and(|value| !matches!(value.to_lowercase().as_str(), "false" | "0"))
    };
    BUILD_SYSTEMS.iter().copied().find(is_set)
}

/// `CI` is set by nearly all of them, `TF_BUILD` by Azure Pipelines.
const BUILD_SYSTEMS: [&str; 4] = ["CI", "GITHUB_ACTIONS", "TF_BUILD", "JENKINS_URL"];

/// Whether another device takes over: not for a flow that was chosen because it sends the client's
/// proof along, and only if somebody reads where to go.
fn falls_back(flow: Flow, error: &Refused, is_read: bool) -> bool {
    is_read && flow == Flow::InteractiveBrowser && is_for_want_of_a_person(error)
}

/// A browser that was named and could not be started is no display that is missing.
fn falling_back(error: &Refused) -> String {
    match error {
        Refused::CapabilityFailed(failure) if !failure.message.starts_with(NO_DISPLAY) => {
            format!("{}. Falling back to device code flow.", failure.message)
        }
        _ => NOTICE.to_owned(),
    }
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
    fn what_is_missing_is_named() {
        for (message, expected) in [
            ("no display detected: DISPLAY is not set", NOTICE),
            (
                "no browser could be started: BROWSER is `x`",
                "no browser could be started: BROWSER is `x`. Falling back to device code flow.",
            ),
        ] {
            let error = Refused::CapabilityFailed(Failure {
                capability: Capability::SignIn,
                fault: Fault::Absent,
                message: message.to_owned(),
                hint: None,
            });
            assert_eq!(falling_back(&error), expected);
        }
    }

    #[test]
    fn a_build_system_is_known_by_its_variable() {
        for (name, value, expected) in [
            ("CI", "true", Some("CI")),
            ("CI", "1", Some("CI")),
            ("CI", "false", None),
            ("CI", "0", None),
            ("TF_BUILD", "True", Some("TF_BUILD")),
            ("HOME", "/home", None),
        ] {
            let variable = |wanted: &str| (wanted == name).then(|| value.to_owned());
            assert_eq!(build_system(variable), expected, "{name}={value}");
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
