//! Exports of the .NET tool of the same name: base64 of salt (32 bytes), initialization vector (16)
//! and AES-256-CBC with PKCS #7 padding under a key of PBKDF2-HMAC-SHA-256. Inside is JSON with
//! `Profile`, `ClientSecret`, `CertificatePassword` and `ExportedAt`.
//!
//! They have no authentication tag: a wrong passphrase and a changed file look the same, and a
//! changed file may even open. They are only read.

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use serde_json::Value;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::parcel::Parcel;
use crate::input::json;
use crate::input::named::fold;
use crate::input::secret::Secret;
use crate::profile::Profile;

/// As that tool has it.
const ROUNDS: u32 = 100_000;
const SALT: usize = 32;
const VECTOR: usize = 16;
const BLOCK: usize = 16;

pub(super) fn is_dotnet(text: &str) -> bool {
    decoded(text).is_some()
}

/// Nothing if the passphrase is wrong, or the file was changed.
pub(super) fn open(passphrase: &Secret, text: &str) -> Option<Zeroizing<String>> {
    decrypted(passphrase, &decoded(text)?)
        .filter(|text| parcel(text).is_some_and(|parcel| parcel.is_ok()))
}

/// The profile in the decrypted JSON; nothing if it is JSON of another shape.
pub(super) fn parcel(text: &str) -> Option<Result<Parcel, String>> {
    let Value::Object(mut document) = json::parse(text).ok()? else {
        return None;
    };
    let mut take = |name: &str| {
        let key = document.keys().find(|key| fold(key) == name)?.clone();
        document.shift_remove(&key)
    };
    let Some(Value::Object(profile)) = take("profile") else {
        return None;
    };
    let mut secret = |name: &str| {
        let value = take(name)?;
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(Secret::new(text.to_owned()))
    };
    Some(Profile::from_json(profile).map(|profile| {
        let parcel = Parcel::of(profile);
        Parcel {
            client_secret: secret("clientsecret").or(parcel.client_secret),
            certificate_password: secret("certificatepassword").or(parcel.certificate_password),
            ..parcel
        }
    }))
}

/// Salt, vector and at least one whole block.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let dense: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(dense).ok()?;
    let length = bytes.len().checked_sub(SALT + VECTOR)?;
    (length > 0 && length % BLOCK == 0).then_some(bytes)
}

fn decrypted(passphrase: &Secret, bytes: &[u8]) -> Option<Zeroizing<String>> {
    let (salt, rest) = bytes.split_at_checked(SALT)?;
    let (vector, content) = rest.split_at_checked(VECTOR)?;
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(
        passphrase.reveal().as_bytes(),
        salt,
        ROUNDS,
        key.as_mut_slice(),
    );
    let plain = cbc::Decryptor::<Aes256>::new_from_slices(key.as_slice(), vector)
        .ok()?
        .decrypt_padded_vec::<Pkcs7>(content)
        .ok()?;
    String::from_utf8(plain).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_document_are_read() {
        for (text, expected) in [
            (
                r#"{"Profile":{"name":"p"},"ClientSecret":"s","CertificatePassword":null}"#,
                Some(Some("s")),
            ),
            (r#"{"profile":{"name":"p"},"clientSecret":""}"#, Some(None)),
            (r#"{"profile":"p","tenantId":"t"}"#, None),
            (r#"{"profiles":[]}"#, None),
            ("[]", None),
        ] {
            let found = parcel(text).map(|parcel| parcel.unwrap().client_secret);
            let found = found
                .as_ref()
                .map(|secret| secret.as_ref().map(Secret::reveal));
            assert_eq!(found, expected, "{text}");
        }
    }
}
