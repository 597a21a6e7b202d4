//! The code over a PKCS#12 file, by which a password is known to be the right one.
//!
//! [RFC 7292 appendix B](https://www.rfc-editor.org/rfc/rfc7292#appendix-B), and PBMAC1
//! ([RFC 9579](https://www.rfc-editor.org/rfc/rfc9579)), which OpenSSL writes in FIPS mode and Java since version 26.

use der::Sequence;
use der::asn1::{ObjectIdentifier, OctetStringRef};
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use pkcs5::pbes2::{Pbkdf2Params, Pbkdf2Prf};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::fault::Fault;
use super::password_encryption::{AlgorithmIdentifier, MOST_ITERATIONS, Password, Purpose, derive};

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.7");
const HMAC_SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.8");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const HMAC_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.10");
const HMAC_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.11");

#[derive(Sequence)]
pub(super) struct MacData<'a> {
    mac: DigestInfo<'a>,
    salt: &'a OctetStringRef,
    /// Absent means 1, which some programs write all the same.
    iterations: Option<u32>,
}

#[derive(Sequence)]
struct DigestInfo<'a> {
    algorithm: AlgorithmIdentifier<'a>,
    digest: &'a OctetStringRef,
}

#[derive(Sequence)]
struct Pbmac1Parameters<'a> {
    derivation: AlgorithmIdentifier<'a>,
    code: AlgorithmIdentifier<'a>,
}

impl MacData<'_> {
    pub(super) fn check(&self, password: &Password, content: &[u8]) -> Result<(), Fault> {
        match self.mac.algorithm.oid {
            SHA1 => self.check_with::<64, Hmac<Sha1>, Sha1>(password, content, 20),
            SHA224 => self.check_with::<64, Hmac<Sha224>, Sha224>(password, content, 28),
            SHA256 => self.check_with::<64, Hmac<Sha256>, Sha256>(password, content, 32),
            SHA384 => self.check_with::<128, Hmac<Sha384>, Sha384>(password, content, 48),
            SHA512 => self.check_with::<128, Hmac<Sha512>, Sha512>(password, content, 64),
            PBMAC1 => self.check_pbmac1(password, content),
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
        let iterations = self.iterations.unwrap_or(1);
        let key = derive::<BLOCK, D>(password, salt, iterations, Purpose::Mac, size)?;
        self.verify::<M>(&key, content)
    }

    /// Salt and iterations beside the algorithm's own are not used.
    fn check_pbmac1(&self, password: &Password, content: &[u8]) -> Result<(), Fault> {
        let parameters = self.mac.algorithm.parameters.ok_or(Fault::Damaged)?;
        let parameters: Pbmac1Parameters<'_> =
            parameters.decode_as().map_err(|_| Fault::Damaged)?;
        if parameters.derivation.oid != PBKDF2 {
            return Err(Fault::UnknownCipher);
        }
        let derivation = parameters.derivation.decoded::<Pbkdf2Params>()?;
        let key = pbkdf2(&derivation, password)?;
        match parameters.code.oid {
            HMAC_SHA1 => self.verify::<Hmac<Sha1>>(&key, content),
            HMAC_SHA224 => self.verify::<Hmac<Sha224>>(&key, content),
            HMAC_SHA256 => self.verify::<Hmac<Sha256>>(&key, content),
            HMAC_SHA384 => self.verify::<Hmac<Sha384>>(&key, content),
            HMAC_SHA512 => self.verify::<Hmac<Sha512>>(&key, content),
            _ => Err(Fault::UnknownCipher),
        }
    }

    fn verify<M: Mac + KeyInit>(&self, key: &[u8], content: &[u8]) -> Result<(), Fault> {
        let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| Fault::Damaged)?;
        mac.update(content);
        mac.verify_slice(self.mac.digest.as_bytes())
            .map_err(|_| Fault::WrongPassword)
    }
}

/// RFC 9579 section 4: without a length of the key nobody can know how long it is.
fn pbkdf2(parameters: &Pbkdf2Params, password: &Password) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let length = parameters.key_length.ok_or(Fault::Damaged)?;
    if parameters.iteration_count > MOST_ITERATIONS || !(16..=64).contains(&length) {
        return Err(Fault::TooCostly);
    }
    let derive = match parameters.prf {
        Pbkdf2Prf::HmacWithSha1 => pbkdf2_with::<Sha1>,
        Pbkdf2Prf::HmacWithSha224 => pbkdf2_with::<Sha224>,
        Pbkdf2Prf::HmacWithSha256 => pbkdf2_with::<Sha256>,
        Pbkdf2Prf::HmacWithSha384 => pbkdf2_with::<Sha384>,
        Pbkdf2Prf::HmacWithSha512 => pbkdf2_with::<Sha512>,
        _ => return Err(Fault::UnknownCipher),
    };
    Ok(derive(parameters, password, usize::from(length)))
}

fn pbkdf2_with<D: EagerHash>(
    parameters: &Pbkdf2Params,
    password: &Password,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; length]);
    let (password, salt) = (password.utf8(), parameters.salt.as_ref());
    ::pbkdf2::pbkdf2_hmac::<D>(password, salt, parameters.iteration_count, &mut key);
    key
}
