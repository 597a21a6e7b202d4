//! The options of a sign-in in a browser.

use crate::bindings::tokens::Browser;
use crate::clap::{self, Args};
use crate::input::named::{self, Named};
use crate::output::error::{BadValue, Error};
use crate::profile::Profile;
use crate::profile::fields;

const HEADING: &str = "Sign-in in a browser";

/// Flags that say how the browser is brought in; the rest is the profile's.
#[derive(Args, Default)]
pub(crate) struct BrowserOptions {
    /// Port for the browser's answer [default: any free one]
    #[arg(long, value_name = "PORT", value_parser = port, conflicts_with = "port_range", help_heading = HEADING)]
    port: Option<u16>,

    /// The same: the first free port of a range, such as 8000-8100
    #[arg(long, value_name = "FIRST-LAST", help_heading = HEADING)]
    port_range: Option<PortRange>,

    /// Redirect URI of the app registration, on this machine
    #[arg(long, value_name = "URI", help_heading = HEADING)]
    redirect_uri: Option<String>,

    /// Print the address to open, whether or not a browser opens
    #[arg(long, help_heading = HEADING)]
    show_url: bool,

    /// Which organization's sign-in page, such as contoso.com
    #[arg(long, value_name = "DOMAIN", help_heading = HEADING)]
    domain_hint: Option<String>,

    /// What has to be asked: login, select_account, consent, create, none
    #[arg(long, value_name = "PROMPT", help_heading = HEADING)]
    prompt: Option<Prompt>,
}

/// First and last port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PortRange(u16, u16);

/// What the sign-in page asks even if it need not (OpenID Connect Core section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    Consent,
    Create,
    Login,
    None,
    SelectAccount,
}

impl BrowserOptions {
    /// What was said here, else by the profile.
    pub(crate) fn browser(&self, profile: &Profile) -> Result<Browser, Error> {
        let given = self
            .redirect_uri
            .as_deref()
            .map(fields::redirect_uri)
            .transpose()?;
        let ports = self.ports();
        if let (Some(port), Some(ports)) = (given.as_deref().and_then(port_of), ports)
            && ports != (port, port)
        {
            return Err(Error::bad_arguments(
                format!("`--redirect-uri` names port {port}, and another option other ports"),
                "name the port once: leave it out of the redirect URI, or leave the other option out",
            ));
        }
        Ok(Browser {
            // Ports that are given here stand in for the one of the profile's redirect URI.
            redirect_uri: given.or_else(|| profile.redirect_uri.clone()),
            ports,
            prompt: self.prompt.map(|prompt| named::name(prompt).to_owned()),
            domain_hint: self.domain_hint.clone(),
            show_url: self.show_url,
        })
    }

    /// Whether a person was to be asked, so that a stored token is no answer.
    pub(crate) fn asks_person(&self) -> bool {
        self.prompt.is_some_and(|prompt| prompt != Prompt::None)
    }

    /// The options that were given, for flows that have no use for them.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        [
            ("`--port`", self.port.is_some()),
            ("`--port-range`", self.port_range.is_some()),
            ("`--redirect-uri`", self.redirect_uri.is_some()),
            ("`--show-url`", self.show_url),
            ("`--domain-hint`", self.domain_hint.is_some()),
            ("`--prompt`", self.prompt.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_given)| is_given.then_some(name))
        .collect()
    }

    fn ports(&self) -> Option<(u16, u16)> {
        let range = self.port_range.map(|PortRange(first, last)| (first, last));
        range.or_else(|| self.port.map(|port| (port, port)))
    }
}

impl std::str::FromStr for PortRange {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let bad = || {
            BadValue::new(
                "the port range is not two ports, the lower one first",
                "write `8000-8100`",
            )
        };
        let (first, last) = text.split_once('-').ok_or_else(bad)?;
        let first = port(first.trim()).map_err(|_| bad())?;
        let last = port(last.trim()).map_err(|_| bad())?;
        if first > last {
            return Err(bad());
        }
        Ok(Self(first, last))
    }
}

impl Named for Prompt {
    /// As they go over the wire.
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Login, "login"),
        (Self::SelectAccount, "select_account"),
        (Self::Consent, "consent"),
        (Self::Create, "create"),
        (Self::None, "none"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[];
    const NOUN: &'static str = "prompt";
}

impl std::str::FromStr for Prompt {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        named::parse(text)
    }
}

fn port(text: &str) -> Result<u16, BadValue> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port @ 1..) if is_digits => Ok(port),
        _ => Err(BadValue::new(
            "the port is no number between 1 and 65535",
            "leave it out to take any free port",
        )),
    }
}

/// The port that a redirect URI on loopback names.
fn port_of(uri: &str) -> Option<u16> {
    let authority = uri.strip_prefix("http://")?.split(['/', '?']).next()?;
    let (_, digits) = authority.rsplit_once(':')?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        browser: BrowserOptions,
    }

    fn parsed(line: &str) -> Option<BrowserOptions> {
        let words = std::iter::once("x").chain(line.split_whitespace());
        Line::try_parse_from(words).ok().map(|line| line.browser)
    }

    fn browser(line: &str, of_profile: Option<&str>) -> Option<Browser> {
        let profile = Profile {
            redirect_uri: of_profile.map(str::to_owned),
            ..Profile::named("p")
        };
        parsed(line)?.browser(&profile).ok()
    }

    #[test]
    fn redirect_uri_and_ports_come_from_options_then_from_the_profile() {
        let local = "http://localhost:8080";
        for (line, of_profile, expected) in [
            ("", None, Some((None, None))),
            ("", Some(local), Some((Some(local), None))),
            ("--port 8081", None, Some((None, Some((8081, 8081))))),
            (
                "--port 8081",
                Some(local),
                Some((Some(local), Some((8081, 8081)))),
            ),
            (
                "--port-range 8000-8100",
                None,
                Some((None, Some((8000, 8100)))),
            ),
            ("--port-range 9-9", None, Some((None, Some((9, 9))))),
            (
                "--redirect-uri http://127.0.0.1/cb",
                Some(local),
                Some((Some("http://127.0.0.1/cb"), None)),
            ),
            (
                "--redirect-uri http://localhost:8080 --port 8080",
                None,
                Some((Some(local), Some((8080, 8080)))),
            ),
            (
                "--redirect-uri http://[::1]/cb --port 8080",
                None,
                Some((Some("http://[::1]/cb"), Some((8080, 8080)))),
            ),
            (
                "--redirect-uri http://localhost:8080 --port 8081",
                None,
                None,
            ),
            (
                "--redirect-uri http://localhost:8080 --port-range 8000-8100",
                None,
                None,
            ),
            ("--redirect-uri https://contoso.com", None, None),
            ("--port 8080 --port-range 8000-8100", None, None),
            ("--port 0", None, None),
            ("--port 65536", None, None),
            ("--port +80", None, None),
            ("--port x", None, None),
            ("--port-range 8100-8000", None, None),
            ("--port-range 8000", None, None),
            ("--port-range 0-80", None, None),
        ] {
            let found = browser(line, of_profile);
            let found = found.map(|browser| (browser.redirect_uri, browser.ports));
            let expected = expected.map(|(uri, ports)| (uri.map(str::to_owned), ports));
            assert_eq!(found, expected, "{line} {of_profile:?}");
        }
    }

    #[test]
    fn prompts_are_known_by_name() {
        for (line, expected, asks_person) in [
            ("", None, false),
            ("--prompt login", Some("login"), true),
            ("--prompt select-account", Some("select_account"), true),
            ("--prompt Consent", Some("consent"), true),
            ("--prompt create", Some("create"), true),
            ("--prompt none", Some("none"), false),
        ] {
            let options = parsed(line).unwrap();
            assert_eq!(options.asks_person(), asks_person, "{line}");
            let prompt = browser(line, None).unwrap().prompt;
            assert_eq!(prompt.as_deref(), expected, "{line}");
        }
        assert!(parsed("--prompt maybe").is_none());
    }

    #[test]
    fn a_hint_is_passed_on() {
        let line = "--domain-hint contoso.com --show-url";
        let browser = browser(line, None).unwrap();
        assert_eq!(browser.domain_hint.as_deref(), Some("contoso.com"));
        assert!(browser.show_url);
        assert_eq!(
            parsed(line).unwrap().given(),
            ["`--show-url`", "`--domain-hint`"]
        );
    }
}
