//! `config export`.

use clap::Args;

use super::passphrase_options::{PassphraseOptions, Stdin, Use};
use super::profile_options::ProfileOptions;
use crate::bindings::files;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::document::ProfileDocument;
use crate::profile::saved;
use crate::profile::stored_secrets::stored;
use crate::profile::transfer::{self, Parcel};

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config export -p my-api-client > my-api-client.json
  entra-auth-cli config export -o all-profiles.json
  entra-auth-cli config export -p my-api-client --include-secrets -o backup.enc

All profiles are exported unless one is named.
Without secrets the export is JSON. With secrets it is encrypted (Argon2id,
XChaCha20-Poly1305), as is every file whose name ends in `.enc`. The passphrase
comes from --passphrase-file, --passphrase-stdin, the variable
ENTRA_AUTH_CLI_EXPORT_PASSPHRASE, the first line of stdin, or is asked for.
Certificate files are not part of an export, only their paths.";

/// Flags of `config export`.
#[derive(Args)]
pub(crate) struct Export {
    /// All profiles unless one is named
    #[command(flatten)]
    which: ProfileOptions,

    /// File to write instead of stdout, for its owner's eyes alone
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,

    /// Export client secrets and certificate passwords too, encrypted
    #[arg(long)]
    include_secrets: bool,

    #[command(flatten)]
    passphrase: PassphraseOptions,
}

impl Export {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let document = saved::load()?;
        let parcels = self
            .chosen(&document)?
            .into_iter()
            .map(|profile| self.packed(profile, output))
            .collect::<Result<Vec<_>, _>>()?;
        let text = if self.is_encrypted() {
            let passphrase = self.passphrase.read(Use::Seal, Stdin::Free, output)?;
            transfer::to_sealed(&parcels, &passphrase)?
        } else {
            transfer::to_plain(&parcels)
        };
        match &self.output {
            Some(path) => {
                files::write(path, format!("{}\n", text.trim_end()).as_bytes())?;
                output.notice(&format!("✓ {} exported to {path}", counted(&parcels)));
            }
            None => output.result(&text)?,
        }
        Ok(ExitCode::Done)
    }

    fn chosen<'a>(&self, document: &'a ProfileDocument) -> Result<Vec<&'a Profile>, Error> {
        match self.which.given() {
            Some(name) => match document.find(name) {
                Some(profile) => Ok(vec![profile]),
                None => Err(saved::not_found(name, document)),
            },
            None if document.profiles.is_empty() => Err(Error::new(
                ExitCode::ProfileNotFound,
                "no profiles found",
                saved::known_names(document),
            )),
            None => Ok(document.sorted()),
        }
    }

    fn is_encrypted(&self) -> bool {
        let path = self.output.as_deref().unwrap_or_default();
        self.include_secrets || self.passphrase.are_given() || path.ends_with(".enc")
    }

    fn packed(&self, profile: &Profile, output: &Output) -> Result<Parcel, Error> {
        let mut parcel = Parcel {
            profile: profile.clone(),
            client_secret: None,
            certificate_password: None,
        };
        if !self.include_secrets {
            return Ok(parcel);
        }
        match profile.auth_method() {
            Ok(AuthMethod::ClientSecret) => {
                parcel.client_secret = stored(&profile.client_secret_name())?;
                if parcel.client_secret.is_none() {
                    output.notice(&format!(
                        "warning: profile '{}' has no stored secret",
                        profile.name
                    ));
                }
            }
            Ok(AuthMethod::Certificate) => {
                parcel.certificate_password = stored(&profile.certificate_password_name())?;
            }
            Ok(_) | Err(_) => {}
        }
        Ok(parcel)
    }
}

fn counted(parcels: &[Parcel]) -> String {
    match parcels {
        [only] => format!("Profile '{}'", only.profile.name),
        _ => format!("{} profiles", parcels.len()),
    }
}
