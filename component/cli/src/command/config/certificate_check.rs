//! A look at a profile's certificate before the profile is saved: what cannot be used later is told now.

use text::decode;

use crate::bindings::certificates::{self, Validity};
use crate::bindings::errors;
use crate::bindings::tokens::{Certificate, Secret as StoredSecret};
use crate::input::environment::variable;
use crate::input::file;
use crate::input::secret::{Secret, hidden};
use crate::output::Output;
use crate::output::error::Error;
use crate::output::printable::printable;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::request::credential::CERTIFICATE_LIMIT;

/// What a look at it shows.
pub(super) enum Look {
    /// The profile has none.
    Nothing,
    Usable(Validity),
    /// It cannot be opened without a password.
    LacksPassword(Error),
}

impl Look {
    pub(super) fn lacks_password(&self) -> bool {
        matches!(self, Self::LacksPassword(_))
    }
}

/// Fails with what a request would fail with. `password` is the new one, if one was given.
pub(super) fn look(profile: &Profile, password: Option<&Secret>) -> Result<Look, Error> {
    let method = profile.auth_method()?;
    let is_certificate = matches!(
        method,
        AuthMethod::Certificate | AuthMethod::PasswordlessCertificate
    );
    let Some(path) = profile
        .certificate_path
        .as_deref()
        .filter(|_| is_certificate)
    else {
        return Ok(Look::Nothing);
    };
    let read = |path: &str| file::read(path, CERTIFICATE_LIMIT);
    let content = read(path).map_err(hinted)?;
    let private_key = profile.private_key_path.as_deref().map(read);
    let certificate = Certificate {
        name: format!("`{}`", printable(path)),
        content,
        private_key: private_key.transpose().map_err(hinted)?,
        password: password_of(profile, password),
        send_chain: false,
    };
    match certificates::check(&certificate) {
        Ok(validity) => Ok(Look::Usable(validity)),
        Err(error @ errors::Error::SecretMissing(_)) => Ok(Look::LacksPassword(hinted(error))),
        Err(error) => Err(hinted(error)),
    }
}

/// Whether the file is a certificate as text and nothing names its key: what Entra's portal and most guides make.
pub(super) fn lacks_key(profile: &Profile) -> bool {
    let path = profile.certificate_path.as_deref();
    let content = path.and_then(|path| file::read(path, CERTIFICATE_LIMIT).ok());
    let text = content.and_then(|content| decode(&content).ok());
    profile.private_key_path.is_none()
        && text.is_some_and(|text| {
            text.contains("-----BEGIN CERTIFICATE-----") && !text.contains("PRIVATE KEY-----")
        })
}

/// Fails where the certificate cannot be used, and warns of its dates.
pub(super) fn check(
    profile: &Profile,
    password: Option<&Secret>,
    output: &Output,
) -> Result<(), Error> {
    // A person is asked for it at each request.
    let is_asked =
        profile.auth_method()? == AuthMethod::Certificate && !profile.cache_certificate_password;
    match look(profile, password)? {
        Look::LacksPassword(error) if !is_asked => return Err(error),
        Look::Usable(Validity::Expired) => {
            output.notice("warning: the certificate has expired");
        }
        Look::Usable(Validity::NotYetValid) => {
            output.notice("warning: the certificate is not valid yet");
        }
        Look::LacksPassword(_) | Look::Nothing | Look::Usable(Validity::Valid) => {}
    }
    Ok(())
}

/// The password of the profile's certificate from a person, who is asked again if it opens nothing. Nothing where none is
/// given.
pub(super) fn ask_password(profile: &Profile, output: &Output) -> Result<Option<Secret>, Error> {
    output.instruction("The certificate file is protected by a password.");
    for _ in 0..ATTEMPTS {
        let answer = hidden("Certificate password: ")?;
        let Some(password) = answer.filter(|answer| !answer.is_empty()) else {
            return Ok(None);
        };
        let password = Secret::new(password);
        match look(profile, Some(&password)) {
            Ok(_) => return Ok(Some(password)),
            Err(error) => output.instruction(&error.message),
        }
    }
    Ok(None)
}

/// As often as a passphrase is asked for.
const ATTEMPTS: usize = 3;

fn password_of(profile: &Profile, password: Option<&Secret>) -> Option<StoredSecret> {
    let given = password
        .map(|password| password.reveal().to_owned())
        .or_else(|| variable("AZURE_CLIENT_CERTIFICATE_PASSWORD"));
    let stored = (password.is_none() && profile.cache_certificate_password)
        .then(|| profile.certificate_password_name());
    (given.is_some() || stored.is_some()).then_some(StoredSecret {
        stored,
        generation: None,
        given,
    })
}

fn hinted(error: impl Into<Error>) -> Error {
    let error = error.into();
    let way_out = "or add `--force` to save the profile all the same";
    Error {
        hint: Some(match error.hint {
            Some(hint) => format!("{hint}; {way_out}"),
            None => way_out.to_owned(),
        }),
        ..error
    }
}
