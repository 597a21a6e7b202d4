//! `config list`.

use serde_json::{Map, Value, json};

use crate::clap::{self, Args};
use crate::command::format::{Format, structured};
use crate::output::exit_code::ExitCode;
use crate::output::printable::printable;
use crate::output::table::{self, Column};
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::demo;
use crate::profile::description;
use crate::profile::document::ProfileDocument;
use crate::profile::saved;

const COLUMNS: [Column; 6] = [
    Column::key("Name"),
    Column::cut("Tenant ID", 2),
    Column::key("Client ID"),
    Column::whole("Auth Method", 1),
    Column::whole("Default Flow", 3),
    Column::whole("Updated", 4),
];

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config list
  entra-auth-cli config list --json | jq -r '.profiles[].clientId'
  for profile in $(entra-auth-cli config list); do
    entra-auth-cli refresh -p \"$profile\" > /dev/null
  done";

/// Flags of `config list`.
#[derive(Args)]
pub(crate) struct List {
    /// Format: text, json or yaml
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Format>,

    /// The same as `--output json`
    #[arg(long, conflicts_with = "output")]
    json: bool,
}

impl List {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let document = saved::load()?;
        let format = self.output.or(self.json.then_some(Format::Json));
        let structured = format.and_then(|format| structured(&to_json(&document), format));
        if let Some(text) = structured {
            output.result(&text)?;
        } else if output.is_verbose() {
            output.result(&details(&document))?;
        } else if output.stdout_is_terminal() || format.is_some() {
            output.result(&table(&document, output.width(), output))?;
        } else if !document.profiles.is_empty() {
            output.result(&document.names().join("\n"))?;
        }
        Ok(ExitCode::Done)
    }
}

fn to_json(document: &ProfileDocument) -> Value {
    let profiles: Vec<Map<String, Value>> = document
        .sorted()
        .into_iter()
        .map(description::members)
        .collect();
    json!({ "profiles": profiles })
}

fn details(document: &ProfileDocument) -> String {
    let demo = demo::profile();
    let blocks: Vec<String> = listed(document, &demo)
        .into_iter()
        .map(|profile| description::text(&description::rows(profile)))
        .collect();
    blocks.join("\n\n")
}

/// The saved profiles, then the built-in one.
fn listed<'a>(document: &'a ProfileDocument, demo: &'a Profile) -> Vec<&'a Profile> {
    let mut profiles = document.sorted();
    if document.find(demo::NAME).is_none() {
        profiles.push(demo);
    }
    profiles
}

fn table(document: &ProfileDocument, width: Option<usize>, output: &Output) -> String {
    let demo = demo::profile();
    let rows = listed(document, &demo).into_iter().map(row);
    table::table(&COLUMNS, rows, width, output)
}

fn row(profile: &Profile) -> [String; 6] {
    let is_demo = *profile == demo::profile();
    [
        profile.name.clone(),
        profile.tenant_id.clone(),
        profile.client_id.clone(),
        description::method(profile),
        profile
            .default_flow
            .clone()
            .unwrap_or_else(|| "automatic".to_owned()),
        match &profile.updated_at {
            _ if is_demo => "built in".to_owned(),
            Some(time) => time.chars().take(16).collect::<String>().replace('T', " "),
            None => "-".to_owned(),
        },
    ]
    .map(|cell| printable(&cell))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Verbosity;

    const TEXT: &str = r#"[{"name":"b","tenantId":"t","clientId":"c","scopes":["x","y"],
        "authMethod":"Certificate","updatedAt":"2025-12-28T15:30:00.1234567+00:00"}]"#;

    #[test]
    fn the_table_ends_with_the_built_in_profile() {
        let document = ProfileDocument::parse(TEXT).unwrap();
        assert_eq!(
            table(&document, None, &Output::new(Verbosity::Normal, true)),
            "Name  Tenant ID                Client ID                             Auth Method   \
             Default Flow  Updated\n\
             b     t                        c                                     Certificate   \
             automatic     2025-12-28 15:30\n\
             demo  contoso.onmicrosoft.com  99999999-8888-7777-6666-555555555555  ClientSecret  \
             automatic     built in"
        );
    }

    #[test]
    fn json_holds_canonical_and_documented_names() {
        let document = ProfileDocument::parse(TEXT).unwrap();
        assert_eq!(
            to_json(&document),
            json!({"profiles": [{
                "name": "b", "tenantId": "t", "clientId": "c", "scopes": ["x", "y"],
                "authMethod": "Certificate", "cacheCertificatePassword": false,
                "updatedAt": "2025-12-28T15:30:00.1234567+00:00",
                "scope": "x y", "flow": "ClientCredentials",
                "useClientSecret": false, "useCertificate": true
            }]})
        );
    }
}
