//! Profiles on their way out of and into files, with their secrets or without.
//!
//! Without secrets: JSON in the canonical form of a profile, or of the document where there are
//! several. With secrets: the same JSON with `clientSecret` and `certificatePassword`, sealed (see
//! `sealed`). Files of the .NET tool of the same name are read too (see `dotnet`).

mod dotnet;
mod parcel;
mod sealed;

use serde_json::{Value, json};
use zeroize::Zeroizing;

pub(crate) use self::parcel::Parcel;
pub(crate) use self::sealed::wrong_passphrase;
use crate::input::secret::Secret;
use crate::output::civil_time;
use crate::output::error::Error;
use crate::output::json::to_json;
use crate::profile::document::ProfileDocument;

/// What a file turns out to be.
pub(crate) enum Content {
    Plain(String),
    /// Opened by a passphrase.
    Encrypted(Encrypted),
}

/// An encrypted file and who made it.
pub(crate) enum Encrypted {
    Dotnet(String),
    Sealed(String),
}

/// Tell the kinds of files apart.
pub(crate) fn recognize(text: &str) -> Result<Content, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::bad_arguments(
            "the import is empty",
            "the command that should have written it may have failed",
        ));
    }
    if sealed::is_sealed(text) {
        Ok(Content::Encrypted(Encrypted::Sealed(text.to_owned())))
    } else if text.starts_with(['{', '[']) {
        Ok(Content::Plain(text.to_owned()))
    } else if dotnet::is_dotnet(text) {
        Ok(Content::Encrypted(Encrypted::Dotnet(text.to_owned())))
    } else {
        Err(Error::bad_arguments(
            "the import is neither JSON nor an encrypted export",
            "give a file that `entra-auth-cli config export` wrote; it may have been cut off",
        ))
    }
}

impl Encrypted {
    /// Nothing where the passphrase is another one, or the file was changed.
    pub(crate) fn open(&self, passphrase: &Secret) -> Result<Option<Zeroizing<String>>, Error> {
        match self {
            Self::Dotnet(text) => Ok(dotnet::open(passphrase, text)),
            Self::Sealed(text) => sealed::open(passphrase, text),
        }
    }
}

/// One profile as an object, several as a document.
pub(crate) fn to_plain(parcels: &[Parcel]) -> String {
    match parcels {
        [only] => to_json(&Value::from(only.members())),
        _ => to_json(&document(parcels)),
    }
}

/// Everything, for the holder of the passphrase.
pub(crate) fn to_sealed(parcels: &[Parcel], passphrase: &Secret) -> Result<String, Error> {
    let text = Zeroizing::new(document(parcels).to_string());
    sealed::seal(passphrase, &text)
}

/// From any documented form.
pub(crate) fn from_plain(text: &str) -> Result<Vec<Parcel>, Error> {
    let bad = |problem: String| {
        Error::bad_arguments(
            format!("failed to parse profile: {problem}"),
            "it has to be a profile, a list of profiles, or an object with `profiles`",
        )
    };
    if let Some(parcel) = dotnet::parcel(text) {
        return Ok(vec![parcel.map_err(bad)?]);
    }
    let document = ProfileDocument::parse(text).map_err(bad)?;
    Ok(document.profiles.into_iter().map(Parcel::of).collect())
}

fn document(parcels: &[Parcel]) -> Value {
    let profiles: Vec<_> = parcels.iter().map(Parcel::members).collect();
    json!({
        "profiles": profiles,
        "exportedAt": civil_time::rfc3339(civil_time::now()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart() {
        let kind = |text: &str| match recognize(text) {
            Ok(Content::Plain(_)) => "plain",
            Ok(Content::Encrypted(Encrypted::Dotnet(_))) => "dotnet",
            Ok(Content::Encrypted(Encrypted::Sealed(_))) => "sealed",
            Err(_) => "unknown",
        };
        for (text, expected) in [
            ("{\"name\": \"p\"}", "plain"),
            (" [ ]", "plain"),
            ("entra-auth-cli export 1\n", "sealed"),
            ("entra-auth-cli export 9", "sealed"),
            (&"QUJD\r\n".repeat(32), "dotnet"),
            (&"QUJD".repeat(4), "unknown"),
            ("name: p", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn secrets_leave_the_profile_and_come_back() {
        let text = r#"{"name":"p","client_secret":"s","CertificatePassword":"c","x":1}"#;
        let mut parcels = from_plain(text).unwrap();
        let parcel = parcels.pop().unwrap();
        assert_eq!(parcel.profile.others.keys().collect::<Vec<_>>(), ["x"]);
        assert_eq!(parcel.client_secret.as_ref().map(Secret::reveal), Some("s"));
        let again = from_plain(&to_plain(&[parcel])).unwrap();
        let password = again[0].certificate_password.as_ref();
        assert_eq!(password.map(Secret::reveal), Some("c"));
    }

    #[test]
    fn what_was_sealed_opens_again_whole() {
        let passphrase = Secret::new("correct horse".to_owned());
        let parcels = from_plain(r#"[{"name":"a","clientSecret":"é"},{"name":"b"}]"#).unwrap();
        let text = to_sealed(&parcels, &passphrase).unwrap();
        let Ok(Content::Encrypted(encrypted)) = recognize(&text) else {
            panic!("not recognized: {text}");
        };
        let opened = from_plain(&encrypted.open(&passphrase).unwrap().unwrap()).unwrap();
        assert_eq!(opened.len(), 2);
        assert_eq!(
            opened[0].client_secret.as_ref().map(Secret::reveal),
            Some("é")
        );
        assert!(opened[1].client_secret.is_none());
    }
}
