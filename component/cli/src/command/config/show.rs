//! `config show`.

use serde_json::{Map, Value};

use super::profile_options::ProfileOptions;
use crate::bindings::secret_writer;
use crate::clap::{self, Args};
use crate::command::format::{Format, structured};
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::description::{self, Row};
use crate::profile::in_use::{self, InUse, Source};
use crate::profile::saved;
use crate::profile::stored_secrets::stored as read;
use crate::request::cached_tokens;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config show -p my-api-client
  entra-auth-cli config show -p my-api-client --output json
  entra-auth-cli config show --storage      where secrets are kept, and why there

The built-in profile `demo` is always there: its tokens are made by this program
itself and are worth nothing anywhere else.";

/// Flags of `config show`.
#[derive(Args)]
pub(crate) struct Show {
    #[command(flatten)]
    which: ProfileOptions,

    /// Format: text, json or yaml
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Format>,

    /// Show the stored secret itself
    #[arg(long, conflicts_with = "storage")]
    show_secrets: bool,

    /// Show where secrets are kept on this machine
    #[arg(long, conflicts_with = "which")]
    storage: bool,
}

impl Show {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let format = self.output.unwrap_or(Format::Text);
        let (object, rows) = if self.storage {
            storage()?
        } else {
            self.profile(output)?
        };
        let text = || description::text(&rows);
        output.result(&structured(&Value::from(object), format).unwrap_or_else(text))?;
        Ok(ExitCode::Done)
    }

    fn profile(&self, output: &Output) -> Result<(Map<String, Value>, Vec<Row>), Error> {
        let in_use = match self.which.given() {
            // The built-in profile is there even where no document can be read.
            Some(name) => in_use::by_name(name)?,
            None => in_use::by_name(&self.which.name_or_only(&saved::load()?, output)?)?,
        };
        let mut object = description::members(&in_use.profile);
        let mut rows = description::rows(&in_use.profile);
        if in_use.source == Source::Demo {
            object.insert("note".to_owned(), Value::from(demo::WARNING));
        }
        if let Some(account) = cached_tokens::account(&in_use.profile) {
            object.insert("account".to_owned(), Value::from(account.as_str()));
            rows.push(("Signed In", Some(account)));
        }
        if let Some(stored) = SecretRow::of(&in_use) {
            let shown = match self.show_secrets {
                true => read(&stored.name)?,
                false => None,
            };
            if let Some(secret) = &shown {
                object.insert(
                    stored.member.to_owned(),
                    Value::from(secret.secret.as_str()),
                );
            }
            let text = shown.as_ref().map(|shown| shown.secret.as_str());
            rows.push((stored.label, stored.shown(text, self.show_secrets)));
            let audience = shown.and_then(|shown| shown.audience);
            if let Some(audience) = audience
                && !audience.is_same(&in_use.profile.audience())
            {
                rows.push(("Stored For", Some(audience.to_string())));
            }
        }
        Ok((object, rows))
    }
}

/// The secret that goes with a profile's method.
struct SecretRow {
    label: &'static str,
    member: &'static str,
    /// In the secret store.
    name: String,
}

impl SecretRow {
    /// Only saved profiles have any.
    fn of(in_use: &InUse) -> Option<Self> {
        let profile = &in_use.profile;
        if in_use.source != Source::Saved {
            return None;
        }
        match profile.auth_method().ok()? {
            AuthMethod::ClientSecret => Some(Self {
                label: "Client Secret",
                member: "clientSecret",
                name: profile.client_secret_name(),
            }),
            AuthMethod::Certificate if profile.cache_certificate_password => Some(Self {
                label: "Certificate Password",
                member: "certificatePassword",
                name: profile.certificate_password_name(),
            }),
            _ => None,
        }
    }

    /// Whether there is one is not looked up unless it is to be shown: that may take a person.
    fn shown(&self, secret: Option<&str>, is_asked: bool) -> Option<String> {
        match (secret, is_asked) {
            (Some(secret), _) => Some(secret.to_owned()),
            (None, true) => Some("none is stored".to_owned()),
            (None, false) => {
                let place = secret_writer::describe().ok()?.location;
                Some(format!("**** (kept in {place}; `--show-secrets` shows it)"))
            }
        }
    }
}

fn storage() -> Result<(Map<String, Value>, Vec<Row>), Error> {
    let storage = secret_writer::describe()?;
    let mut object = Map::new();
    let mut rows = Vec::new();
    for (member, label, text) in [
        ("kind", "Store", storage.kind),
        ("location", "Location", storage.location),
        ("reason", "Reason", storage.reason),
    ] {
        object.insert(member.to_owned(), Value::from(text.clone()));
        rows.push((label, Some(text)));
    }
    Ok((object, rows))
}
