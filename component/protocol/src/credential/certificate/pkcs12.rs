//! PKCS#12 (PFX) files: certificates and a private key under one password.
//!
//! [RFC 7292](https://www.rfc-editor.org/rfc/rfc7292), read with distinguished encoding rules. Password integrity only: files that
//! are signed instead are as rare as files with a secret bag, and both are not read.

use der::asn1::{ObjectIdentifier, OctetStringRef, SetOfVec};
use der::{AnyRef, Decode, Encode, Sequence};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::fault::Fault;
use super::password_encryption::{
    AlgorithmIdentifier, EncryptedPrivateKey, Password, Purpose, derive,
};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const ENCRYPTED_KEY_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// What a file holds that is of use here.
#[derive(Default)]
pub(super) struct Contents {
    /// DER of X.509 certificates, in the file's order.
    pub(super) certificates: Vec<Vec<u8>>,
    /// DER of PKCS#8 private keys.
    pub(super) keys: Vec<Zeroizing<Vec<u8>>>,
}

/// Opens a file with a password, or without one.
pub(super) fn open(bytes: &[u8], password: Option<&str>) -> Result<Contents, Fault> {
    let file = Pfx::from_der(bytes).map_err(|_| Fault::Damaged)?;
    if file.version != 3 || file.content.content_type != DATA {
        return Err(Fault::Damaged);
    }
    let content = octets(file.content.content)?;
    // A password that the file does not need is no error: a variable may have been set for another file.
    let given = password.filter(|password| !password.is_empty());
    let none = [Password::new(""), Password::absent()];
    let mut fault = Fault::WrongPassword;
    for password in given.map(Password::new).into_iter().chain(none) {
        match open_with(content, file.mac.as_ref(), &password) {
            Err(Fault::WrongPassword) => fault = Fault::WrongPassword,
            outcome => return outcome,
        }
    }
    if password.is_none() {
        fault = Fault::PasswordMissing;
    }
    Err(fault)
}

fn open_with(
    content: &[u8],
    mac: Option<&MacData<'_>>,
    password: &Password,
) -> Result<Contents, Fault> {
    if let Some(mac) = mac {
        mac.check(password, content)?;
    }
    let safes = Vec::<ContentInfo<'_>>::from_der(content).map_err(|_| Fault::Damaged)?;
    let mut contents = Contents::default();
    for safe in safes {
        let bags = match safe.content_type {
            DATA => Zeroizing::new(octets(safe.content)?.to_vec()),
            ENCRYPTED_DATA => decrypted(safe.content, password)?,
            // A safe that is encrypted for somebody's certificate.
            _ => return Err(Fault::UnknownCipher),
        };
        contents.add_bags(&bags, password)?;
    }
    Ok(contents)
}

fn decrypted(content: AnyRef<'_>, password: &Password) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let der = content.to_der().map_err(|_| Fault::Damaged)?;
    let encrypted = EncryptedData::from_der(&der).map_err(|_| Fault::Damaged)?;
    let data = encrypted
        .info
        .content
        .map_or(&[][..], |content| content.as_bytes());
    encrypted.info.algorithm.decrypt(password, data)
}

/// The bytes of an OCTET STRING.
fn octets(any: AnyRef<'_>) -> Result<&[u8], Fault> {
    any.decode_as::<&OctetStringRef>()
        .map(OctetStringRef::as_bytes)
        .map_err(|_| Fault::Damaged)
}

impl Contents {
    fn add_bags(&mut self, bags: &[u8], password: &Password) -> Result<(), Fault> {
        // What was decrypted with the wrong key can end in good padding; then this is where it shows.
        let bags = Vec::<SafeBag<'_>>::from_der(bags).map_err(|_| Fault::WrongPassword)?;
        for bag in bags {
            let value = Zeroizing::new(bag.value.to_der().map_err(|_| Fault::Damaged)?);
            match bag.id {
                KEY_BAG => self.keys.push(value),
                ENCRYPTED_KEY_BAG => {
                    let key = EncryptedPrivateKey::from_der(&value).map_err(|_| Fault::Damaged)?;
                    self.keys.push(key.decrypt(password)?);
                }
                CERTIFICATE_BAG => {
                    let bag = CertificateBag::from_der(&value).map_err(|_| Fault::Damaged)?;
                    if bag.id == X509 {
                        self.certificates.push(bag.value.as_bytes().to_vec());
                    }
                }
                // Revocation lists, secrets and nested bags.
                _ => {}
            }
        }
        Ok(())
    }
}

#[derive(Sequence)]
struct Pfx<'a> {
    version: u8,
    content: ContentInfo<'a>,
    mac: Option<MacData<'a>>,
}

#[derive(Sequence)]
struct ContentInfo<'a> {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: AnyRef<'a>,
}

#[derive(Sequence)]
struct EncryptedData<'a> {
    version: u8,
    info: EncryptedContentInfo<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    attributes: Option<SetOfVec<AnyRef<'a>>>,
}

#[derive(Sequence)]
struct EncryptedContentInfo<'a> {
    content_type: ObjectIdentifier,
    algorithm: AlgorithmIdentifier<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    content: Option<&'a OctetStringRef>,
}

#[derive(Sequence)]
struct SafeBag<'a> {
    id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: AnyRef<'a>,
    attributes: Option<SetOfVec<AnyRef<'a>>>,
}

#[derive(Sequence)]
struct CertificateBag<'a> {
    id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: &'a OctetStringRef,
}

#[derive(Sequence)]
struct MacData<'a> {
    mac: DigestInfo<'a>,
    salt: &'a OctetStringRef,
    #[asn1(default = "once")]
    iterations: u32,
}

const fn once() -> u32 {
    1
}

#[derive(Sequence)]
struct DigestInfo<'a> {
    algorithm: AlgorithmIdentifier<'a>,
    digest: &'a OctetStringRef,
}

impl MacData<'_> {
    fn check(&self, password: &Password, content: &[u8]) -> Result<(), Fault> {
        match self.mac.algorithm.oid {
            SHA1 => self.check_with::<64, Hmac<Sha1>, Sha1>(password, content, 20),
            SHA256 => self.check_with::<64, Hmac<Sha256>, Sha256>(password, content, 32),
            SHA384 => self.check_with::<128, Hmac<Sha384>, Sha384>(password, content, 48),
            SHA512 => self.check_with::<128, Hmac<Sha512>, Sha512>(password, content, 64),
            _ => Err(Fault::UnknownCipher),
        }
    }

    fn check_with<const BLOCK: usize, M, D>(
        &self,
        password: &Password,
        content: &[u8],
        size: usize,
    ) -> Result<(), Fault>
    where
        M: Mac + KeyInit,
        D: sha2::Digest,
    {
        let salt = self.salt.as_bytes();
        let key = derive::<BLOCK, D>(password, salt, self.iterations, Purpose::Mac, size)?;
        let mut mac = <M as KeyInit>::new_from_slice(&key).map_err(|_| Fault::Damaged)?;
        mac.update(content);
        mac.verify_slice(self.mac.digest.as_bytes())
            .map_err(|_| Fault::WrongPassword)
    }
}
