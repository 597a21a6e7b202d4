//! A TLS handshake that failed, in words.

use std::io;
use std::time::Duration;

use rustls::{AlertDescription, Error, PeerIncompatible};

use super::certificate::Distrust;
use crate::capability::bindings::entra_auth::core::errors::Fault;
use crate::capability::network::cause::{self, Cause, find};

const IN_BETWEEN: &str = "a firewall or proxy in between may refuse this host; check the network, and HTTPS_PROXY and NO_PROXY";

/// `whom` names the other end.
pub(super) fn failed(error: &io::Error, whom: &str, limit: Duration) -> Cause {
    let Some(tls) = find(error, |inner| inner.downcast_ref::<Error>().cloned()) else {
        return Cause::new(
            Fault::Unreachable,
            format!(
                "the TLS handshake with {whom} failed: {}",
                cause::of_io(error, limit)
            ),
            IN_BETWEEN,
        );
    };
    if let Error::InvalidCertificate(rustls::CertificateError::Other(other)) = &tls
        && let Some(distrust) = other.0.downcast_ref::<Distrust>()
    {
        return Cause::new(
            Fault::Untrusted,
            format!("{whom} could not prove who it is: {}", distrust.why),
            distrust.hint.clone(),
        );
    }
    let (why, hint) = words(&tls);
    Cause::new(
        Fault::Untrusted,
        format!("the TLS handshake with {whom} failed: {why}"),
        hint,
    )
}

fn words(error: &Error) -> (String, &'static str) {
    match error {
        Error::InvalidMessage(_) => (
            "what it answered is no TLS".to_owned(),
            "check host and port: something that speaks no TLS answers there, such as a plain http server",
        ),
        Error::PeerIncompatible(reason) => (
            incompatible(reason),
            "the server has to offer TLS 1.2 or later with a cipher of today",
        ),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::NoCertificatesPresented => (
            "it showed no certificate".to_owned(),
            "check what answers there",
        ),
        other => (
            cause::printable(&other.to_string()),
            "check what answers there, and the proxy or firewall in between",
        ),
    }
}

fn incompatible(reason: &PeerIncompatible) -> String {
    match reason {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "it offers only versions of TLS before 1.2".to_owned()
        }
        reason => format!("it offers nothing that this program can use ({reason:?})"),
    }
}

/// RFC 8446 section 6.2.
fn of_alert(alert: AlertDescription) -> (String, &'static str) {
    let text = |what: &str| format!("the other side {what}");
    match alert {
        AlertDescription::HandshakeFailure
        | AlertDescription::ProtocolVersion
        | AlertDescription::InsufficientSecurity => (
            text("knows no version or cipher in common"),
            "the server has to offer TLS 1.2 or later with a cipher of today",
        ),
        AlertDescription::CertificateRequired
        | AlertDescription::BadCertificate
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => (
            text("wants a client certificate for TLS itself, which is not supported"),
            "check the authority: Entra ID asks for none",
        ),
        AlertDescription::UnrecognisedName => (
            text("does not know this host name"),
            "check the spelling of the host",
        ),
        other => (format!("the other side ended it ({other:?})"), IN_BETWEEN),
    }
}
