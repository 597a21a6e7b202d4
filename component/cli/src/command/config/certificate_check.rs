//! A look at a profile's certificate before the profile is saved: what cannot be used later is told now.

use crate::bindings::certificates::{self, Validity};
use crate::bindings::files;
use crate::bindings::tokens::{Certificate, Secret as StoredSecret};
use crate::input::environment::variable;
use crate::input::secret::Secret;
use crate::output::Output;
use crate::output::error::Error;
use crate::output::printable::printable;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::request::credential::CERTIFICATE_LIMIT;

/// Fails with what a request would fail with. `password` is the new one, if one was given.
pub(super) fn check(
    profile: &Profile,
    password: Option<&Secret>,
    output: &Output,
) -> Result<(), Error> {
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
        return Ok(());
    };
    let read = |path: &str| files::read(path, CERTIFICATE_LIMIT);
    let content = read(path).map_err(hinted)?;
    let private_key = profile.private_key_path.as_deref().map(read);
    let private_key = private_key.transpose().map_err(hinted)?;
    let password = password_of(profile, password);
    if password.is_none() && method == AuthMethod::Certificate {
        // A person is asked for it at each request.
        return Ok(());
    }
    let certificate = Certificate {
        name: format!("`{}`", printable(path)),
        content,
        private_key,
        password,
        send_chain: false,
    };
    match certificates::check(&certificate).map_err(hinted)? {
        Validity::Valid => {}
        Validity::Expired => output.notice("warning: the certificate has expired"),
        Validity::NotYetValid => output.notice("warning: the certificate is not valid yet"),
    }
    Ok(())
}

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
