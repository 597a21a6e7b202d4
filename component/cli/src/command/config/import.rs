//! `config import`: all of a file, or nothing of it.

use super::draft::{self, Draft, Existing};
use super::passphrase_options::{PassphraseOptions, Stdin};
use crate::bindings::prompt::{self, Echo};
use crate::clap::{self, Args};
use crate::input::environment::variable;
use crate::input::file;
use crate::input::named::{self, Named};
use crate::input::{stdin, text};
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::printable::printable;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::clear_text;
use crate::profile::document::ProfileDocument;
use crate::profile::fields;
use crate::profile::saved;
use crate::profile::stored_secrets;
use crate::profile::transfer::{self, Content, Parcel};

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config import team-profiles.json
  entra-auth-cli config import -i backup.enc -n restored
  echo \"$PASSPHRASE\" | entra-auth-cli config import -i backup.enc --overwrite
  cat profiles.json | entra-auth-cli config import --dry-run

Reads what `config export` writes, JSON with one profile or several, and the
encrypted exports of the .NET tool of the same name. The passphrase comes from
--passphrase-file, --passphrase-stdin, ENTRA_AUTH_CLI_EXPORT_PASSPHRASE, the
first line of stdin unless the import itself is there, or is asked for.";

/// Flags of `config import`.
#[derive(Args)]
pub(crate) struct Import {
    /// File to import; `-` is stdin [default: what is piped in]
    #[arg(value_name = "FILE", group = "from")]
    argument: Option<String>,

    /// The same
    #[arg(
        short,
        long,
        visible_short_alias = 'f',
        visible_alias = "file",
        value_name = "FILE",
        group = "from"
    )]
    input: Option<String>,

    /// Another name for the profile, if the file has only one
    #[arg(short, long, value_name = "NAME")]
    name: Option<String>,

    /// Replace profiles of the same name
    #[arg(long, visible_alias = "force")]
    overwrite: bool,

    /// Say what would be imported, and change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    passphrase: PassphraseOptions,
}

/// What becomes of a profile whose name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conflict {
    Overwrite,
    Rename,
    Skip,
}

impl Named for Conflict {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Skip, "Skip"),
        (Self::Overwrite, "Overwrite"),
        (Self::Rename, "Rename"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[];
    const NOUN: &'static str = "answer";
}

impl Import {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let parcels = self.parcels(output)?;
        if parcels.is_empty() {
            return Err(Error::bad_arguments(
                "there is no profile in it",
                "name a file that `entra-auth-cli config export` wrote",
            ));
        }
        let parcels = self.named(parcels, output)?;
        let document = saved::load()?;
        let drafts = self.drafts(parcels, &document, output)?;
        if self.dry_run {
            output.result(&plan(&drafts, &document))?;
            return Ok(ExitCode::Done);
        }
        check_store(&drafts, output)?;
        let (imported, lack_secret): (Vec<Profile>, Vec<bool>) = drafts
            .iter()
            .map(|draft| (draft.profile.clone(), lacks_secret(draft)))
            .unzip();
        draft::save_all(drafts, output)?;
        for (profile, lacks_secret) in imported.iter().zip(lack_secret) {
            let name = &profile.name;
            output.notice(&format!(
                "✓ Profile '{name}' imported: {}",
                profile.audience()
            ));
            if lacks_secret {
                output.notice(&format!(
                    "  It has no secret yet: `entra-auth-cli config edit -p {name} --client-secret -`"
                ));
            }
        }
        for warning in clear_text::warnings(&imported) {
            output.notice(&warning);
        }
        Ok(ExitCode::Done)
    }

    fn parcels(&self, output: &Output) -> Result<Vec<Parcel>, Error> {
        let (text, stream) = match self.path()? {
            Some(path) => (
                text::decoded("the file", &file::read(&path, text::LIMIT)?)?,
                Stdin::Free,
            ),
            None => {
                if self.given().is_none() {
                    stdin::expect("an export", "name its file with `--input`", output)?;
                }
                (text::decoded("the input", &stdin::bytes()?)?, Stdin::Taken)
            }
        };
        match transfer::recognize(&text)? {
            Content::Plain(text) => transfer::from_plain(&text),
            Content::Encrypted(encrypted) => {
                transfer::from_plain(&self.passphrase.open(&encrypted, stream, output)?)
            }
        }
    }

    /// The file as it was named, be it `-`.
    fn given(&self) -> Option<&str> {
        self.argument.as_deref().or(self.input.as_deref())
    }

    /// The file that was named, or the answer of a person.
    fn path(&self) -> Result<Option<String>, Error> {
        match self.given() {
            Some("-") => Ok(None),
            Some(path) => Ok(Some(path.to_owned())),
            None if stdin::is_terminal() => {
                let path = prompt::ask("File to import: ", Echo::Shown)?;
                Ok(Some(path.trim().to_owned()))
            }
            None => Ok(None),
        }
    }

    fn named(&self, mut parcels: Vec<Parcel>, output: &Output) -> Result<Vec<Parcel>, Error> {
        if let Some(name) = &self.name {
            let [only] = parcels.as_mut_slice() else {
                return Err(Error::bad_arguments(
                    format!(
                        "the file has {} profiles, and one name is given",
                        parcels.len()
                    ),
                    "leave `--name` out",
                ));
            };
            only.profile.name = fields::name(name.trim())?;
        }
        for parcel in &mut parcels {
            let name = imported_name(&parcel.profile.name)?;
            if name != parcel.profile.name {
                output.notice(&format!(
                    "profile '{}' is imported as '{name}'",
                    parcel.profile.name
                ));
                parcel.profile.name = name;
            }
            for member in &parcel.left_out {
                output.notice(&format!(
                    "`{member}` of profile '{}' is left out: it may be a secret",
                    parcel.profile.name
                ));
            }
        }
        check_names(&parcels)?;
        Ok(parcels)
    }

    fn drafts(
        &self,
        parcels: Vec<Parcel>,
        document: &ProfileDocument,
        output: &Output,
    ) -> Result<Vec<Draft>, Error> {
        let mut drafts: Vec<Draft> = Vec::with_capacity(parcels.len());
        let mut taken = Vec::new();
        for parcel in parcels {
            let mut draft = Draft {
                profile: parcel.profile,
                client_secret: parcel.client_secret,
                certificate_password: parcel.certificate_password,
                existing: Existing::Keep,
            };
            if let Some(existing) = document.find(&draft.profile.name) {
                let of_same_client = existing.has_client_of(&draft.profile);
                match self.conflict(&draft.profile.name, output)? {
                    Some(Conflict::Skip) => continue,
                    Some(Conflict::Overwrite) => {
                        draft.existing = match of_same_client {
                            true => Existing::ReplaceButSecrets,
                            false => Existing::Replace,
                        };
                    }
                    Some(Conflict::Rename) => {
                        draft.profile.name = free_name(&draft.profile.name, document, &drafts);
                    }
                    None => taken.push(draft.profile.name.clone()),
                }
            }
            drafts.push(draft);
        }
        match taken.as_slice() {
            [] => Ok(drafts),
            taken => Err(already_exist(taken)),
        }
    }

    /// Nothing if nobody says.
    fn conflict(&self, name: &str, output: &Output) -> Result<Option<Conflict>, Error> {
        if self.overwrite {
            return Ok(Some(Conflict::Overwrite));
        }
        if !output.can_ask() {
            return Ok(None);
        }
        output.instruction(&format!("Profile '{name}' already exists."));
        output.instructions(&named::menu::<Conflict>());
        loop {
            let answer = prompt::ask("Skip, overwrite or rename: ", Echo::Shown)?;
            match named::pick(&answer) {
                Ok(conflict) => return Ok(Some(conflict)),
                Err(bad) => output.instruction(&bad.message),
            }
        }
    }
}

/// By the same rule as the name of a new profile.
fn imported_name(name: &str) -> Result<String, Error> {
    fields::imported_name(name).map_err(|bad| {
        Error::bad_arguments(
            format!(
                "the file has a profile whose name cannot be used: {}",
                bad.message
            ),
            "give it another one with `--name`, or in the file",
        )
    })
}

fn check_names(parcels: &[Parcel]) -> Result<(), Error> {
    for (index, parcel) in parcels.iter().enumerate() {
        let name = &parcel.profile.name;
        let mut others = parcels.iter().skip(index + 1);
        if others.any(|other| other.profile.name.eq_ignore_ascii_case(name)) {
            return Err(Error::bad_arguments(
                format!("the file has profile '{name}' more than once"),
                "correct the file",
            ));
        }
    }
    Ok(())
}

fn already_exist(names: &[String]) -> Error {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let (noun, verb) = match names.len() {
        1 => ("profile", "exists"),
        _ => ("profiles", "exist"),
    };
    Error::bad_arguments(
        format!("{noun} {} already {verb}", quoted.join(", ")),
        "add `--overwrite`, or `--name` for another name; nothing was imported",
    )
}

/// `name-2`, or the next number that nobody has.
fn free_name(name: &str, document: &ProfileDocument, drafts: &[Draft]) -> String {
    let is_free = |candidate: &String| {
        document.find(candidate).is_none()
            && drafts.iter().all(|draft| draft.profile.name != *candidate)
    };
    (2..)
        .map(|number| format!("{name}-{number}"))
        .find(is_free)
        .unwrap_or_default()
}

/// Secrets that come along need a place. Whoever can be asked chooses a passphrase for one, unless a store was chosen.
fn check_store(drafts: &[Draft], output: &Output) -> Result<(), Error> {
    let has_secret =
        |draft: &Draft| draft.client_secret.is_some() || draft.certificate_password.is_some();
    let can_make = output.can_ask() && variable("ENTRA_AUTH_CLI_SECRET_STORE").is_none();
    if can_make || !drafts.iter().any(has_secret) {
        return Ok(());
    }
    match stored_secrets::why_none_can_be() {
        None => Ok(()),
        Some(reason) => Err(Error::general(
            format!("the import has secrets, and there is nowhere to keep them: {reason}"),
            "set ENTRA_AUTH_CLI_SECRET_STORE to `file` and ENTRA_AUTH_CLI_PASSPHRASE, or import what was exported without secrets; nothing was imported",
        )),
    }
}

fn lacks_secret(draft: &Draft) -> bool {
    draft.client_secret.is_none()
        && draft.existing != Existing::ReplaceButSecrets
        && draft.profile.auth_method().ok() == Some(AuthMethod::ClientSecret)
}

/// One line a profile: whom it is about, and so where its secret goes.
fn plan(drafts: &[Draft], document: &ProfileDocument) -> String {
    let lines: Vec<String> = drafts
        .iter()
        .map(|draft| {
            let name = &draft.profile.name;
            let verb = match document.find(name) {
                Some(_) => "replace",
                None => "create",
            };
            let secrets = match (&draft.client_secret, &draft.certificate_password) {
                (None, None) => "",
                _ => " with its secret",
            };
            let whom = draft.profile.audience();
            printable(&format!("{verb} {name}{secrets}: {whom}"))
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_profile_takes_the_next_free_number() {
        let document = ProfileDocument::parse(r#"[{"name":"a"},{"name":"a-2"}]"#).unwrap();
        assert_eq!(free_name("a", &document, &[]), "a-3");
        assert_eq!(
            free_name("a", &document, &[Draft::of(Profile::named("a-3"))]),
            "a-4"
        );
        assert_eq!(free_name("b", &document, &[]), "b-2");
    }

    #[test]
    fn a_name_stands_once_in_a_file() {
        for (text, is_good) in [
            (r#"[{"name":"a"},{"name":"b"}]"#, true),
            (r#"[{"name":"a"},{"name":"A"}]"#, false),
        ] {
            let parcels = transfer::from_plain(text).unwrap();
            assert_eq!(check_names(&parcels).is_ok(), is_good, "{text}");
        }
    }
}
