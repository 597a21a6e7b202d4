//! Who is believed to be who they say: TLS with the operating system's certificate authorities and those of
//! `ENTRA_AUTH_CLI_CA_FILE`.

mod asked;
mod bundle;
mod certificate;
mod handshake;
mod system;
mod verifier;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;

use self::asked::NoCertificate;
use self::handshake::Attempt;
pub(super) use self::handshake::refused;
use self::system::Places;
use self::verifier::Explaining;
use super::cause::Cause;
use super::connection::Connection;
use super::remedy;
use super::setting::Setting;
use crate::capability::bindings::entra_auth::core::errors::Fault;
use crate::system::{status_line, variable};

/// A file with further certificate authorities to trust, as behind a proxy that inspects TLS.
pub(crate) const CA_FILE: &str = "ENTRA_AUTH_CLI_CA_FILE";

/// The authorities, read when the first connection needs them: that costs more than a request.
pub(super) struct Trust {
    file: Option<PathBuf>,
    places: Places,
    config: OnceLock<Result<Arc<ClientConfig>, Cause>>,
}

impl Trust {
    /// From environment variables.
    pub(super) fn from_variables(
        find: impl Fn(&str) -> Option<OsString>,
        home: Option<&Path>,
    ) -> Self {
        let file = Setting::of_variable(CA_FILE, &find).map(|setting| match &setting.text {
            Some(text) => PathBuf::from(text.as_str()),
            // A path need not be text; blanks and quotes are part of such a one.
            None => find(CA_FILE).map(PathBuf::from).unwrap_or_default(),
        });
        Self {
            file: file.map(|file| variable::from_home(file, home)),
            places: Places::from_variables(find),
            config: OnceLock::new(),
        }
    }

    /// TLS over `connection`. `whom` names the other end in errors.
    pub(super) async fn handshake(
        &self,
        connection: Connection,
        host: &str,
        whom: &str,
        limit: Duration,
    ) -> Result<Connection, Cause> {
        let config = self.config.get_or_init(|| self.read()).clone()?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            Cause::new(
                Fault::Other,
                format!("`{host}` is no name that a certificate could hold"),
                "check the spelling",
            )
        })?;
        let connecting = TlsConnector::from(config).connect(name, connection);
        match tokio::time::timeout(limit, asked::told(connecting)).await {
            Ok((Ok(stream), _)) => Ok(Box::new(stream)),
            Ok((Err(error), was_asked)) => Err(handshake::failed(
                &error,
                &Attempt {
                    host,
                    whom,
                    limit,
                    was_asked,
                },
            )),
            Err(_) => Err(Cause::new(
                Fault::TimedOut,
                format!(
                    "{whom} did not answer the TLS handshake within {} seconds",
                    limit.as_secs()
                ),
                remedy::slow_handshake(host),
            )),
        }
    }

    fn read(&self) -> Result<Arc<ClientConfig>, Cause> {
        let extra = match &self.file {
            Some(file) => {
                let bundle = bundle::read(CA_FILE, file)?;
                status_line::step(&format!(
                    "trust: `{}` has {} certificate authorities; {} certificates in it were skipped",
                    file.display(),
                    bundle.authorities.len(),
                    bundle.skipped
                ));
                bundle
            }
            None => bundle::Bundle::default(),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // On systems that keep authorities in files, that there are none is the one fault to be met here.
        let verifier = Verifier::new_with_extra_roots(extra.authorities, Arc::clone(&provider))
            .map_err(|_| self.places.why_none())?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| self.places.why_none())?;
        let config = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Explaining(verifier)))
            .with_client_cert_resolver(Arc::new(NoCertificate));
        Ok(Arc::new(config))
    }
}

#[cfg(test)]
mod tests;
