//! Why a request got no answer, in words for the person who waits for one.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind};

use text::is_invisible;
use wasmtime_wasi_http::Error as Code;

use crate::capability::bindings::entra_auth::core::errors::Fault;

/// What stood in the way, and what to do about it. Never holds a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) fault: Fault,
    pub(crate) message: String,
    pub(crate) hint: String,
    /// Whether there was a connection, so that the request may have arrived.
    is_sent: bool,
}

impl Cause {
    pub(super) fn new(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            hint: hint.into(),
            is_sent: false,
        }
    }

    /// Of a connection that was there and broke.
    pub(super) fn broken_off(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            is_sent: true,
            ..Self::new(Fault::Unreachable, message, hint)
        }
    }

    /// The nearest word of `wasi:http`, for who asks no further.
    pub(super) fn code(&self) -> Code {
        match self.fault {
            Fault::Untrusted => Code::TlsCertificateError,
            Fault::TimedOut => Code::ConnectionTimeout,
            Fault::Unreachable if self.is_sent => Code::ConnectionTerminated,
            Fault::Unreachable => Code::DestinationUnavailable,
            _ => Code::InternalError(Some(self.message.clone())),
        }
    }

    /// The cause that a library wrapped.
    pub(super) fn within(error: &(dyn StdError + 'static)) -> Option<Self> {
        find(error, |inner| inner.downcast_ref::<Self>().cloned())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Cause {}

/// The first thing that `wanted` recognises among an error and what it wraps. [`io::Error`] hides what it wraps from
/// `source`.
pub(super) fn find<T>(
    error: &(dyn StdError + 'static),
    wanted: impl Fn(&(dyn StdError + 'static)) -> Option<T>,
) -> Option<T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = wanted(error) {
            return Some(found);
        }
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// What the operating system said about a connection that did not come about, or broke.
pub(super) fn of_io(error: &io::Error, limit: std::time::Duration) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection was reset".to_owned()
        }
        ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
        ErrorKind::TimedOut => format!("nobody answered within {} seconds", limit.as_secs()),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "there is no way to it from this network".to_owned()
        }
        ErrorKind::PermissionDenied => "this system does not permit the connection".to_owned(),
        ErrorKind::AddrNotAvailable => {
            "this machine has no address of that kind, or no free port".to_owned()
        }
        _ => of_system(error),
    }
}

/// The operating system's own words, as they stand in the middle of a sentence: without its number, and in lower case.
pub(super) fn of_system(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(&text);
    let text = text.split(" (os error").next().unwrap_or(text);
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "no reason was given".to_owned(),
    }
}

/// Text from elsewhere as it may stand in a message: one line without invisible characters, of bounded length.
pub(super) fn printable(text: &str) -> String {
    let mut shown: String = text
        .trim()
        .chars()
        .filter(|character| !character.is_control() && !is_invisible(*character))
        .take(LONGEST_TEXT + 1)
        .collect();
    if shown.chars().count() > LONGEST_TEXT {
        shown = shown.chars().take(LONGEST_TEXT).collect();
        shown.push('…');
    }
    shown
}

/// A subject with all its parts fits.
const LONGEST_TEXT: usize = 160;
