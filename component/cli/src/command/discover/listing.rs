//! App registrations as a table, as lines for other programs, or as a document.

use serde_json::{Value, json};

use crate::bindings::directory::{AppRole, Application, Scope};
use crate::command::format::{Format, structured};
use crate::output::Output;
use crate::output::error::Error;
use crate::output::printable::printable;
use crate::output::table::{Column, table};

const COLUMNS: [Column; 6] = [
    Column::key("Display Name"),
    Column::key("Client ID"),
    Column::cut("App ID URI", 1),
    Column::cut("Scopes", 2),
    Column::cut("App Roles", 3),
    Column::whole("Created", 4),
];

/// A table on a terminal, tab-separated lines elsewhere; with `--verbose` everything that is known.
pub(super) fn show(
    applications: &[Application],
    format: Option<Format>,
    output: &Output,
) -> Result<(), Error> {
    let document = || Value::from(applications.iter().map(document).collect::<Vec<_>>());
    if let Some(text) = format.and_then(|format| structured(&document(), format)) {
        return output.result(&text);
    }
    if applications.is_empty() {
        return Ok(());
    }
    let rows = applications.iter().map(row);
    if output.is_verbose() {
        let blocks: Vec<String> = applications.iter().map(|one| block(one, output)).collect();
        output.result(&blocks.join("\n\n"))
    } else if output.stdout_is_terminal() || format.is_some() {
        output.result(&table(&COLUMNS, rows, output.width(), output))
    } else {
        let lines: Vec<String> = rows.map(|row| row.join("\t")).collect();
        output.result(&lines.join("\n"))
    }
}

fn row(application: &Application) -> [String; 6] {
    [
        application.display_name.clone(),
        application.app_id.clone(),
        application.identifier_uris.join(", "),
        values(
            application
                .scopes
                .iter()
                .filter(|scope| scope.enabled)
                .map(|scope| &scope.value),
        ),
        values(
            application
                .app_roles
                .iter()
                .filter(|role| role.enabled)
                .map(|role| &role.value),
        ),
        date(application).to_owned(),
    ]
    .map(|cell| printable(&cell))
}

fn values<'a>(values: impl Iterator<Item = &'a String>) -> String {
    values.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The day; the time of day of a registration tells nobody anything.
fn date(application: &Application) -> &str {
    let time = application.created_date_time.as_deref().unwrap_or_default();
    time.split('T').next().unwrap_or_default()
}

fn block(application: &Application, output: &Output) -> String {
    let mut lines = vec![output.heading(&printable(&application.display_name))];
    let version = format!("{}.0", application.token_version);
    for (label, value) in [
        ("Client ID:", application.app_id.as_str()),
        ("Object ID:", &application.id),
        ("App ID URI:", &application.identifier_uris.join(", ")),
        ("Access tokens:", &format!("v{version}")),
        (
            "Accounts:",
            application.sign_in_audience.as_deref().unwrap_or_default(),
        ),
        (
            "Publisher:",
            application.publisher_domain.as_deref().unwrap_or_default(),
        ),
        ("Created:", date(application)),
    ] {
        if !value.is_empty() {
            lines.push(format!("  {label:14} {}", printable(value)));
        }
    }
    let prefix = application
        .identifier_uris
        .first()
        .unwrap_or(&application.app_id);
    lines.extend(permissions(
        "Scopes:",
        application
            .scopes
            .iter()
            .map(|scope| scope_line(prefix, scope)),
    ));
    lines.extend(permissions(
        "App roles:",
        application.app_roles.iter().map(role_line),
    ));
    lines.join("\n")
}

fn permissions(label: &str, lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = lines
        .map(|line| format!("    {}", printable(&line)))
        .collect();
    if !all.is_empty() {
        all.insert(0, format!("  {label}"));
    }
    all
}

/// The scope as it is asked for.
fn scope_line(prefix: &str, scope: &Scope) -> String {
    let notes = [
        scope.admin_only.then_some("an administrator consents"),
        (!scope.enabled).then_some("disabled"),
    ];
    described(
        &format!("{prefix}/{}", scope.value),
        &scope.description,
        &notes,
    )
}

fn role_line(role: &AppRole) -> String {
    described(
        &role.value,
        &role.description,
        &[(!role.enabled).then_some("disabled")],
    )
}

fn described(value: &str, description: &str, notes: &[Option<&str>]) -> String {
    let notes: Vec<&str> = notes.iter().flatten().copied().collect();
    let notes = if notes.is_empty() {
        String::new()
    } else {
        format!(" ({})", notes.join(", "))
    };
    if description.is_empty() || description == value {
        format!("{value}{notes}")
    } else {
        format!("{value}{notes}: {description}")
    }
}

/// Names as Graph has them, where it has them.
fn document(application: &Application) -> Value {
    json!({
        "displayName": application.display_name,
        "appId": application.app_id,
        "id": application.id,
        "publisherDomain": application.publisher_domain,
        "createdDateTime": application.created_date_time,
        "signInAudience": application.sign_in_audience,
        "identifierUris": application.identifier_uris,
        "requestedAccessTokenVersion": application.token_version,
        "scopes": application.scopes.iter().map(|scope| json!({
            "value": scope.value,
            "description": scope.description,
            "adminOnly": scope.admin_only,
            "enabled": scope.enabled,
        })).collect::<Vec<_>>(),
        "appRoles": application.app_roles.iter().map(|role| json!({
            "value": role.value,
            "description": role.description,
            "enabled": role.enabled,
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Verbosity;

    fn application() -> Application {
        Application {
            id: "o".to_owned(),
            app_id: "c".to_owned(),
            display_name: "Your\u{202e}API".to_owned(),
            publisher_domain: None,
            created_date_time: Some("2025-01-01T10:00:00Z".to_owned()),
            sign_in_audience: Some("AzureADMyOrg".to_owned()),
            identifier_uris: vec!["api://your-api-id".to_owned()],
            token_version: 2,
            scopes: vec![
                Scope {
                    value: "read".to_owned(),
                    description: "Reads".to_owned(),
                    admin_only: false,
                    enabled: true,
                },
                Scope {
                    value: "write".to_owned(),
                    description: String::new(),
                    admin_only: true,
                    enabled: false,
                },
            ],
            app_roles: vec![AppRole {
                value: "Data.Read".to_owned(),
                description: "Data.Read".to_owned(),
                enabled: true,
            }],
        }
    }

    #[test]
    fn a_row_has_what_can_be_asked_for() {
        assert_eq!(
            row(&application()),
            [
                "Your\\u{202e}API",
                "c",
                "api://your-api-id",
                "read",
                "Data.Read",
                "2025-01-01"
            ]
        );
    }

    #[test]
    fn a_block_has_everything() {
        assert_eq!(
            block(&application(), &Output::new(Verbosity::Normal, true)),
            "Your\\u{202e}API\n  \
             Client ID:     c\n  \
             Object ID:     o\n  \
             App ID URI:    api://your-api-id\n  \
             Access tokens: v2.0\n  \
             Accounts:      AzureADMyOrg\n  \
             Created:       2025-01-01\n  \
             Scopes:\n    \
             api://your-api-id/read: Reads\n    \
             api://your-api-id/write (an administrator consents, disabled)\n  \
             App roles:\n    \
             Data.Read"
        );
    }
}
