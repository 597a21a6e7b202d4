//! `config show`.

use clap::Args;
use serde_json::{Map, Value};

use super::list::with_documented_names;
use super::profile_options::{self, ProfileOptions};
use crate::bindings::secret_writer;
use crate::input::secret::Secret;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::format::{Format, structured};
use crate::output::printable::printable;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::in_use::{self, InUse, Source};
use crate::profile::saved;
use crate::profile::stored_secrets::stored;

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
    /// Profile to show
    #[arg(value_name = "NAME", group = "which")]
    argument: Option<String>,

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
        let text = || text(&rows);
        output.result(&structured(&Value::from(object), format).unwrap_or_else(text))?;
        Ok(ExitCode::Done)
    }

    fn profile(&self, output: &Output) -> Result<(Map<String, Value>, Vec<Row>), Error> {
        let in_use = match &self.argument {
            Some(name) => in_use::by_name(name)?,
            None => {
                let name = match self.which.given() {
                    Some(name) => name.to_owned(),
                    None => profile_options::asked(&saved::load()?, output)?,
                };
                in_use::by_name(&name)?
            }
        };
        let mut object = with_documented_names(&in_use.profile);
        let mut rows = rows(&in_use.profile);
        if in_use.source == Source::Demo {
            object.insert("note".to_owned(), Value::from(demo::WARNING));
        }
        if let Some(stored) = StoredSecret::of(&in_use) {
            let shown = match self.show_secrets {
                true => stored.read()?,
                false => None,
            };
            if let Some(secret) = &shown {
                object.insert(stored.member.to_owned(), Value::from(secret.reveal()));
            }
            rows.push((
                stored.label,
                stored.shown(shown.as_ref(), self.show_secrets),
            ));
        }
        Ok((object, rows))
    }
}

/// A label and what stands behind it.
type Row = (&'static str, Option<String>);

/// The secret that goes with a profile's method.
struct StoredSecret {
    label: &'static str,
    member: &'static str,
    /// In the secret store.
    name: String,
}

impl StoredSecret {
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

    fn read(&self) -> Result<Option<Secret>, Error> {
        stored(&self.name)
    }

    /// Whether there is one is not looked up unless it is to be shown: that may take a person.
    fn shown(&self, secret: Option<&Secret>, is_asked: bool) -> Option<String> {
        match (secret, is_asked) {
            (Some(secret), _) => Some(secret.reveal().to_owned()),
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

/// All that is known about a profile without its secrets.
pub(super) fn details(profile: &Profile) -> String {
    text(&rows(profile))
}

fn rows(profile: &Profile) -> Vec<Row> {
    let note = (*profile == demo::profile()).then(|| demo::WARNING.to_owned());
    let flow = match (&profile.default_flow, profile.flow()) {
        (Some(flow), _) => flow.clone(),
        (None, Ok(flow)) => format!("automatic ({flow})"),
        (None, Err(_)) => "automatic".to_owned(),
    };
    vec![
        ("Profile", Some(profile.name.clone())),
        ("Note", note),
        ("Tenant ID", Some(profile.tenant_id.clone())),
        ("Client ID", Some(profile.client_id.clone())),
        ("Auth Method", Some(profile.auth_method.clone())),
        ("Certificate", profile.certificate_path.clone()),
        ("Private Key", profile.private_key_path.clone()),
        ("Default Scopes", Some(profile.effective_scopes().join(" "))),
        ("Default Flow", Some(flow)),
        ("Authority", Some(profile.authority().to_owned())),
        ("Redirect URI", profile.redirect_uri.clone()),
        ("Created", profile.created_at.clone()),
        ("Updated", profile.updated_at.clone()),
    ]
}

/// One `Key: value` a line.
fn text(rows: &[Row]) -> String {
    let lines: Vec<String> = rows
        .iter()
        .filter_map(|(label, value)| Some(format!("{label}: {}", printable(value.as_ref()?))))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profile_says_what_it_is_worth() {
        assert_eq!(
            details(&demo::profile()),
            "Profile: demo\n\
             Note: built in, for trying things out: its tokens are worth nothing anywhere else\n\
             Tenant ID: contoso.onmicrosoft.com\n\
             Client ID: 99999999-8888-7777-6666-555555555555\n\
             Auth Method: ClientSecret\n\
             Default Scopes: api://your-api-id/.default\n\
             Default Flow: automatic (ClientCredentials)\n\
             Authority: https://login.demo.invalid"
        );
    }
}
