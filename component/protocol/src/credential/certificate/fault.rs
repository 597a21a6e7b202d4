//! What can be wrong with a certificate file, in words for the person who gave it.

use crate::value::impossible::Impossible;

/// Why there is no certificate to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Damaged,
    EllipticCurve,
    Empty,
    NoCertificate,
    NoPrivateKey,
    NotRsa,
    OldPem,
    OtherKey,
    PasswordMissing,
    TooCostly,
    TooLarge,
    UnknownCipher,
    WrongPassword,
}

impl Fault {
    pub(super) fn into_impossible(self) -> Impossible {
        let (message, hint) = match self {
            Self::Damaged => (
                "the certificate file is damaged or neither PKCS#12 nor PEM",
                "give a .pfx or .p12 file, or PEM with certificate and private key",
            ),
            Self::EllipticCurve => (
                "the private key is an elliptic curve key, and Entra takes RSA only",
                "create a certificate with an RSA key and register that",
            ),
            Self::Empty => (
                "the certificate file is empty",
                "give a .pfx or .p12 file, or PEM with certificate and private key",
            ),
            Self::NoCertificate => (
                "there is no certificate in the file",
                "give the certificate together with its private key",
            ),
            Self::NoPrivateKey => (
                "there is no private key in the file",
                "export the certificate with its private key, or give the key as a file of its own",
            ),
            Self::NotRsa => (
                "the private key is not an RSA key",
                "create a certificate with an RSA key and register that",
            ),
            Self::OldPem => (
                "the private key is encrypted in the old manner of OpenSSL",
                "convert it: `openssl pkcs8 -topk8 -in key.pem -out new-key.pem`",
            ),
            Self::OtherKey => (
                "the private key does not belong to the certificate",
                "give the key that the certificate was made with",
            ),
            Self::PasswordMissing => (
                "the certificate file is protected by a password",
                "store its password with the profile, by `--certificate-password -`, or set AZURE_CLIENT_CERTIFICATE_PASSWORD",
            ),
            Self::TooCostly => (
                "the certificate file asks for more computation than is reasonable",
                "export it again with ordinary settings",
            ),
            Self::TooLarge => (
                "the certificate file is larger than 1 MiB",
                "give a .pfx or .p12 file, or PEM with certificate and private key",
            ),
            Self::UnknownCipher => (
                "the certificate file is protected in a way that is not supported",
                "export it again with AES-256 and SHA-256",
            ),
            Self::WrongPassword => (
                "the password of the certificate file is wrong",
                "check the password; a file that was altered looks the same",
            ),
        };
        Impossible::new(message).with_hint(hint)
    }
}
