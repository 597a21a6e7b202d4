//! `config migrate`: secrets that the .NET tool of the same name has left on Linux.
//!
//! It keeps each in a file of its own, `<SHA-256 of the key in hexadecimal>.dat`, every byte changed by the same
//! constant. That hides a secret from nobody, so whoever could read the file may know it.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::bindings::errors::Fault;
use crate::bindings::files;
use crate::clap::{self, Args};
use crate::input::secret::Secret;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::credential_id;
use crate::profile::document::ProfileDocument;
use crate::profile::saved;
use crate::profile::stored_secrets::{SecretChanges, stored};

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config migrate ~/.config/azadtool/secure --dry-run
  entra-auth-cli config migrate ~/.config/azadtool/secure

Profiles of the .NET tool are read where they are, or taken over by
`config import`; this adds the secrets that it keeps in files on Linux.
A secret that is stored already stays. The files stay too: they are not
encrypted, so replace those secrets in Entra, then delete the folder.";

/// What every byte is combined with (exclusive or).
const MASK: u8 = 0xAA;

/// Far more than any secret of Entra's or password has.
const LIMIT: u32 = 64 * 1024;

/// Flags of `config migrate`.
#[derive(Args)]
pub(crate) struct Migrate {
    /// Folder of the .NET tool's files, such as ~/.config/azadtool/secure
    #[arg(value_name = "FOLDER")]
    folder: String,

    /// Say what would be taken over, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// A secret that a profile may have: what it is called here, and there.
struct Kind {
    noun: &'static str,
    name: fn(&Profile) -> String,
    older_suffix: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind {
        noun: "client secret",
        name: Profile::client_secret_name,
        older_suffix: "secret",
    },
    Kind {
        noun: "certificate password",
        name: Profile::certificate_password_name,
        older_suffix: "cert-password",
    },
];

impl Migrate {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let document = saved::load()?;
        let mut changes = SecretChanges::default();
        let mut lines = Vec::new();
        let mut changed = Vec::new();
        for profile in document.sorted() {
            for kind in &KINDS {
                let Some(taken) = self.take(profile, kind)? else {
                    continue;
                };
                let (verb, secret) = taken;
                lines.push(format!("{verb} the {} of {}", kind.noun, profile.name));
                if let Some(secret) = secret {
                    changes.store((kind.name)(profile), &secret, profile.audience());
                    changed.push(profile.name.clone());
                }
            }
        }
        if lines.is_empty() {
            return Err(self.nothing_found(&document));
        }
        if !self.dry_run {
            changes.apply_with(|document| renewed(document, &changed))?;
        }
        lines.push(format!(
            "Replace these secrets in Entra, then delete {}: its files are not encrypted.",
            self.folder
        ));
        output.result(&lines.join("\n"))?;
        Ok(ExitCode::Done)
    }

    /// What becomes of one secret, and the secret if it is to be stored; nothing if there is none.
    fn take(
        &self,
        profile: &Profile,
        kind: &Kind,
    ) -> Result<Option<(&'static str, Option<Secret>)>, Error> {
        let Some(secret) = self.older_secret(&profile.name, kind)? else {
            return Ok(None);
        };
        Ok(Some(match stored(&(kind.name)(profile))? {
            Some(_) => ("kept", None),
            None if self.dry_run => ("would take", Some(secret)),
            None => ("took", Some(secret)),
        }))
    }

    fn older_secret(&self, profile: &str, kind: &Kind) -> Result<Option<Secret>, Error> {
        let key = format!("profile:{profile}:{}", kind.older_suffix);
        for file in file_names(&key) {
            let path = format!("{}/{file}", self.folder.trim_end_matches('/'));
            match files::read(&path, LIMIT) {
                Ok(content) => return unmasked(content, &path).map(Some),
                Err(failure) if failure.fault == Fault::Absent => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(None)
    }

    fn nothing_found(&self, document: &ProfileDocument) -> Error {
        Error::general(
            format!("{} has no secret of a saved profile", self.folder),
            format!(
                "check the folder, and that the profiles are here: {}",
                saved::known_names(document)
            ),
        )
    }
}

/// The profiles of these names have another credential from now on.
fn renewed(document: &mut ProfileDocument, names: &[String]) -> Result<(), Error> {
    for profile in &mut document.profiles {
        if names.contains(&profile.name) {
            profile.credential_id = Some(credential_id::new()?);
        }
    }
    Ok(())
}

/// In the spelling of either .NET formatter.
fn file_names(key: &str) -> [String; 2] {
    let mut digest = String::new();
    for byte in Sha256::digest(key.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(digest, "{byte:02x}");
    }
    [
        format!("{digest}.dat"),
        format!("{}.dat", digest.to_uppercase()),
    ]
}

fn unmasked(mut content: Vec<u8>, path: &str) -> Result<Secret, Error> {
    for byte in &mut content {
        *byte ^= MASK;
    }
    match String::from_utf8(content) {
        Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
        _ => Err(Error::general(
            format!("{path} holds no secret of the .NET tool"),
            "move that file away to take over the others; nothing was changed",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_the_digest_of_its_key() {
        let [lower, upper] = file_names("profile:my-api-client:secret");
        assert_eq!(
            lower,
            "fde116e4b5bbf95b3cfaf017056e60dd3bcfb2580a7d13bdbdc858b260ac947e.dat"
        );
        assert_eq!(upper.to_lowercase(), lower);
    }

    #[test]
    fn every_byte_is_unmasked() {
        let masked = vec![b'S' ^ MASK, b'3' ^ MASK, 0xc3 ^ MASK, 0xa9 ^ MASK];
        assert_eq!(unmasked(masked, "f").unwrap().reveal(), "S3é");
        for bad in [vec![], vec![0xff ^ MASK]] {
            let error = unmasked(bad, "f").err().unwrap();
            assert_eq!(error.message, "f holds no secret of the .NET tool");
        }
    }
}
