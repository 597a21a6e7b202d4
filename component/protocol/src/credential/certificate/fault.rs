//! What can be wrong with a certificate file, in words for the person who gave it.

use crate::value::impossible::Impossible;

/// Why there is no certificate to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    CutPem,
    Damaged,
    DamagedKey,
    DamagedPem,
    Empty,
    KeySize(&'static str),
    NoCertificate,
    NoPrivateKey,
    NotRsa(&'static str),
    OtherFile(&'static str, &'static str),
    OtherKey,
    PasswordMissing,
    TooCostly,
    TooLarge,
    TwoPasswords,
    UnknownCipher,
    WrongPassword,
}

/// What to give instead of a file that is of no use.
const WANTED: &str = "give a .pfx or .p12 file, or PEM with certificate and private key";

impl Fault {
    /// `password_remark` says what is odd about the form of the password, if anything is.
    pub(super) fn into_impossible(self, password_remark: Option<&str>) -> Impossible {
        let (message, hint) = match self {
            Self::NotRsa(kind) => {
                return Impossible::new(format!(
                    "the private key is {kind}, and Entra takes ordinary RSA keys only"
                ))
                .with_hint("create a certificate with an RSA key and register that, such as by `openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem`");
            }
            Self::KeySize(size) => {
                return Impossible::new(format!(
                    "the private key is an RSA key of {size} bits, which cannot be used here"
                ))
                .with_hint(
                    "create a certificate with an RSA key of 2048 to 4096 bits and register that",
                );
            }
            Self::OtherFile(kind, hint) => {
                return Impossible::new(format!("the certificate file is {kind}")).with_hint(hint);
            }
            Self::WrongPassword => {
                let hint = match password_remark {
                    Some(remark) => format!("the password that was given {remark}"),
                    None => "check the password; a file that was altered looks the same".to_owned(),
                };
                return Impossible::new("the password of the certificate file is wrong")
                    .with_hint(hint);
            }
            Self::PasswordMissing => {
                return Impossible::new("the certificate file is protected by a password")
                    .with_hint("store its password with the profile, by `--certificate-password -`, or set AZURE_CLIENT_CERTIFICATE_PASSWORD")
                    .for_want_of_secret();
            }
            Self::CutPem => (
                "the certificate file breaks off: a line `-----END …-----` is missing",
                "copy the file again, whole",
            ),
            Self::Damaged => (
                "the certificate file is damaged or neither PKCS#12 nor PEM",
                WANTED,
            ),
            Self::DamagedKey => (
                "the private key in the file is damaged",
                "see what `openssl pkey -check -noout -in FILE` says, and copy the key again",
            ),
            Self::DamagedPem => (
                "the certificate file is damaged: between two of its lines with dashes is no base64 of a certificate or key",
                "copy the file again, whole and without changes",
            ),
            Self::Empty => ("the certificate file is empty", WANTED),
            Self::NoCertificate => (
                "there is no certificate in the file",
                "give the certificate together with its private key",
            ),
            Self::NoPrivateKey => (
                "there is no private key in the file",
                "put both into one file, as `cat certificate.pem key.pem` does or an export as PFX; a profile may name the key by `--private-key-path`",
            ),
            Self::OtherKey => (
                "the private key does not belong to the certificate",
                "give the key that the certificate was made with",
            ),
            Self::TooCostly => (
                "the certificate file asks for more computation than is reasonable",
                "export it again with ordinary settings, such as by `openssl pkcs12 -in FILE -out all.pem -nodes`",
            ),
            Self::TooLarge => ("the certificate file is larger than 1 MiB", WANTED),
            Self::TwoPasswords => (
                "the password opens the certificate file, but not what is in it: it has two passwords",
                "write it anew with one: `openssl pkcs12 -twopass -in FILE -out all.pem -nodes`, then `openssl pkcs12 -export -in all.pem -out new.pfx`",
            ),
            Self::UnknownCipher => (
                "the certificate file is protected in a way that is not supported",
                "write it anew: `openssl pkcs12 -legacy -in FILE -out all.pem -nodes`, then `openssl pkcs12 -export -in all.pem -out new.pfx`; a key alone by `openssl pkey -in FILE -out new.pem`",
            ),
        };
        Impossible::new(message).with_hint(hint)
    }

    /// What a file is that is no certificate, by how it begins.
    pub(super) fn of_unknown(content: &[u8]) -> Self {
        let starts = |beginning: &[u8]| content.starts_with(beginning);
        if starts(b"\xfe\xed\xfe\xed") || starts(b"\xce\xce\xce\xce") {
            Self::OtherFile(
                "a Java keystore",
                "convert it: `keytool -importkeystore -srckeystore FILE -destkeystore new.p12 -deststoretype PKCS12`",
            )
        } else if starts(b"PK\x03\x04") {
            Self::OtherFile(
                "a ZIP archive",
                "unpack it and give the .pfx, .p12 or .pem file in it",
            )
        } else if starts(b"PuTTY-User-Key-File") {
            Self::OtherFile("a key of PuTTY", WANTED)
        } else if starts(b"ssh-") {
            Self::OtherFile("a public key of SSH", WANTED)
        } else if content.trim_ascii_start().starts_with(b"<") {
            Self::OtherFile(
                "an HTML or XML document",
                "download it again: this may be the page of an error or of a sign-in",
            )
        } else if content.trim_ascii_start().starts_with(b"{") {
            Self::OtherFile("a JSON document in which no certificate was found", WANTED)
        } else {
            Self::Damaged
        }
    }
}
