//! What is wrong with a certificate, told by what stands in it (RFC 5280).

use std::fmt;

use der::{Decode, Encode};
use rustls::CertificateError;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, SubjectAltName};
use x509_cert::time::Time;

use super::super::cause::printable;
use super::CA_FILE;

/// Why a certificate does not prove what it should, and what to do about it.
#[derive(Clone, Debug)]
pub(super) struct Distrust {
    pub(super) why: String,
    pub(super) hint: String,
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Distrust {}

/// Puts the platform's judgement into words.
pub(super) fn fault(
    error: &CertificateError,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    now: UnixTime,
) -> Distrust {
    let Ok(own) = Certificate::from_der(end_entity) else {
        return distrust(
            "its certificate cannot be read",
            "check what answers there: it is no usual server".to_owned(),
        );
    };
    let others: Vec<Certificate> = intermediates
        .iter()
        .filter_map(|certificate| Certificate::from_der(certificate).ok())
        .collect();
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            expired(&own, &others, now)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            not_valid_yet(&own, &others, now)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            other_name(&own, name)
        }
        CertificateError::UnknownIssuer => unknown_issuer(&own, &others),
        CertificateError::Revoked => distrust(
            format!("its certificate was revoked {}", who(&own)),
            "do not trust it; whoever runs the server has to replace it".to_owned(),
        ),
        // Something else by its name is trusted.
        CertificateError::BadSignature if is_self_signed(&own) => unknown_issuer(&own, &others),
        CertificateError::BadSignature => distrust(
            format!(
                "a signature in its certificates is not that of the issuer {}",
                who(&own)
            ),
            format!(
                "if the issuer was made anew by the same name, put it into the file that {CA_FILE} names in place of the old \
                 one; else whoever runs the server has to replace the certificate"
            ),
        ),
        error => by_its_looks(error, &own, &others),
    }
}

fn expired(own: &Certificate, others: &[Certificate], now: UnixTime) -> Distrust {
    let (which, certificate) = find(own, others, |certificate| {
        seconds(&validity(certificate).not_after) < now.as_secs()
    });
    distrust(
        format!(
            "{which} expired on {} {}",
            validity(certificate).not_after,
            who(certificate)
        ),
        format!(
            "whoever runs the server (or the proxy that inspects TLS) has to renew it, unless the clock of this machine is \
             wrong: it says {}",
            date(now)
        ),
    )
}

fn not_valid_yet(own: &Certificate, others: &[Certificate], now: UnixTime) -> Distrust {
    let (which, certificate) = find(own, others, |certificate| {
        seconds(&validity(certificate).not_before) > now.as_secs()
    });
    distrust(
        format!(
            "{which} is valid only from {} on {}",
            validity(certificate).not_before,
            who(certificate)
        ),
        format!(
            "correct the clock of this machine if it is wrong: it says {}",
            date(now)
        ),
    )
}

fn other_name(own: &Certificate, name: &ServerName<'_>) -> Distrust {
    let names = names(own);
    let names = match names.as_slice() {
        [] => "no host at all".to_owned(),
        [only] => only.clone(),
        names => {
            let shown = names
                .iter()
                .take(MOST_NAMES)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            match names.len().saturating_sub(MOST_NAMES) {
                0 => shown,
                more => format!("{shown} and {more} more"),
            }
        }
    };
    distrust(
        format!(
            "its certificate is for {names}, not for `{}` {}",
            name.to_str(),
            who(own)
        ),
        "check the spelling of the host; else something different answers in its place, such as a proxy or the sign-in \
         page of a network"
            .to_owned(),
    )
}

fn unknown_issuer(own: &Certificate, others: &[Certificate]) -> Distrust {
    let last = others.last().unwrap_or(own);
    if is_self_signed(own) {
        return distrust(
            format!("its certificate is signed by itself {}", who(own)),
            format!("if that is meant, put the certificate into the file that {CA_FILE} names"),
        );
    }
    let issuer = printable(&last.tbs_certificate().issuer().to_string());
    distrust(
        format!(
            "its certificate was issued by nobody whom this system trusts {}",
            who(own)
        ),
        format!(
            "if a proxy inspects TLS, put its CA (`{issuer}`) into the file that {CA_FILE} names; if this is a server of \
             your own, it may have to send the certificates in between"
        ),
    )
}

/// What libraries call by names of theirs, or not at all.
fn by_its_looks(error: &CertificateError, own: &Certificate, others: &[Certificate]) -> Distrust {
    let remade = |what: &str| {
        format!("have it made anew {what}, such as by `openssl x509 -req` with `-extfile`")
    };
    let mut all = std::iter::once(own).chain(others);
    if let Some(old) =
        all.find(|certificate| certificate.tbs_certificate().version() != Version::V3)
    {
        return distrust(
            format!(
                "its certificate is of version 1, which names no hosts {}",
                who(old)
            ),
            remade("as version 3 with the host as subjectAltName"),
        );
    }
    if is_authority(own) {
        return distrust(
            format!(
                "its certificate is that of a certificate authority, not of a server {}",
                who(own)
            ),
            remade("for the server, without `CA:TRUE`, and signed by that authority"),
        );
    }
    if is_for_others(own) {
        return distrust(
            format!(
                "its certificate is made for another purpose than servers {}",
                who(own)
            ),
            remade("with the purpose `serverAuth`"),
        );
    }
    distrust(
        format!(
            "its certificate is not acceptable: {} {}",
            lower(error),
            who(own)
        ),
        "whoever runs the server has to replace it".to_owned(),
    )
}

fn lower(error: &CertificateError) -> String {
    let text = match error {
        CertificateError::Other(other) => other.0.to_string(),
        error => error.to_string(),
    };
    // Names of variants: words in one.
    let mut words = String::new();
    for character in printable(&text).chars() {
        if character.is_uppercase() && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    words
}

/// The first certificate of a chain that something is true of, the server's own otherwise.
fn find<'a>(
    own: &'a Certificate,
    others: &'a [Certificate],
    is_so: impl Fn(&Certificate) -> bool,
) -> (&'static str, &'a Certificate) {
    match others.iter().find(|other| is_so(other)) {
        Some(other) if !is_so(own) => ("a certificate in its chain", other),
        _ => ("its certificate", own),
    }
}

fn who(certificate: &Certificate) -> String {
    let content = certificate.tbs_certificate();
    format!(
        "(subject `{}`, issuer `{}`)",
        printable(&content.subject().to_string()),
        printable(&content.issuer().to_string())
    )
}

fn names(certificate: &Certificate) -> Vec<String> {
    let Ok(Some((_, SubjectAltName(names)))) = certificate.tbs_certificate().get_extension() else {
        return Vec::new();
    };
    names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(format!("`{}`", printable(name.as_str()))),
            GeneralName::IpAddress(address) => match address.as_bytes() {
                [a, b, c, d] => Some(format!("`{a}.{b}.{c}.{d}`")),
                bytes => {
                    let bytes: [u8; 16] = bytes.try_into().ok()?;
                    Some(format!("`{}`", std::net::Ipv6Addr::from(bytes)))
                }
            },
            _ => None,
        })
        .collect()
}

fn is_self_signed(certificate: &Certificate) -> bool {
    let content = certificate.tbs_certificate();
    content.subject().to_der().ok() == content.issuer().to_der().ok()
}

fn is_authority(certificate: &Certificate) -> bool {
    let constraints = certificate
        .tbs_certificate()
        .get_extension::<BasicConstraints>();
    matches!(constraints, Ok(Some((_, constraints))) if constraints.ca)
}

/// Whether its purposes are named and servers are not among them (RFC 5280 section 4.2.1.12).
fn is_for_others(certificate: &Certificate) -> bool {
    const SERVER: der::oid::ObjectIdentifier =
        der::oid::ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
    let purposes = certificate
        .tbs_certificate()
        .get_extension::<ExtendedKeyUsage>();
    matches!(purposes, Ok(Some((_, purposes))) if !purposes.0.contains(&SERVER))
}

fn validity(certificate: &Certificate) -> &x509_cert::time::Validity {
    certificate.tbs_certificate().validity()
}

fn seconds(time: &Time) -> u64 {
    time.to_unix_duration().as_secs()
}

fn date(now: UnixTime) -> String {
    let span = std::time::Duration::from_secs(now.as_secs());
    der::DateTime::from_unix_duration(span)
        .map_or_else(|_| "an odd date".to_owned(), |date| date.to_string())
}

fn distrust(why: impl Into<String>, hint: String) -> Distrust {
    Distrust {
        why: why.into(),
        hint,
    }
}

/// A certificate for a whole cloud names hundreds.
const MOST_NAMES: usize = 4;
