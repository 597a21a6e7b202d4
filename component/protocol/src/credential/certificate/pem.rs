//! PEM: certificates and private keys as text.
//!
//! [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468). Text between blocks is skipped, as OpenSSL writes bag attributes there; within
//! a block there is only base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::Decode;
use zeroize::Zeroizing;

use super::ber;
use super::fault::Fault;
use super::key::{ELLIPTIC_CURVE, PrivateKey};
use super::legacy_pem;
use super::password_encryption::{EncryptedPrivateKey, Password};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// What a text holds that is of use here.
#[derive(Default)]
pub(super) struct Contents {
    /// DER of X.509 certificates, in the text's order.
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) keys: Vec<PrivateKey>,
    /// What was there instead of a certificate.
    pub(super) other: Option<Fault>,
}

/// Whether the bytes are text with at least one block in it.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    bytes
        .windows(BEGIN.len())
        .any(|window| window == BEGIN.as_bytes())
}

/// Reads every block; a key that is encrypted is opened with the password.
pub(super) fn read(bytes: &[u8], password: Option<&str>) -> Result<Contents, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::Damaged)?;
    let mut contents = Contents::default();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (label, after) = after.split_once(DASHES).ok_or(Fault::CutPem)?;
        let end = format!("{END}{label}{DASHES}");
        let (body, after) = after.split_once(&end).ok_or(Fault::CutPem)?;
        contents.add(label, body, password)?;
        rest = after;
    }
    Ok(contents)
}

impl Contents {
    fn add(&mut self, label: &str, body: &str, password: Option<&str>) -> Result<(), Fault> {
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => self.certificates.push(decoded(body)?.to_vec()),
            // Behind the certificate is what its owner trusts it for.
            "TRUSTED CERTIFICATE" => {
                let certificate = ber::to_der(&decoded(body)?).ok_or(Fault::DamagedPem)?;
                self.certificates.push(certificate.to_vec());
            }
            "RSA PRIVATE KEY" => self.keys.push(PrivateKey::Pkcs1(own_form(body, password)?)),
            "PRIVATE KEY" => self.keys.push(PrivateKey::Pkcs8(decoded(body)?)),
            "ENCRYPTED PRIVATE KEY" => {
                let key = decrypted(&decoded(body)?, password)?;
                self.keys.push(PrivateKey::Pkcs8(key));
            }
            "EC PRIVATE KEY" => self.keys.push(PrivateKey::Other(ELLIPTIC_CURVE)),
            "DSA PRIVATE KEY" => self.keys.push(PrivateKey::Other("a DSA key")),
            "OPENSSH PRIVATE KEY" => self.keys.push(PrivateKey::Other(
                "in the form of OpenSSH, which `ssh-keygen -p -m PEM -f KEY` changes if it is an RSA key",
            )),
            "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" => {
                self.other = Some(Fault::OtherFile(
                    "a bundle of certificates without a key (PKCS#7)",
                    "take the certificates out of it by `openssl pkcs7 -print_certs -in FILE -out certificates.pem`, and add the private key",
                ));
            }
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
                self.other = Some(Fault::OtherFile(
                    "a request for a certificate and not the certificate itself",
                    "give the certificate that was issued for it, together with the private key",
                ));
            }
            // Public keys and parameters.
            _ => {}
        }
        Ok(())
    }
}

/// A key of one algorithm's own form, which may be encrypted in the old manner.
fn own_form(body: &str, password: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Fault> {
    match legacy_pem::split(body) {
        (Some(header), data) => legacy_pem::decrypt(header, password, &decoded(data)?),
        (None, data) => decoded(data),
    }
}

fn decoded(body: &str) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    base64.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    // A buffer that had to grow would leave copies of the key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(base64.len()));
    STANDARD
        .decode_vec(&base64, &mut bytes)
        .map_err(|_| Fault::DamagedPem)?;
    Ok(bytes)
}

/// A key of PKCS#8 that is encrypted.
pub(super) fn decrypted(der: &[u8], password: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let key = EncryptedPrivateKey::from_der(der).map_err(|_| Fault::DamagedKey)?;
    let password = password.ok_or(Fault::PasswordMissing)?;
    key.decrypt(&Password::new(password))
}
