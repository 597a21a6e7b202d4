//! PKCS#12 (PFX) files: certificates and a private key under one password.
//!
//! [RFC 7292](https://www.rfc-editor.org/rfc/rfc7292). Password integrity only: files that are signed instead are as rare as files
//! with a secret bag, and both are not read.

use std::borrow::Cow;

use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{AnyRef, Decode, Encode, Sequence};
use zeroize::Zeroizing;

use super::ber;
use super::fault::Fault;
use super::mac::MacData;
use super::password_encryption::{AlgorithmIdentifier, EncryptedPrivateKey, Password};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const ENCRYPTED_KEY_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const NESTED_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.6");

/// Nobody nests bags at all; keeps a hostile file from costing stack.
const DEEPEST: usize = 4;

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
    let der = ber::to_der(bytes).ok_or(Fault::Damaged)?;
    let file = Pfx::from_der(&der).map_err(|_| Fault::Damaged)?;
    if file.version != 3 {
        return Err(Fault::Damaged);
    }
    if file.content.content_type != DATA {
        return Err(Fault::UnknownCipher);
    }
    let content = octets(file.content.content)?;
    let mut fault = Fault::WrongPassword;
    for password in candidates(password) {
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

/// The password in the forms that programs give it. One that the file does not need is no error: a variable may have been set for
/// another file.
fn candidates(password: Option<&str>) -> Vec<Password> {
    let given = password.filter(|password| !password.is_empty());
    let old = given.filter(|password| !password.is_ascii());
    let given = given.map(Password::new).into_iter();
    let none = [Password::new(""), Password::absent()];
    given
        .chain(old.map(Password::by_bytes))
        .chain(none)
        .collect()
}

fn open_with(
    content: &[u8],
    mac: Option<&MacData<'_>>,
    password: &Password,
) -> Result<Contents, Fault> {
    if let Some(mac) = mac {
        mac.check(password, content)?;
    }
    let contents = Contents::read(content, password);
    match (contents, mac) {
        // The code says that the password is right.
        (Err(Fault::WrongPassword), Some(_)) => Err(Fault::TwoPasswords),
        (contents, _) => contents,
    }
}

fn decrypted(content: AnyRef<'_>, password: &Password) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let encrypted: EncryptedData<'_> = content.decode_as().map_err(|_| Fault::Damaged)?;
    let info = encrypted.info;
    let data = match info.content {
        Some(content) => pieces(content)?,
        None => Cow::Borrowed(&[][..]),
    };
    info.algorithm.decrypt(password, &data)
}

/// The bytes of an implicitly tagged OCTET STRING, which may have been written in pieces.
fn pieces(content: AnyRef<'_>) -> Result<Cow<'_, [u8]>, Fault> {
    if !der::Tagged::tag(&content).is_constructed() {
        return Ok(Cow::Borrowed(content.value()));
    }
    let mut all = Vec::with_capacity(content.value().len());
    let mut rest = content.value();
    while !rest.is_empty() {
        let (piece, behind) = AnyRef::from_der_partial(rest).map_err(|_| Fault::Damaged)?;
        all.extend_from_slice(piece.value());
        rest = behind;
    }
    Ok(Cow::Owned(all))
}

/// The bytes of an OCTET STRING.
fn octets(any: AnyRef<'_>) -> Result<&[u8], Fault> {
    any.decode_as::<&OctetStringRef>()
        .map(OctetStringRef::as_bytes)
        .map_err(|_| Fault::Damaged)
}

impl Contents {
    fn read(content: &[u8], password: &Password) -> Result<Self, Fault> {
        let der = ber::to_der(content).ok_or(Fault::Damaged)?;
        let safes = Vec::<ContentInfo<'_>>::from_der(&der).map_err(|_| Fault::Damaged)?;
        let mut contents = Self::default();
        for safe in safes {
            let bags = match safe.content_type {
                DATA => Zeroizing::new(octets(safe.content)?.to_vec()),
                ENCRYPTED_DATA => decrypted(safe.content, password)?,
                // A safe that is encrypted for somebody's certificate.
                _ => return Err(Fault::UnknownCipher),
            };
            // What was decrypted with the wrong key can end in good padding; then this is where it shows.
            let bags = ber::to_der(&bags).ok_or(Fault::WrongPassword)?;
            contents.add_bags(&bags, password, DEEPEST)?;
        }
        Ok(contents)
    }

    fn add_bags(&mut self, bags: &[u8], password: &Password, depth: usize) -> Result<(), Fault> {
        let bags = Vec::<SafeBag<'_>>::from_der(bags).map_err(|_| Fault::WrongPassword)?;
        for bag in bags {
            let value = Zeroizing::new(bag.value.to_der().map_err(|_| Fault::Damaged)?);
            match bag.id {
                KEY_BAG => self.keys.push(value),
                ENCRYPTED_KEY_BAG => {
                    let key =
                        EncryptedPrivateKey::from_der(&value).map_err(|_| Fault::DamagedKey)?;
                    self.keys.push(key.decrypt(password)?);
                }
                CERTIFICATE_BAG => {
                    let bag = CertificateBag::from_der(&value).map_err(|_| Fault::Damaged)?;
                    if bag.id == X509 {
                        self.certificates.push(bag.value.as_bytes().to_vec());
                    }
                }
                NESTED_BAG if depth > 0 => self.add_bags(&value, password, depth - 1)?,
                // Revocation lists and secrets.
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
    /// Not in the order that the rules ask for, as often as not.
    attributes: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct EncryptedContentInfo<'a> {
    content_type: ObjectIdentifier,
    algorithm: AlgorithmIdentifier<'a>,
    content: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct SafeBag<'a> {
    id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: AnyRef<'a>,
    attributes: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct CertificateBag<'a> {
    id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: &'a OctetStringRef,
}
