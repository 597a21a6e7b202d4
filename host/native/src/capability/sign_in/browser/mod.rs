//! Opening the person's browser: the URL is one argument, and holds nothing but what a URL may hold.

use std::env;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use http::Uri;

use super::{failure, instructions};
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::system::platform;
use crate::system::programs::Programs;

/// How long a program is watched for failing. `xdg-open` is done or has become the browser by then.
const WATCH: Duration = Duration::from_secs(1);

const PAUSE: Duration = Duration::from_millis(20);

/// Stands for the URL in `BROWSER`.
const PLACEHOLDER: &str = "%s";

/// The programs that can show a web page.
#[derive(Debug)]
pub(super) struct Browsers {
    /// `BROWSER`: command lines, the first one that can be started counts.
    chosen: Option<OsString>,
    programs: Programs,
    has_display: bool,
}

impl Browsers {
    /// From the variables of this process.
    pub(super) fn from_environment() -> Self {
        Self::from_variables(|name| env::var_os(name))
    }

    /// From the variables that `variable` looks up.
    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = variable("PATH").unwrap_or_default();
        Self {
            chosen: variable("BROWSER"),
            programs: Programs::in_path(&path),
            has_display: platform::HAS_OWN_DISPLAY
                || variable("DISPLAY").is_some()
                || variable("WAYLAND_DISPLAY").is_some(),
        }
    }

    /// Opens `url` by way of the address that `entrance` makes for it, and goes on as soon as the browser is on its way.
    pub(super) async fn open(
        &self,
        url: &str,
        entrance: impl Fn(&str) -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        let url = argument(url)?;
        let openers = match &self.chosen {
            Some(chosen) => self.chosen(chosen),
            None if !self.has_display => return Err(no_display()),
            None => self.of_system(),
        };
        for opener in openers {
            // One for each: a browser that fails may have been there.
            if self.start(&opener, &entrance(&url)?).await {
                return Ok(());
            }
        }
        Err(match &self.chosen {
            Some(chosen) => none_of(chosen),
            None => no_browser(),
        })
    }

    fn chosen(&self, chosen: &OsStr) -> Vec<Opener> {
        let chosen = chosen.to_string_lossy();
        let entries = chosen.split(platform::SEPARATOR).map(str::trim);
        entries.filter_map(|entry| self.opener(entry)).collect()
    }

    /// A path, blanks included, or a command line without quoting; the URL comes last if it has no place.
    fn opener(&self, entry: &str) -> Option<Opener> {
        if let Some(program) = self.programs.find(entry) {
            return Some(Opener::new(program, [PLACEHOLDER]));
        }
        let mut words = entry.split_ascii_whitespace();
        let program = self.programs.find(words.next()?)?;
        let mut arguments: Vec<_> = words.map(str::to_owned).collect();
        if !entry.contains(PLACEHOLDER) {
            arguments.push(PLACEHOLDER.to_owned());
        }
        Some(Opener { program, arguments })
    }

    fn of_system(&self) -> Vec<Opener> {
        let known = platform::browsers().into_iter();
        let found = known.filter_map(|known| Some((self.programs.find(&known.name)?, known)));
        found
            .map(|(program, known)| {
                Opener::new(
                    program,
                    known.arguments.iter().copied().chain([PLACEHOLDER]),
                )
            })
            .collect()
    }

    /// True if the program runs, or has ended well.
    async fn start(&self, opener: &Opener, url: &str) -> bool {
        let mut command = self.programs.command(&opener.program);
        let arguments = opener.arguments.iter();
        let arguments = arguments.map(|argument| argument.replace(PLACEHOLDER, url));
        match command.args(arguments).spawn() {
            Ok(child) => watch(child).await,
            Err(_) => false,
        }
    }
}

/// A program and what it is given, with a place for the URL.
#[derive(Debug, PartialEq, Eq)]
struct Opener {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Opener {
    fn new<'a>(program: PathBuf, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            program,
            arguments: arguments.into_iter().map(str::to_owned).collect(),
        }
    }
}

async fn watch(mut child: Child) -> bool {
    let started = Instant::now();
    while started.elapsed() < WATCH {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => tokio::time::sleep(PAUSE).await,
            Err(_) => break,
        }
    }
    true
}

/// The URL as an argument: https, or http on loopback, with everything encoded that no URL holds as it is.
fn argument(url: &str) -> Result<String, Failure> {
    let mut encoded = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    let uri = encoded.parse::<Uri>().ok();
    match uri.filter(|uri| {
        uri.authority()
            .is_some_and(|authority| !authority.as_str().contains('@'))
    }) {
        Some(uri) if uri.scheme() == Some(&http::uri::Scheme::HTTPS) => Ok(encoded),
        Some(uri) if uri.scheme() == Some(&http::uri::Scheme::HTTP) && is_loopback(&uri) => {
            Ok(encoded)
        }
        _ => Err(failure::new(
            Fault::Denied,
            "only https addresses, and http ones on this machine, are opened in a browser",
            "check the authority that the profile names",
        )),
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn no_display() -> Failure {
    failure::new(
        Fault::Absent,
        "no display detected: neither DISPLAY nor WAYLAND_DISPLAY is set",
        "use `-f DeviceCode` to sign in on another device, or `--show-url` to open the address by hand; BROWSER names a browser that needs no display",
    )
}

fn none_of(chosen: &OsStr) -> Failure {
    failure::new(
        Fault::Absent,
        format!(
            "no browser could be started: BROWSER is `{}`",
            instructions::printable(&chosen.to_string_lossy())
        ),
        "set BROWSER to an absolute path or to a command in PATH, or unset it; `--show-url` shows the address",
    )
}

fn no_browser() -> Failure {
    failure::new(
        Fault::Absent,
        "no browser could be started",
        "name one in BROWSER, use `--show-url` to open the address by hand, or `-f DeviceCode` to sign in on another device",
    )
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
