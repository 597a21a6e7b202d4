//! A certificate authority that lives as long as the process, because Microsoft's clients insist on
//! TLS.

use std::{error::Error, fs, path::Path, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

/// What accepts TLS connections as this machine and as `names`, and the authority's certificate (PEM) that makes clients
/// trust it.
pub(crate) fn acceptor(names: &[String]) -> Result<(TlsAcceptor, String), Box<dyn Error>> {
    let authority = CertifiedIssuer::self_signed(authority_parameters()?, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = server_parameters(names)?.signed_by(&key, &authority)?;
    let chain = vec![CertificateDer::from(certificate)];
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok((TlsAcceptor::from(Arc::new(config)), authority.pem()))
}

/// Writes the authority's certificate where clients will look for it.
pub(crate) fn write(path: &Path, certificate: &str) -> Result<(), String> {
    fs::write(path, certificate)
        .map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}

fn authority_parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, "entra-emulator test authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(parameters)
}

fn server_parameters(names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let loopback = LOOPBACK_NAMES.iter().copied();
    let names = loopback.chain(names.iter().map(String::as_str));
    let names: Vec<String> = names.map(str::to_owned).collect();
    let mut parameters = CertificateParams::new(names)?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Python's strict verification asks for it (RFC 5280 section 4.2.1.1).
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
