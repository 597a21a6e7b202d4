//! `certificates`: a certificate file, looked at before anything is asked with it.

use protocol::credential::certificate::CertificateValidity;

use crate::Client;
use crate::authentication;
use crate::bindings::exports::entra_auth::core::certificates::{Guest, Validity};
use crate::bindings::exports::entra_auth::core::tokens::Certificate;
use crate::clock;
use crate::error::Error;
use crate::secret;

impl Guest for Client {
    fn check(certificate: Certificate) -> Result<Validity, Error> {
        let password = certificate.password.as_ref();
        let password = password.map(secret::reveal_for_file).transpose()?;
        let certificate = authentication::certificate(&certificate, password.as_ref())?;
        Ok(match certificate.validity_at(clock::now()) {
            CertificateValidity::Valid => Validity::Valid,
            CertificateValidity::Expired => Validity::Expired,
            CertificateValidity::NotYetValid => Validity::NotYetValid,
        })
    }
}
