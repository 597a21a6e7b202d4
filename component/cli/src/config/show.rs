//! `config show`.

use clap::Args;
use serde_json::Value;

use super::list::with_documented_names;
use crate::auth_method::AuthMethod;
use crate::bindings::secret_writer;
use crate::demo;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::format::{Format, structured};
use crate::output::{Outcome, Output};
use crate::printable::printable;
use crate::profile::Profile;
use crate::profiles;
use crate::selection::{self, Source};

/// What the help says besides.
pub(crate) const NOTE: &str = "\
The built-in profile `demo` is always there: its tokens are made by this program itself and are
worth nothing anywhere else.";

/// Flags of `config show`.
#[derive(Args)]
pub(crate) struct Show {
    /// Profile to show
    #[arg(value_name = "NAME", group = "which")]
    argument: Option<String>,

    /// Profile to show
    #[arg(short, long, value_name = "NAME", group = "which")]
    profile: Option<String>,

    /// The same as `--profile`
    #[arg(short, long, value_name = "NAME", group = "which")]
    name: Option<String>,

    /// Format: text, json or yaml
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Format>,
}

impl Show {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let named = self.argument.as_deref();
        let named = named.or(self.profile.as_deref()).or(self.name.as_deref());
        let name = named.ok_or_else(which)?;
        let selected = selection::by_name(name)?;
        let profile = &selected.profile;
        let format = self.output.unwrap_or(Format::Text);
        let mut object = with_documented_names(profile);
        if selected.source == Source::Demo {
            object.insert("note".to_owned(), Value::from(demo::WARNING));
        }
        let shown = match structured(&Value::from(object), format) {
            Some(shown) => shown,
            None => text(
                profile,
                place_of_secrets(profile, selected.source).as_deref(),
            ),
        };
        output.result(&shown)?;
        Ok(ExitCode::Done)
    }
}

/// One `Key: value` a line.
pub(super) fn text(profile: &Profile, secrets: Option<&str>) -> String {
    let note = (*profile == demo::profile()).then(|| demo::WARNING.to_owned());
    let flow = match (&profile.default_flow, profile.flow()) {
        (Some(flow), _) => flow.clone(),
        (None, Ok(flow)) => format!("automatic ({flow})"),
        (None, Err(_)) => "automatic".to_owned(),
    };
    let rows = [
        ("Profile", Some(profile.name.clone())),
        ("Note", note),
        ("Tenant ID", Some(profile.tenant_id.clone())),
        ("Client ID", Some(profile.client_id.clone())),
        ("Auth Method", Some(profile.auth_method.clone())),
        ("Secrets", secrets.map(str::to_owned)),
        ("Certificate", profile.certificate_path.clone()),
        ("Private Key", profile.private_key_path.clone()),
        ("Default Scopes", Some(profile.effective_scopes().join(" "))),
        ("Default Flow", Some(flow)),
        ("Authority", Some(profile.authority().to_owned())),
        ("Redirect URI", profile.redirect_uri.clone()),
        ("Created", profile.created_at.clone()),
        ("Updated", profile.updated_at.clone()),
    ];
    let lines: Vec<String> = rows
        .into_iter()
        .filter_map(|(label, value)| Some(format!("{label}: {}", printable(&value?))))
        .collect();
    lines.join("\n")
}

/// Where this profile's secrets are, if it has any and the host can tell.
fn place_of_secrets(profile: &Profile, source: Source) -> Option<String> {
    let has_secrets = match profile.auth_method().ok()? {
        AuthMethod::ClientSecret => true,
        AuthMethod::Certificate => profile.cache_certificate_password,
        AuthMethod::PasswordlessCertificate
        | AuthMethod::None
        | AuthMethod::ManagedIdentity
        | AuthMethod::FederatedToken => false,
    };
    if source != Source::Saved || !has_secrets {
        return None;
    }
    let storage = secret_writer::describe().ok()?;
    Some(format!("never shown; kept in {}", storage.location))
}

fn which() -> Error {
    let names = profiles::load().map(|document| profiles::known_names(&document));
    Error::bad_arguments(
        "no profile is named",
        format!("add `-p NAME`; {}", names.unwrap_or_default()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profile_says_what_it_is_worth() {
        assert_eq!(
            text(&demo::profile(), None),
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
