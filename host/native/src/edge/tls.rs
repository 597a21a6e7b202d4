//! How the proxy proves who it is to its callers.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::capability::bindings::entra_auth::core::errors::Problem;
use crate::capability::bindings::entra_auth::core::proxy_plan::Certificate;

/// [RFC 7301](https://www.rfc-editor.org/rfc/rfc7301): the protocols that are spoken, the better one first.
const PROTOCOLS: [&[u8]; 2] = [HTTP2, b"http/1.1"];

/// HTTP/2 ([RFC 9113 section 3.1](https://www.rfc-editor.org/rfc/rfc9113#section-3.1)).
pub(super) const HTTP2: &[u8] = b"h2";

/// Reads the files. Fails when they do not go together.
pub(super) fn acceptor(certificate: &Certificate) -> Result<TlsAcceptor, Problem> {
    let chain = CertificateDer::pem_file_iter(&certificate.chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable("certificate", &certificate.chain, &error))?;
    let key = PrivateKeyDer::from_pem_file(&certificate.private_key)
        .map_err(|error| unreadable("private-key", &certificate.private_key, &error))?;
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| Problem {
        message: format!("listen: the certificate cannot be used: {error}"),
        hint: Some(
            "check that `private-key` belongs to the first certificate of `certificate`".to_owned(),
        ),
    })?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn unreadable(name: &str, path: &str, error: &rustls_pki_types::pem::Error) -> Problem {
    Problem {
        message: format!("listen: {name} `{path}` cannot be read: {error}"),
        hint: Some("name a file in PEM form that this user may read".to_owned()),
    }
}
