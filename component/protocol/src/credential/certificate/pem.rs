//! PEM: certificates and private keys as text.
//!
//! [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468). Text between blocks is skipped, as OpenSSL writes bag attributes there; within
//! a block there is only base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::Decode;
use zeroize::Zeroizing;

use super::fault::Fault;
use super::password_encryption::{EncryptedPrivateKey, Password};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// What a text holds that is of use here.
#[derive(Default)]
pub(super) struct Contents {
    /// DER of X.509 certificates, in the text's order.
    pub(super) certificates: Vec<Vec<u8>>,
    /// DER of private keys.
    pub(super) keys: Vec<PrivateKey>,
}

/// A private key's DER, by its form.
pub(super) enum PrivateKey {
    /// [RFC 8017 appendix A.1.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2).
    Pkcs1(Zeroizing<Vec<u8>>),
    /// [RFC 5958](https://www.rfc-editor.org/rfc/rfc5958).
    Pkcs8(Zeroizing<Vec<u8>>),
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
        let (label, after) = after.split_once(DASHES).ok_or(Fault::Damaged)?;
        let end = format!("{END}{label}{DASHES}");
        let (body, after) = after.split_once(&end).ok_or(Fault::Damaged)?;
        contents.add(label, body, password)?;
        rest = after;
    }
    Ok(contents)
}

impl Contents {
    fn add(&mut self, label: &str, body: &str, password: Option<&str>) -> Result<(), Fault> {
        match label {
            "CERTIFICATE" => self.certificates.push(decoded(body)?.to_vec()),
            // The encryption of OpenSSL before 1.0, with MD5 over the password.
            "RSA PRIVATE KEY" if body.contains("ENCRYPTED") => return Err(Fault::OldPem),
            "RSA PRIVATE KEY" => self.keys.push(PrivateKey::Pkcs1(decoded(body)?)),
            "PRIVATE KEY" => self.keys.push(PrivateKey::Pkcs8(decoded(body)?)),
            "ENCRYPTED PRIVATE KEY" => {
                let key = decrypted(&decoded(body)?, password)?;
                self.keys.push(PrivateKey::Pkcs8(key));
            }
            "EC PRIVATE KEY" => return Err(Fault::EllipticCurve),
            "DSA PRIVATE KEY" | "OPENSSH PRIVATE KEY" => return Err(Fault::NotRsa),
            // Public keys, parameters, requests.
            _ => {}
        }
        Ok(())
    }
}

fn decoded(body: &str) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    base64.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    // A buffer that had to grow would leave copies of the key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(base64.len()));
    STANDARD
        .decode_vec(&base64, &mut bytes)
        .map_err(|_| Fault::Damaged)?;
    Ok(bytes)
}

fn decrypted(der: &[u8], password: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let password = password.ok_or(Fault::PasswordMissing)?;
    let key = EncryptedPrivateKey::from_der(der).map_err(|_| Fault::Damaged)?;
    key.decrypt(&Password::new(password))
}
