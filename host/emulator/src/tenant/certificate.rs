//! Certificates with which clients prove themselves (RFC 5280).

use std::{fmt, iter::Peekable, vec::IntoIter};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::digest;

use crate::value::{pem, public_key::PublicKey, time::UnixTime};

/// A certificate with an RSA key, as it is uploaded to an application's registration.
#[derive(Clone, Eq, PartialEq)]
pub struct Certificate {
    /// SHA-1 of the certificate, base64url without padding: `x5t`.
    pub(crate) thumbprint: String,
    /// SHA-256 of the certificate, in the same form: `x5t#S256`.
    pub(crate) sha256_thumbprint: String,
    pub(crate) key: PublicKey,
    begins: UnixTime,
    ends: UnixTime,
}

impl Certificate {
    /// Reads the first certificate of a PEM text; `None` if it is none, or its key is not RSA.
    pub fn from_pem(text: &str) -> Option<Self> {
        Self::from_der(&STANDARD.decode(pem::certificate(text)).ok()?)
    }

    /// Whether the certificate itself allows its use at this time.
    pub(crate) fn is_valid_at(&self, now: UnixTime) -> bool {
        self.begins <= now && now <= self.ends
    }

    fn from_der(der: &[u8]) -> Option<Self> {
        let certificate = Der(der).element(SEQUENCE)?.0;
        let mut fields = Der(Der(certificate).element(SEQUENCE)?.0).fields()?;
        // The version has a default, so it may be missing (RFC 5280 section 4.1).
        fields.next_if(|(tag, _)| *tag == VERSION);
        let (_serial, _algorithm, _issuer) = (fields.next()?, fields.next()?, fields.next()?);
        let mut validity = fields.next()?.1.fields()?;
        let _subject = fields.next()?;
        let key = fields.next()?.1;
        Some(Self {
            thumbprint: thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY, der),
            sha256_thumbprint: thumbprint(&digest::SHA256, der),
            key: rsa_key(key)?,
            begins: time(validity.next()?)?,
            ends: time(validity.next()?)?,
        })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

fn thumbprint(algorithm: &'static digest::Algorithm, der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(algorithm, der))
}

/// The key of a SubjectPublicKeyInfo (RFC 3279 section 2.3.1).
fn rsa_key(info: Der<'_>) -> Option<PublicKey> {
    let mut fields = info.fields()?;
    let (algorithm, bits) = (fields.next()?.1, fields.next()?.1);
    if algorithm.element(OBJECT_IDENTIFIER)?.0 != RSA_ENCRYPTION {
        return None;
    }
    // The first octet counts the unused bits of the last one: none.
    let key = Der(bits.0.strip_prefix(&[0])?).element(SEQUENCE)?.0;
    let mut numbers = Der(key).fields()?;
    let (modulus, exponent) = (numbers.next()?.1, numbers.next()?.1);
    Some(PublicKey {
        modulus: without_leading_zero(modulus.0),
        exponent: without_leading_zero(exponent.0),
    })
}

/// A positive integer whose first bit is set has a zero octet in front.
fn without_leading_zero(integer: &[u8]) -> Vec<u8> {
    integer.strip_prefix(&[0]).unwrap_or(integer).to_vec()
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` (RFC 5280 section 4.1.2.5).
fn time((tag, text): (u8, Der<'_>)) -> Option<UnixTime> {
    let text = str::from_utf8(text.0).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let year: u64 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 } else { 1900 } + year, text.get(2..)?)
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let number = |at: usize| rest.get(at..at + 2)?.parse::<u64>().ok();
    UnixTime::from_civil(year, number(0)?, number(2)?)
        .map(|day| UnixTime(day.0 + time_of_day(number(4), number(6), number(8))))
}

fn time_of_day(hour: Option<u64>, minute: Option<u64>, second: Option<u64>) -> u64 {
    let (hour, minute) = (hour.unwrap_or_default(), minute.unwrap_or_default());
    hour * 3600 + minute * 60 + second.unwrap_or_default()
}

/// The content of an element of the distinguished encoding (ITU-T X.690).
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The first element's content, if it has this tag, and what follows the element.
    fn element(self, expected: u8) -> Option<(&'a [u8], &'a [u8])> {
        let (tag, content, rest) = self.first()?;
        (tag == expected).then_some((content, rest))
    }

    /// All elements in a row, with their tags.
    fn fields(self) -> Option<Peekable<IntoIter<(u8, Self)>>> {
        let mut fields = Vec::new();
        let mut rest = self;
        while !rest.0.is_empty() {
            let (tag, content, after) = rest.first()?;
            fields.push((tag, Self(content)));
            rest = Self(after);
        }
        Some(fields.into_iter().peekable())
    }

    fn first(self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (length, rest) = match usize::from(*length) {
            short @ 0..0x80 => (short, rest),
            long => {
                let (octets, rest) = rest.split_at_checked(long - 0x80)?;
                let length = octets.iter().try_fold(0_usize, |length, octet| {
                    length.checked_mul(256)?.checked_add(usize::from(*octet))
                })?;
                (length, rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length)?;
        Some((*tag, content, rest))
    }
}

const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = include_str!("../../key/client-credential/client-certificate.pem");
    const EXPIRED: &str = include_str!("../../key/client-credential/expired-certificate.pem");

    #[test]
    fn validity_is_the_certificates_own() {
        for (pem, seconds, is_valid) in [
            (VALID, 1_577_836_799, false),
            (VALID, 1_577_836_800, true),
            (VALID, 4_102_444_799, true),
            (VALID, 4_102_444_800, false),
            (EXPIRED, 1_577_836_800, true),
            (EXPIRED, 1_577_836_801, false),
        ] {
            let certificate = Certificate::from_pem(pem).unwrap();
            assert_eq!(certificate.is_valid_at(UnixTime(seconds)), is_valid);
        }
    }

    #[test]
    fn both_certificates_hold_one_key() {
        let (valid, expired) = (
            Certificate::from_pem(VALID).unwrap(),
            Certificate::from_pem(EXPIRED).unwrap(),
        );
        assert_eq!(valid.key, expired.key);
        assert_ne!(valid.thumbprint, expired.thumbprint);
        assert_eq!(valid.key.modulus.len(), 256);
        assert_eq!(valid.thumbprint.len(), 27);
        assert_eq!(valid.sha256_thumbprint.len(), 43);
    }

    #[test]
    fn other_text_is_no_certificate() {
        for text in [
            "",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            include_str!("../../key/client-credential/client-private-key.pem"),
        ] {
            assert!(Certificate::from_pem(text).is_none());
        }
    }
}
