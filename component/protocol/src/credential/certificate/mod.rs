//! A certificate with its private key, by which an application proves who it is.
//!
//! [Certificate credentials](https://learn.microsoft.com/entra/identity-platform/certificate-credentials), from a PKCS#12 file or
//! from PEM. RSA only, for Entra takes nothing else in a client assertion. No trust is decided here: whether the certificate is
//! registered, revoked or expired is Entra's to say.

mod ber;
mod fault;
mod key;
mod legacy_pem;
mod mac;
mod password_encryption;
mod pem;
mod pkcs12;
mod unwrapped;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20::ChaCha20Rng;
use der::Decode;
use rsa::PrivateKey as RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pss::SigningKey;
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use sha2::{Digest, Sha256};
use x509_cert::Certificate as X509;

use self::fault::Fault;
use self::key::PrivateKey;
use self::unwrapped::unwrapped;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// A file with a long chain has some ten kilobytes.
pub const MAX_FILE_SIZE: usize = 1024 * 1024;

/// A certificate, the private key that belongs to it, and the certificates of those who vouch for it.
#[derive(Clone)]
pub struct Certificate {
    /// DER, the certificate itself first, then each one's issuer as far as they were given.
    chain: Vec<Vec<u8>>,
    key: RsaPrivateKey,
    not_before: Timestamp,
    expires_at: Timestamp,
}

impl Certificate {
    /// Reads a PKCS#12 file, or PEM that holds certificate and key; the key may also come as PEM or DER of its own.
    ///
    /// Of several certificates it takes the one that the key belongs to. An expired certificate is read like any other: ask
    /// [`Certificate::validity_at`].
    pub fn parse(
        content: &[u8],
        private_key: Option<&[u8]>,
        password: Option<&Secret>,
    ) -> Result<Self, Impossible> {
        let password = password.map(Secret::expose);
        let remark = password.and_then(text::remark);
        Self::read(content, private_key, password).map_err(|fault| fault.into_impossible(remark))
    }

    fn read(
        content: &[u8],
        private_key: Option<&[u8]>,
        password: Option<&str>,
    ) -> Result<Self, Fault> {
        if content.is_empty() {
            return Err(Fault::Empty);
        }
        if content.len().max(private_key.map_or(0, <[u8]>::len)) > MAX_FILE_SIZE {
            return Err(Fault::TooLarge);
        }
        let (certificates, keys) = match private_key {
            Some(private_key) => (
                read_content(&unwrapped(content), password)?.0,
                read_keys(&unwrapped(private_key), password)?,
            ),
            None => read_content(&unwrapped(content), password)?,
        };
        if certificates.is_empty() {
            return Err(Fault::NoCertificate);
        }
        if keys.is_empty() {
            return Err(Fault::NoPrivateKey);
        }
        Self::from_parts(certificates, &keys)
    }

    fn from_parts(certificates: Vec<Vec<u8>>, keys: &[PrivateKey]) -> Result<Self, Fault> {
        let certificates = certificates
            .into_iter()
            .map(|der| Ok((X509::from_der(&der).map_err(|_| Fault::DamagedPem)?, der)))
            .collect::<Result<Vec<_>, Fault>>()?;
        let mut fault = None;
        for key in keys {
            let key = match key.to_rsa() {
                Ok(key) => key,
                // Another key in the file may be the one.
                Err(other) => {
                    fault.get_or_insert(other);
                    continue;
                }
            };
            let public = key
                .to_public_key()
                .to_pkcs1_der()
                .map_err(|_| Fault::Damaged)?;
            let own = certificates.iter().position(|(certificate, _)| {
                let info = certificate.tbs_certificate().subject_public_key_info();
                info.subject_public_key.as_bytes() == Some(public.as_bytes())
            });
            if let Some(own) = own {
                return Self::from_chain(chain(&certificates, own), key);
            }
        }
        Err(fault.unwrap_or(Fault::OtherKey))
    }

    fn from_chain(chain: Vec<&(X509, Vec<u8>)>, key: RsaPrivateKey) -> Result<Self, Fault> {
        let (certificate, _) = chain.first().ok_or(Fault::NoCertificate)?;
        let validity = certificate.tbs_certificate().validity();
        let seconds = |time: x509_cert::time::Time| {
            Timestamp::from_unix_seconds(time.to_unix_duration().as_secs())
        };
        Ok(Self {
            not_before: seconds(validity.not_before),
            expires_at: seconds(validity.not_after),
            chain: chain.into_iter().map(|(_, der)| der.clone()).collect(),
            key,
        })
    }

    /// From when on the certificate is valid.
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// From when on the certificate is not valid any more.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// What the certificate's own times say about `now`. Anything but valid is worth a warning and no refusal: Entra decides.
    pub fn validity_at(&self, now: Timestamp) -> CertificateValidity {
        if self.expires_at < now {
            CertificateValidity::Expired
        } else if now < self.not_before {
            CertificateValidity::NotYetValid
        } else {
            CertificateValidity::Valid
        }
    }

    /// SHA-256 of the certificate as base64url without padding, as `x5t#S256` has it
    /// ([RFC 7515 section 4.1.8](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.8)).
    pub fn thumbprint(&self) -> String {
        let own = self.chain.first().map(Vec::as_slice).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(Sha256::digest(own))
    }

    /// The certificate and its issuers as base64 with padding, as `x5c` has them.
    pub(crate) fn to_x5c(&self) -> Vec<String> {
        self.chain.iter().map(|der| STANDARD.encode(der)).collect()
    }

    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes ([RFC 7518 section 3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5)).
    /// Salt and blinding come from `random`. Fails if the key is too short for its own signature.
    pub(crate) fn sign(
        &self,
        message: &[u8],
        random: &mut ChaCha20Rng,
    ) -> Result<Vec<u8>, Impossible> {
        let key = SigningKey::<Sha256>::new(self.key.clone());
        let signature = key
            .try_sign_with_rng(random, message)
            .map_err(|_| Impossible::new("the private key of the certificate cannot sign"))?;
        Ok(signature.to_vec())
    }
}

/// Leaves the private key out.
impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint())
            .finish_non_exhaustive()
    }
}

/// What a certificate's own times say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateValidity {
    /// Within its time.
    Valid,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
}

/// Follows issuers by name from the certificate itself; what does not belong to it stays behind.
fn chain(certificates: &[(X509, Vec<u8>)], own: usize) -> Vec<&(X509, Vec<u8>)> {
    let mut chain: Vec<&(X509, Vec<u8>)> = certificates.get(own).into_iter().collect();
    while let Some((last, _)) = chain.last() {
        let issuer = last.tbs_certificate().issuer();
        let next = certificates.iter().find(|candidate| {
            candidate.0.tbs_certificate().subject() == issuer
                && !chain.iter().any(|member| member.1 == candidate.1)
        });
        match next {
            Some(next) => chain.push(next),
            None => break,
        }
    }
    chain
}

fn read_content(
    content: &[u8],
    password: Option<&str>,
) -> Result<(Vec<Vec<u8>>, Vec<PrivateKey>), Fault> {
    if pem::is_pem(content) {
        let contents = pem::read(content, password)?;
        return match contents.other {
            Some(other) if contents.certificates.is_empty() => Err(other),
            _ => Ok((contents.certificates, contents.keys)),
        };
    }
    // All begin like any DER; a certificate and a key are ones without further ado.
    if X509::from_der(content).is_ok() {
        return Ok((vec![content.to_vec()], Vec::new()));
    }
    if let Some(key) = PrivateKey::of_der(content) {
        return Ok((Vec::new(), vec![key]));
    }
    match pkcs12::open(content, password) {
        Ok(contents) => {
            let keys = contents.keys.into_iter().map(PrivateKey::Pkcs8).collect();
            Ok((contents.certificates, keys))
        }
        Err(Fault::Damaged) => Err(Fault::of_unknown(content)),
        Err(fault) => Err(fault),
    }
}

fn read_keys(private_key: &[u8], password: Option<&str>) -> Result<Vec<PrivateKey>, Fault> {
    if pem::is_pem(private_key) {
        return Ok(pem::read(private_key, password)?.keys);
    }
    if let Some(key) = PrivateKey::of_der(private_key) {
        return Ok(vec![key]);
    }
    match pem::decrypted(private_key, password) {
        Ok(key) => Ok(vec![PrivateKey::Pkcs8(key)]),
        // A PFX may hold the key alone.
        Err(Fault::DamagedKey) => {
            let keys = pkcs12::open(private_key, password).map_or_else(
                |fault| match fault {
                    Fault::Damaged => Ok(Vec::new()),
                    fault => Err(fault),
                },
                |contents| Ok(contents.keys),
            )?;
            Ok(keys.into_iter().map(PrivateKey::Pkcs8).collect())
        }
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "pä$$ wörd";

    macro_rules! file {
        ($name:literal) => {
            include_bytes!(concat!("../../../../../tests/vectors/certificates/", $name)).as_slice()
        };
    }

    /// The content, and the private key if it is a file of its own.
    type Files<'a> = (&'a [u8], Option<&'a [u8]>);

    fn der(pem: &[u8]) -> Vec<u8> {
        pem::read(pem, None).unwrap().certificates.remove(0)
    }

    fn fault(content: &[u8], key: Option<&[u8]>, password: Option<&str>) -> Option<Fault> {
        Certificate::read(content, key, password).err()
    }

    #[test]
    fn a_certificate_is_read_from_every_kind_of_file() {
        let certificate = file!("certificate.pem");
        let own = der(certificate);
        let with_key = [certificate, file!("key-pkcs8.pem")].concat();
        let key_first = [file!("key-pkcs1.pem"), b"Bag Attributes\n", certificate].concat();
        let with_encrypted_key = [certificate, file!("key-encrypted.pem")].concat();
        let dos = String::from_utf8(with_key.clone())
            .unwrap()
            .replace('\n', "\r\n");
        let text = String::from_utf8(with_key.clone()).unwrap();
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xef\xbb\xbf", with_key.as_slice()].concat();
        let written_out = text.replace('\n', "\\n");
        let blanks = text.replace('\n', " ");
        let pem_as_base64 = STANDARD.encode(&text);
        let pfx_as_base64 = STANDARD.encode(file!("new.pfx"));
        let pfx_in_lines = pfx_as_base64.split_at(64);
        let pfx_in_lines = format!("{}\r\n{}\r\n", pfx_in_lines.0, pfx_in_lines.1);
        let pfx_in_quotes = format!("\"{pfx_as_base64}\"\n");
        let pfx_in_json =
            format!(r#"{{"contentType":"application/x-pkcs12","value":"{pfx_as_base64}"}}"#);
        let pfx_and_more = [file!("new.pfx"), b"\r\n"].concat();
        let two_keys = [file!("ec-key.pem"), with_key.as_slice()].concat();
        let key_der = pem::read(file!("key-pkcs8.pem"), None)
            .unwrap()
            .keys
            .remove(0);
        let PrivateKey::Pkcs8(key_der) = key_der else {
            panic!("the file has a PKCS#8 key")
        };
        let rows: [(&str, Files<'_>, Option<&str>); 33] = [
            (
                "PFX, AES-256 and SHA-256",
                (file!("new.pfx"), None),
                Some(PASSWORD),
            ),
            (
                "PFX, RC2, Triple DES and SHA-1",
                (file!("old.pfx"), None),
                Some(PASSWORD),
            ),
            (
                "PFX, Triple DES throughout",
                (file!("old-3des.pfx"), None),
                Some(PASSWORD),
            ),
            ("PFX, SHA-512", (file!("sha512.pfx"), None), Some(PASSWORD)),
            (
                "PFX, not authenticated",
                (file!("no-mac.pfx"), None),
                Some(PASSWORD),
            ),
            ("PFX, no password", (file!("no-password.pfx"), None), None),
            (
                "PFX, empty password",
                (file!("no-password.pfx"), None),
                Some(""),
            ),
            (
                "PFX, password not needed",
                (file!("no-password.pfx"), None),
                Some("x"),
            ),
            (
                "PFX, not encrypted",
                (file!("no-password-no-encryption.pfx"), None),
                None,
            ),
            (
                "PFX, password absent",
                (file!("no-encryption-python.pfx"), None),
                None,
            ),
            ("PEM, one file", (&with_key, None), None),
            ("PEM, key first, PKCS#1", (&key_first, None), None),
            ("PEM, line ends of DOS", (dos.as_bytes(), None), None),
            ("PEM, password not needed", (&with_key, None), Some("x")),
            (
                "PEM, encrypted key",
                (&with_encrypted_key, None),
                Some(PASSWORD),
            ),
            (
                "two files, PKCS#8",
                (certificate, Some(file!("key-pkcs8.pem"))),
                None,
            ),
            (
                "two files, PKCS#1",
                (certificate, Some(file!("key-pkcs1.pem"))),
                None,
            ),
            (
                "two files, key of RFC 8018 and Triple DES",
                (certificate, Some(file!("key-encrypted-3des.pem"))),
                Some(PASSWORD),
            ),
            (
                "two files, key under scrypt",
                (certificate, Some(file!("key-encrypted-scrypt.pem"))),
                Some(PASSWORD),
            ),
            (
                "two files, key in the manner of PKCS#12",
                (certificate, Some(file!("key-encrypted-pkcs12.pem"))),
                Some(PASSWORD),
            ),
            ("DER both", (&own, Some(&key_der)), None),
            ("PEM as UTF-16", (&utf_16, None), None),
            ("PEM with a mark", (&marked, None), None),
            (
                "PEM whose line ends were written out",
                (written_out.as_bytes(), None),
                None,
            ),
            (
                "PEM whose line ends became blanks",
                (blanks.as_bytes(), None),
                None,
            ),
            ("PEM as base64", (pem_as_base64.as_bytes(), None), None),
            (
                "PFX as base64",
                (pfx_as_base64.as_bytes(), None),
                Some(PASSWORD),
            ),
            (
                "PFX as base64 in lines",
                (pfx_in_lines.as_bytes(), None),
                Some(PASSWORD),
            ),
            (
                "PFX as base64 in quotes",
                (pfx_in_quotes.as_bytes(), None),
                Some(PASSWORD),
            ),
            (
                "PFX as Key Vault's JSON",
                (pfx_in_json.as_bytes(), None),
                Some(PASSWORD),
            ),
            (
                "PFX with a line end behind",
                (&pfx_and_more, None),
                Some(PASSWORD),
            ),
            (
                "key that the first OpenSSL encrypted",
                (certificate, Some(file!("key-encrypted-old.pem"))),
                Some("x"),
            ),
            ("key of another kind first", (&two_keys, None), None),
        ];
        for (name, (content, key), password) in rows {
            let certificate = Certificate::read(content, key, password)
                .unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            assert_eq!(certificate.chain, [own.as_slice()], "{name}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_its_reason() {
        let certificate = file!("certificate.pem");
        let cut_pfx = file!("new.pfx").get(..1000).unwrap();
        let cut_pem = certificate.get(..500).unwrap();
        let mut altered = file!("new.pfx").to_vec();
        altered[800] ^= 1;
        let large = vec![0x30; MAX_FILE_SIZE + 1];
        let nested = "-----BEGIN -----BEGIN -----END ".repeat(1000);
        let rows: [(&str, Files<'_>, Option<&str>, Fault); 33] = [
            (
                "wrong password",
                (file!("new.pfx"), None),
                Some("x"),
                Fault::WrongPassword,
            ),
            (
                "wrong password, old",
                (file!("old.pfx"), None),
                Some("x"),
                Fault::WrongPassword,
            ),
            (
                "wrong password, not authenticated",
                (file!("no-mac.pfx"), None),
                Some("x"),
                Fault::WrongPassword,
            ),
            (
                "no password",
                (file!("new.pfx"), None),
                None,
                Fault::PasswordMissing,
            ),
            (
                "empty password",
                (file!("new.pfx"), None),
                Some(""),
                Fault::WrongPassword,
            ),
            (
                "case of the password",
                (file!("new.pfx"), None),
                Some("PÄ$$ WÖRD"),
                Fault::WrongPassword,
            ),
            (
                "altered",
                (&altered, None),
                Some(PASSWORD),
                Fault::WrongPassword,
            ),
            (
                "PFX without key",
                (file!("no-key.pfx"), None),
                Some(PASSWORD),
                Fault::NoPrivateKey,
            ),
            (
                "PFX without certificate",
                (file!("no-certificate.pfx"), None),
                Some(PASSWORD),
                Fault::NoCertificate,
            ),
            (
                "elliptic curve, PFX",
                (file!("ec.pfx"), None),
                Some(PASSWORD),
                Fault::NotRsa("an elliptic curve key"),
            ),
            (
                "elliptic curve, PKCS#8",
                (file!("ec-certificate.pem"), Some(file!("ec-key.pem"))),
                None,
                Fault::NotRsa("an elliptic curve key"),
            ),
            (
                "elliptic curve, its own form",
                (file!("ec-certificate.pem"), Some(file!("ec-key-sec1.pem"))),
                None,
                Fault::NotRsa("an elliptic curve key"),
            ),
            (
                "key of another",
                (certificate, Some(file!("other-key.pem"))),
                None,
                Fault::OtherKey,
            ),
            (
                "key of another beside a PFX",
                (file!("new.pfx"), Some(file!("other-key.pem"))),
                Some(PASSWORD),
                Fault::OtherKey,
            ),
            (
                "certificate alone",
                (certificate, None),
                None,
                Fault::NoPrivateKey,
            ),
            (
                "certificate alone, DER",
                (&der(certificate), None),
                None,
                Fault::NoPrivateKey,
            ),
            (
                "certificate as the key",
                (certificate, Some(certificate)),
                None,
                Fault::NoPrivateKey,
            ),
            (
                "key alone",
                (file!("key-pkcs8.pem"), None),
                None,
                Fault::NoCertificate,
            ),
            (
                "wrong password of a key",
                (certificate, Some(file!("key-encrypted.pem"))),
                Some("x"),
                Fault::WrongPassword,
            ),
            (
                "wrong password of an old key",
                (certificate, Some(file!("key-encrypted-3des.pem"))),
                Some("x"),
                Fault::WrongPassword,
            ),
            (
                "no password of a key",
                (certificate, Some(file!("key-encrypted.pem"))),
                None,
                Fault::PasswordMissing,
            ),
            (
                "key encrypted by the first OpenSSL",
                (certificate, Some(file!("key-encrypted-old.pem"))),
                Some(PASSWORD),
                Fault::WrongPassword,
            ),
            (
                "no password of a key that the first OpenSSL encrypted",
                (certificate, Some(file!("key-encrypted-old.pem"))),
                None,
                Fault::PasswordMissing,
            ),
            ("nothing", (b"", None), None, Fault::Empty),
            ("no DER", (b"Hello, world", None), None, Fault::Damaged),
            ("cut PFX", (cut_pfx, None), Some(PASSWORD), Fault::Damaged),
            ("cut PEM", (cut_pem, None), None, Fault::CutPem),
            (
                "PEM within PEM",
                (nested.as_bytes(), None),
                None,
                Fault::CutPem,
            ),
            (
                "an error page",
                (b"<!DOCTYPE html><title>Bad gateway</title>", None),
                None,
                Fault::of_unknown(b"<"),
            ),
            (
                "a Java keystore",
                (b"\xfe\xed\xfe\xed\0\0\0\x02", None),
                None,
                Fault::of_unknown(b"\xfe\xed\xfe\xed"),
            ),
            (
                "a request",
                (b"-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n", None),
                None,
                Fault::OtherFile(
                    "a request for a certificate and not the certificate itself",
                    "give the certificate that was issued for it, together with the private key",
                ),
            ),
            (
                "no base64 in it",
                (b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", None),
                None,
                Fault::DamagedPem,
            ),
            ("large", (&large, None), None, Fault::TooLarge),
        ];
        for (name, (content, key), password, expected) in rows {
            assert_eq!(fault(content, key, password), Some(expected), "{name}");
        }
    }

    #[test]
    fn a_chain_is_put_in_order_and_strangers_stay_behind() {
        let leaf = der(file!("leaf.pem"));
        let from_pfx = Certificate::read(file!("chain.pfx"), None, Some(PASSWORD)).unwrap();
        let any_order = file!("chain-any-order.pem");
        let from_pem = Certificate::read(any_order, Some(file!("key-pkcs8.pem")), None).unwrap();
        assert_eq!(from_pfx.chain.len(), 3);
        assert_eq!(from_pfx.chain[0], leaf);
        assert_eq!(from_pem.chain, from_pfx.chain);
        assert_eq!(from_pem.thumbprint().len(), 43);
    }

    #[test]
    fn an_expired_certificate_is_read_and_says_so() {
        let content = file!("expired-certificate.pem");
        let certificate = Certificate::read(content, Some(file!("key-pkcs8.pem")), None).unwrap();
        let rows = [
            (1_577_836_799, CertificateValidity::NotYetValid),
            (1_577_836_800, CertificateValidity::Valid),
            (1_609_459_200, CertificateValidity::Valid),
            (1_609_459_201, CertificateValidity::Expired),
        ];
        for (now, expected) in rows {
            let now = Timestamp::from_unix_seconds(now);
            assert_eq!(certificate.validity_at(now), expected, "{now:?}");
        }
        assert_eq!(certificate.not_before().unix_seconds(), 1_577_836_800);
        assert_eq!(certificate.expires_at().unix_seconds(), 1_609_459_200);
    }

    #[test]
    fn no_cut_of_a_file_makes_it_panic() {
        for file in [
            file!("new.pfx"),
            file!("old.pfx"),
            file!("key-encrypted.pem"),
        ] {
            for end in (0..file.len()).step_by(97) {
                assert!(Certificate::read(&file[..end], None, Some("")).is_err());
            }
        }
    }

    #[test]
    fn debug_output_shows_no_key() {
        let certificate = Certificate::read(file!("new.pfx"), None, Some(PASSWORD)).unwrap();
        let shown = format!("{certificate:?}");
        assert_eq!(
            shown,
            format!(
                "Certificate {{ thumbprint: {:?}, .. }}",
                certificate.thumbprint()
            )
        );
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        let error = Certificate::parse(b"", None, None).unwrap_err();
        assert_eq!(error.message(), "the certificate file is empty");
        assert!(error.hint().is_some());
    }
}
