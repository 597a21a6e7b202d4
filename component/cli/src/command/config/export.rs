//! `config export`.

use super::passphrase_options::PassphraseOptions;
use super::profile_options::ProfileOptions;
use crate::bindings::files;
use crate::clap::{self, Args};
use crate::input::secret::Secret;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::auth_method::AuthMethod;
use crate::profile::document::ProfileDocument;
use crate::profile::saved;
use crate::profile::stored_secrets::stored;
use crate::profile::transfer::{self, Parcel};
use crate::profile::{PUBLIC_AUTHORITY, Profile};

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
ENTRA_AUTH_CLI_EXPORT_PASSPHRASE, or is asked for.
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
            let passphrase = self.passphrase.to_seal(output)?;
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
        let mut parcel = Parcel::without_secrets(profile.clone());
        if !self.include_secrets {
            return Ok(parcel);
        }
        let files = [&profile.certificate_path, &profile.private_key_path];
        for file in files.into_iter().flatten() {
            output.notice(&format!(
                "warning: `{file}`, which profile '{}' names, is a file of its own and not in the export",
                profile.name
            ));
        }
        match profile.auth_method() {
            Ok(AuthMethod::ClientSecret) => {
                parcel.client_secret = secret_of(profile, &profile.client_secret_name())?;
                if parcel.client_secret.is_none() {
                    output.notice(&format!(
                        "warning: profile '{}' has no stored secret",
                        profile.name
                    ));
                }
            }
            Ok(AuthMethod::Certificate) => {
                parcel.certificate_password =
                    secret_of(profile, &profile.certificate_password_name())?;
            }
            Ok(_) | Err(_) => {}
        }
        Ok(parcel)
    }
}

/// The secret, if it is for whom the profile names now: with the profile it would go there after the import.
fn secret_of(profile: &Profile, name: &str) -> Result<Option<Secret>, Error> {
    let Some(stored) = stored(name)? else {
        return Ok(None);
    };
    let is_for_profile = match &stored.audience {
        Some(audience) => audience.is_same(&profile.audience()),
        None => profile.authority() == PUBLIC_AUTHORITY,
    };
    if is_for_profile {
        return Ok(Some(Secret::new(stored.secret.to_string())));
    }
    let whom = stored.audience.map_or_else(
        || "nobody that is known".to_owned(),
        |audience| audience.to_string(),
    );
    Err(Error::bad_arguments(
        format!(
            "the secret of profile '{}' was stored for {whom}, not for what the profile names now",
            profile.name
        ),
        format!(
            "give it again by `entra-auth-cli config edit -p {}`, or export without `--include-secrets`",
            profile.name
        ),
    ))
}

fn counted(parcels: &[Parcel]) -> String {
    match parcels {
        [only] => format!("Profile '{}'", only.profile.name),
        _ => format!("{} profiles", parcels.len()),
    }
}
