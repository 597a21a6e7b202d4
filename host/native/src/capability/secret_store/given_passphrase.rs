//! The passphrase that comes with the call, so that nobody has to be asked for it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::sync::OnceLock;

use text::{decode, first_line, word};
use zeroize::Zeroizing;

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};

/// From `ENTRA_AUTH_CLI_PASSPHRASE_FD`, the number of an open file or pipe, which no other process sees, or from
/// `ENTRA_AUTH_CLI_PASSPHRASE`.
pub(super) struct GivenPassphrase {
    source: Option<Source>,
    /// A pipe is read once.
    read: OnceLock<Result<Zeroizing<String>, Failure>>,
}

enum Source {
    Descriptor(OsString),
    Variable(Option<Zeroizing<String>>),
}

impl GivenPassphrase {
    pub(super) fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let source = match variable(DESCRIPTOR) {
            Some(number) => Some(Source::Descriptor(number)),
            None => variable(VARIABLE)
                .map(|text| Source::Variable(text.into_string().ok().map(Zeroizing::new))),
        };
        Self {
            source,
            read: OnceLock::new(),
        }
    }

    /// What it comes from; nothing if there is none.
    pub(super) fn origin(&self) -> Option<&'static str> {
        self.source.as_ref().map(|source| match source {
            Source::Descriptor(_) => DESCRIPTOR,
            Source::Variable(_) => VARIABLE,
        })
    }

    pub(super) fn text(&self) -> Result<Option<&Zeroizing<String>>, Failure> {
        let Some(source) = &self.source else {
            return Ok(None);
        };
        match self.read.get_or_init(|| source.read()) {
            Ok(text) => Ok(Some(text)),
            Err(failure) => Err(failure.clone()),
        }
    }
}

impl Source {
    fn read(&self) -> Result<Zeroizing<String>, Failure> {
        match self {
            Self::Variable(Some(text)) => Ok(text.clone()),
            Self::Variable(None) => Err(failure::new(
                Fault::Other,
                format!("`{VARIABLE}` is no text in UTF-8"),
                "set it to the passphrase of the encrypted file",
            )),
            Self::Descriptor(number) => read_line(number).map_err(|error| {
                failure::new(
                    Fault::Other,
                    format!("`{DESCRIPTOR}` is {number:?}, from which no passphrase can be read: {error}"),
                    format!("open it for reading and write one line to it, as in `{DESCRIPTOR}=3 … 3<file`"),
                )
            }),
        }
    }
}

/// The one line that is to be read there.
fn read_line(number: &OsString) -> io::Result<Zeroizing<String>> {
    let number: u32 = number
        .to_str()
        .and_then(|text| word(text).parse().ok())
        .ok_or_else(|| io::Error::other("it is no number"))?;
    // Opened again under its name: taking over somebody else's number would take unsafe code.
    let mut line = Zeroizing::new(Vec::with_capacity(2 * LONGEST));
    File::open(format!("/dev/fd/{number}"))?
        .take(LONGEST as u64)
        .read_to_end(&mut line)?;
    let text = decode(&line).map_err(|fault| io::Error::other(format!("what is there {fault}")))?;
    let first = first_line(&text);
    if first.is_empty() || !text.trim_end_matches(['\r', '\n']).eq(first) {
        return Err(io::Error::other("there is not exactly one line"));
    }
    Ok(Zeroizing::new(first.to_owned()))
}

const DESCRIPTOR: &str = "ENTRA_AUTH_CLI_PASSPHRASE_FD";
const VARIABLE: &str = "ENTRA_AUTH_CLI_PASSPHRASE";

/// Longer than any passphrase.
const LONGEST: usize = 4096;
