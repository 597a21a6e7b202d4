//! A TLS handshake that failed, in words.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, Error, PeerIncompatible};

use super::certificate::Distrust;
use crate::capability::bindings::entra_auth::core::errors::Fault;
use crate::capability::network::cause::{self, Cause, find};
use crate::capability::network::remedy;

/// How far a handshake came, and with whom.
pub(super) struct Attempt<'a> {
    /// An address of IPv6 without brackets.
    pub(super) host: &'a str,
    /// The other end, in words.
    pub(super) whom: &'a str,
    pub(super) limit: Duration,
    /// Whether the other side asked for a certificate of this one. Up to TLS 1.2 it ends the handshake for the lack of
    /// one with whatever alert it likes.
    pub(super) was_asked: bool,
}

pub(super) fn failed(error: &io::Error, attempt: &Attempt<'_>) -> Cause {
    let Attempt {
        host, whom, limit, ..
    } = *attempt;
    let Some(tls) = find(error, |inner| inner.downcast_ref::<Error>().cloned()) else {
        return Cause::new(
            Fault::Unreachable,
            format!(
                "the TLS handshake with {whom} failed: {}",
                cause::of_io(error, limit)
            ),
            remedy::no_handshake(host),
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
    let words = match &tls {
        Error::AlertReceived(_) if attempt.was_asked => no_certificate(),
        error => words(error, host),
    };
    fault(whom, words)
}

/// In TLS 1.3 the other side looks at a client's certificate, or misses it, when the client is done with the handshake
/// (RFC 8446 section 4.4.2.4): its alert comes in place of an answer.
pub(in crate::capability::network) fn refused(
    error: &(dyn StdError + 'static),
    whom: &str,
) -> Option<Cause> {
    let alert = find(error, |inner| match inner.downcast_ref::<Error>() {
        Some(Error::AlertReceived(alert)) => Some(*alert),
        _ => None,
    })?;
    (alert == AlertDescription::CertificateRequired).then(|| fault(whom, no_certificate()))
}

fn fault(whom: &str, (why, hint): Words) -> Cause {
    Cause::new(
        Fault::Untrusted,
        format!("the TLS handshake with {whom} failed: {why}"),
        hint,
    )
}

/// Why, and what to do about it.
type Words = (String, &'static str);

fn no_certificate() -> Words {
    (
        "the other side wants a client certificate for TLS itself, which is not supported"
            .to_owned(),
        "check the authority: Entra ID asks for none",
    )
}

fn words(error: &Error, host: &str) -> Words {
    match error {
        Error::InvalidMessage(_) => (
            "what it answered is no TLS".to_owned(),
            "check host and port: something that speaks no TLS answers there, such as a plain http server",
        ),
        Error::PeerIncompatible(reason) => (
            incompatible(reason),
            "the server has to offer TLS 1.2 or later with a cipher of today",
        ),
        Error::AlertReceived(alert) => of_alert(*alert, host),
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
fn of_alert(alert: AlertDescription, host: &str) -> Words {
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
        | AlertDescription::AccessDenied => no_certificate(),
        AlertDescription::UnrecognisedName => (
            text("does not know this host name"),
            "check the spelling of the host",
        ),
        other => (
            format!("the other side ended it ({other:?})"),
            remedy::no_handshake(host),
        ),
    }
}
