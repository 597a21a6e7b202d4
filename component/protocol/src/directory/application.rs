//! An app registration as Graph describes it.
//!
//! [The resource `application`](https://learn.microsoft.com/graph/api/resources/application). Whoever registered it chose these
//! texts, so they are made fit for a terminal.

use serde_json::{Map, Value};

use crate::value::printable::printable;

/// Graph's own limit for names is 256, for App ID URIs 255, for permissions 120.
const LONGEST_NAME: usize = 256;

/// Descriptions may be longer than anybody reads in a list.
const LONGEST_DESCRIPTION: usize = 1000;

/// An app registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The object id.
    pub id: String,
    /// The client id.
    pub app_id: String,
    /// The name as it may be shown.
    pub display_name: String,
    /// The same as it was given, to compare with.
    name: String,
    /// The verified domain of whoever publishes it.
    pub publisher_domain: Option<String>,
    /// When it was registered, as Graph writes it: RFC 3339, UTC.
    pub created_date_time: Option<String>,
    /// Whose accounts may sign in, such as `AzureADMyOrg`.
    pub sign_in_audience: Option<String>,
    /// What may stand before a permission in a scope.
    pub identifier_uris: Vec<String>,
    /// `requestedAccessTokenVersion`: 2, or 1 where none is named.
    pub token_version: u32,
    /// Permissions for people, through an app.
    pub scopes: Vec<DelegatedPermission>,
    /// Permissions for apps, and for people by assignment.
    pub app_roles: Vec<AppRole>,
}

/// A delegated permission that an API exposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegatedPermission {
    /// What stands in `scp`.
    pub value: String,
    /// What it allows, for whoever consents.
    pub description: String,
    /// Whether only an administrator can consent.
    pub admin_only: bool,
    /// Whether it can be asked for.
    pub enabled: bool,
}

/// An application permission that an API exposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRole {
    /// What stands in `roles`.
    pub value: String,
    /// What it allows.
    pub description: String,
    /// Whether it can be granted.
    pub enabled: bool,
}

impl Application {
    /// `None` for what has no id, client id or name.
    pub(super) fn read(value: Value) -> Option<Self> {
        let members = value.as_object()?;
        let name = members.get("displayName")?.as_str()?;
        let api = members.get("api").and_then(Value::as_object);
        let version = api.and_then(|api| api.get("requestedAccessTokenVersion")?.as_u64());
        let scopes = objects(api.and_then(|api| api.get("oauth2PermissionScopes")));
        let roles = objects(members.get("appRoles"));
        Some(Self {
            id: text(members, "id").filter(|id| !id.is_empty())?,
            app_id: text(members, "appId").filter(|id| !id.is_empty())?,
            display_name: printable(name, LONGEST_NAME),
            name: name.to_owned(),
            publisher_domain: text(members, "publisherDomain"),
            created_date_time: text(members, "createdDateTime"),
            sign_in_audience: text(members, "signInAudience"),
            identifier_uris: texts(members.get("identifierUris")),
            token_version: version
                .and_then(|version| u32::try_from(version).ok())
                .unwrap_or(1),
            scopes: scopes.filter_map(DelegatedPermission::read).collect(),
            app_roles: roles.filter_map(AppRole::read).collect(),
        })
    }

    /// The name as it was given.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl DelegatedPermission {
    fn read(members: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            value: text(members, "value").filter(|value| !value.is_empty())?,
            description: description(
                members,
                &["adminConsentDescription", "adminConsentDisplayName"],
            ),
            admin_only: text(members, "type").is_none_or(|kind| kind != "User"),
            enabled: is_enabled(members),
        })
    }
}

impl AppRole {
    fn read(members: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            value: text(members, "value").filter(|value| !value.is_empty())?,
            description: description(members, &["description", "displayName"]),
            enabled: is_enabled(members),
        })
    }
}

fn objects(list: Option<&Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_object)
}

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    Some(printable(members.get(name)?.as_str()?, LONGEST_NAME))
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| Some(printable(item.as_str()?, LONGEST_NAME)))
        .collect()
}

/// The first of these that says something.
fn description(members: &Map<String, Value>, names: &[&str]) -> String {
    let texts = names.iter().filter_map(|name| members.get(*name)?.as_str());
    texts
        .map(|text| printable(text, LONGEST_DESCRIPTION))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

fn is_enabled(members: &Map<String, Value>) -> bool {
    members
        .get("isEnabled")
        .and_then(Value::as_bool)
        .unwrap_or(true)
}
