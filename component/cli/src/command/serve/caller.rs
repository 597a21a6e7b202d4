//! Somebody who may ask: a name for the audit, and a secret that only they have.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::admission::TOKEN_PATH;
use crate::input::random;
use crate::input::secret::Secret;
use crate::output::error::Error;

/// Bytes: nobody guesses 256 bits.
const SECRET_LENGTH: usize = 32;

/// One caller.
pub(super) struct Caller {
    pub(super) name: String,
    secret: Secret,
}

impl Caller {
    /// With a new secret, and the name of its program or its file without folder and ending.
    pub(super) fn called_after(path: &str) -> Result<Self, Error> {
        let bytes = Zeroizing::new(random::bytes::<SECRET_LENGTH>()?);
        Ok(Self {
            name: name(path),
            secret: Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())),
        })
    }

    /// In a time that tells nothing about the secret.
    pub(super) fn has(&self, secret: &str) -> bool {
        let own = self.secret.reveal().as_bytes();
        own.ct_eq(secret.as_bytes()).into()
    }

    /// What libraries look for.
    pub(super) fn variables(&self, origin: &str, imds: bool) -> Vec<(String, String)> {
        let own = [
            ("IDENTITY_ENDPOINT", format!("{origin}{TOKEN_PATH}")),
            ("IDENTITY_HEADER", self.secret.reveal().to_owned()),
        ];
        let imds = imds.then(|| ("AZURE_POD_IDENTITY_AUTHORITY_HOST", origin.to_owned()));
        let all = own.into_iter().chain(imds);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The same as a file of variables, as container engines read it.
    pub(super) fn file(&self, origin: &str, imds: bool) -> Zeroizing<String> {
        let lines = self.variables(origin, imds).into_iter();
        Zeroizing::new(
            lines
                .map(|(name, value)| format!("{name}={value}\n"))
                .collect(),
        )
    }
}

#[cfg(test)]
impl Caller {
    pub(super) fn with_secret(name: &str, secret: &str) -> Self {
        Self {
            name: name.to_owned(),
            secret: Secret::new(secret.to_owned()),
        }
    }
}

fn name(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    match stem.is_empty() {
        true => file.to_owned(),
        false => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_called_after_its_file() {
        for (path, expected) in [
            ("web.env", "web"),
            ("/run/secrets/web.env", "web"),
            (r"C:\run\web.exe", "web"),
            (".env", ".env"),
            ("python3", "python3"),
            ("python3.11", "python3"),
        ] {
            assert_eq!(name(path), expected, "{path}");
        }
    }

    #[test]
    fn every_caller_has_a_secret_of_its_own() {
        let [one, other] = ["a", "a"].map(|name| Caller::called_after(name).unwrap());
        let secret = one.secret.reveal().to_owned();
        assert_eq!(secret.len(), 43);
        assert!(one.has(&secret) && !other.has(&secret));
        assert!(!one.has("") && !one.has(&secret[1..]));
        let file = one.file("http://127.0.0.1:8401", true);
        let expected = format!(
            "IDENTITY_ENDPOINT=http://127.0.0.1:8401/token\nIDENTITY_HEADER={secret}\nAZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8401\n"
        );
        assert_eq!(*file, expected);
        assert_eq!(one.variables("http://127.0.0.1:8401", false).len(), 2);
    }
}
