//! The OAuth flows by the names under which profiles and `--flow` know them.

use crate::input::named::{self, Named};
use crate::output::error::BadValue;

/// How a token is obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    AuthorizationCode,
    ClientCredentials,
    DeviceCode,
    InteractiveBrowser,
    ManagedIdentity,
    OnBehalfOf,
}

impl Flow {
    /// Whether a person has to do something, so that no time limit applies unless asked for.
    pub(crate) fn needs_person(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::DeviceCode | Self::InteractiveBrowser => true,
            Self::ClientCredentials | Self::ManagedIdentity | Self::OnBehalfOf => false,
        }
    }
}

impl Named for Flow {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::ClientCredentials, "ClientCredentials"),
        (Self::InteractiveBrowser, "InteractiveBrowser"),
        (Self::DeviceCode, "DeviceCode"),
        (Self::AuthorizationCode, "AuthorizationCode"),
        (Self::ManagedIdentity, "ManagedIdentity"),
        (Self::OnBehalfOf, "OnBehalfOf"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[
        (Self::InteractiveBrowser, "interactive"),
        (Self::InteractiveBrowser, "browser"),
        (Self::DeviceCode, "device"),
        (Self::AuthorizationCode, "authcode"),
        (Self::ClientCredentials, "client"),
        (Self::ClientCredentials, "app"),
        (Self::ManagedIdentity, "msi"),
        (Self::OnBehalfOf, "obo"),
    ];
    const NOUN: &'static str = "flow";

    fn entry(self) -> (&'static str, &'static str) {
        let purpose = match self {
            Self::AuthorizationCode => "a person, through a registered web app",
            Self::ClientCredentials => "a service, a job, a script: as itself",
            Self::DeviceCode => "a person, on another device",
            Self::InteractiveBrowser => "a person, in the browser of this machine",
            Self::ManagedIdentity => "a program on an Azure machine",
            Self::OnBehalfOf => "an API, for its caller",
        };
        (named::name(self), purpose)
    }
}

impl std::str::FromStr for Flow {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        named::parse(text)
    }
}

impl std::fmt::Display for Flow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(named::name(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_spellings_name_flows() {
        for (text, expected) in [
            ("ClientCredentials", Some(Flow::ClientCredentials)),
            ("client-credentials", Some(Flow::ClientCredentials)),
            ("CLIENT_CREDENTIALS", Some(Flow::ClientCredentials)),
            ("app", Some(Flow::ClientCredentials)),
            ("client", Some(Flow::ClientCredentials)),
            ("interactive", Some(Flow::InteractiveBrowser)),
            ("Browser", Some(Flow::InteractiveBrowser)),
            ("interactive-browser", Some(Flow::InteractiveBrowser)),
            ("device", Some(Flow::DeviceCode)),
            ("device-code", Some(Flow::DeviceCode)),
            ("devicecode", Some(Flow::DeviceCode)),
            ("authorization-code", Some(Flow::AuthorizationCode)),
            ("authcode", Some(Flow::AuthorizationCode)),
            ("ManagedIdentity", Some(Flow::ManagedIdentity)),
            ("OnBehalfOf", Some(Flow::OnBehalfOf)),
            ("on-behalf-of", Some(Flow::OnBehalfOf)),
            ("OBO", Some(Flow::OnBehalfOf)),
            ("1", None),
            ("", None),
            ("password", None),
        ] {
            assert_eq!(text.parse::<Flow>().ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_prompt_takes_numbers_and_beginnings_too() {
        for (answer, expected) in [
            ("1", Some(Flow::ClientCredentials)),
            ("5", Some(Flow::ManagedIdentity)),
            ("0", None),
            ("6", Some(Flow::OnBehalfOf)),
            ("7", None),
            ("inter", Some(Flow::InteractiveBrowser)),
            ("d", Some(Flow::DeviceCode)),
            ("", None),
        ] {
            assert_eq!(named::pick::<Flow>(answer).ok(), expected, "{answer}");
        }
    }
}
