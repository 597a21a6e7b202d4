//! Managed identities: which one is meant, and what the platform says about itself.
//!
//! [Microsoft's page](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview). On Kubernetes the
//! platform hands out a federated token instead
//! ([workload identity](https://learn.microsoft.com/azure/aks/workload-identity-overview)), which people expect under the same name.

use text::word;

use crate::bindings::arc_agent;
use crate::bindings::platform::Environment;
use crate::bindings::tokens::Identity;
use crate::output::error::BadValue;
use crate::profile::Profile;
use crate::profile::fields::is_guid;
use crate::profile::from_environment::FEDERATED_TOKEN_FILE;

/// What the platform may say: the endpoints that it has, their secrets, and where Azure Arc keeps its keys on Windows.
const VARIABLES: [&str; 9] = [
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "ProgramData",
];

/// With one of these the platform has an endpoint of its own, which goes before a federated token.
const ENDPOINTS: [&str; 2] = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"];

/// The identity of a text: `system`, a client id, `object:` with an object id, or an Azure resource id.
pub(crate) fn parse(text: &str) -> Result<Identity, BadValue> {
    let text = word(text);
    let bad = || {
        BadValue::new(
            "the managed identity is named in no known way",
            "write `system`, a client id (GUID), `object:` and an object id, or a resource id (/subscriptions/…)",
        )
    };
    if text.eq_ignore_ascii_case("system") {
        return Ok(Identity::SystemAssigned);
    }
    if is_guid(text) {
        return Ok(Identity::ClientId(text.to_owned()));
    }
    if let Some(id) = text.strip_prefix("object:") {
        return match is_guid(id) {
            true => Ok(Identity::ObjectId(id.to_owned())),
            false => Err(bad()),
        };
    }
    let id = without_windows_folder(text);
    let start = id.get(..RESOURCE_ID.len()).unwrap_or_default();
    if start.eq_ignore_ascii_case(RESOURCE_ID) {
        return Ok(Identity::ResourceId(id.to_owned()));
    }
    Err(bad())
}

/// Git Bash takes what begins with a slash for a path and puts the folder in front in which it is installed:
/// `C:/Program Files/Git/subscriptions/…`.
fn without_windows_folder(text: &str) -> &str {
    let is_windows_path =
        matches!(text.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic());
    match text.find(RESOURCE_ID) {
        Some(start) if is_windows_path => text.get(start..).unwrap_or(text),
        _ => text,
    }
}

const RESOURCE_ID: &str = "/subscriptions/";

/// The identity that was named for the call, else by the profile, else the machine's own.
pub(crate) fn identity(named: Option<&str>, profile: &Profile) -> Result<Identity, BadValue> {
    match named.or(profile.identity.as_deref()) {
        Some(text) => parse(text),
        None if profile.client_id.is_empty() => Ok(Identity::SystemAssigned),
        None => Ok(Identity::ClientId(profile.client_id.clone())),
    }
}

/// Where this program runs, as far as it was told.
pub(crate) fn environment(variable: impl Fn(&str) -> Option<String>) -> Environment {
    let variables = VARIABLES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), variable(name)?)));
    Environment {
        variables: variables.collect(),
        arc_agent: arc_agent::is_installed(),
    }
}

/// Tenant and client of a workload identity, where that is what the platform gives.
pub(crate) fn workload(
    identity: &Identity,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<(String, String)> {
    if ENDPOINTS.iter().any(|name| variable(name).is_some()) {
        return None;
    }
    variable(FEDERATED_TOKEN_FILE)?;
    let tenant = variable("AZURE_TENANT_ID")?;
    match identity {
        Identity::ClientId(id) => Some((tenant, id.clone())),
        Identity::SystemAssigned => Some((tenant, variable("AZURE_CLIENT_ID")?)),
        Identity::ObjectId(_) | Identity::ResourceId(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "44444444-3333-2222-1111-000000000002";

    fn shown(identity: Result<Identity, BadValue>) -> String {
        match identity {
            Ok(Identity::SystemAssigned) => "system".to_owned(),
            Ok(Identity::ClientId(id)) => format!("client {id}"),
            Ok(Identity::ObjectId(id)) => format!("object {id}"),
            Ok(Identity::ResourceId(id)) => format!("resource {id}"),
            Err(bad) => bad.message,
        }
    }

    #[test]
    fn an_identity_is_known_by_its_form() {
        let none = "the managed identity is named in no known way";
        for (text, expected) in [
            ("system", "system".to_owned()),
            ("System", "system".to_owned()),
            (GUID, format!("client {GUID}")),
            (&format!("\"{GUID}\"\r\n"), format!("client {GUID}")),
            (&format!("object:{GUID}"), format!("object {GUID}")),
            (
                "/subscriptions/a/b",
                "resource /subscriptions/a/b".to_owned(),
            ),
            ("/Subscriptions/a", "resource /Subscriptions/a".to_owned()),
            (
                "C:/Program Files/Git/subscriptions/a/b",
                "resource /subscriptions/a/b".to_owned(),
            ),
            ("x/subscriptions/a/b", none.to_owned()),
            ("", none.to_owned()),
            ("object:x", none.to_owned()),
            ("my-identity", none.to_owned()),
            ("/é", none.to_owned()),
        ] {
            assert_eq!(shown(parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_call_goes_before_the_profile() {
        let of = |identity: Option<&str>, client_id: &str| Profile {
            identity: identity.map(str::to_owned),
            client_id: client_id.to_owned(),
            ..Profile::named("p")
        };
        for (named, profile, expected) in [
            (None, of(None, ""), "system".to_owned()),
            (None, of(None, "c"), "client c".to_owned()),
            (None, of(Some("system"), "c"), "system".to_owned()),
            (
                Some(GUID),
                of(Some("system"), "c"),
                format!("client {GUID}"),
            ),
            (Some("system"), of(None, "c"), "system".to_owned()),
        ] {
            assert_eq!(shown(identity(named, &profile)), expected);
        }
    }

    #[test]
    fn a_workload_is_what_has_a_token_file_and_no_endpoint() {
        let all = "AZURE_FEDERATED_TOKEN_FILE AZURE_TENANT_ID AZURE_CLIENT_ID";
        for (names, identity, expected) in [
            (all, Identity::SystemAssigned, Some("AZURE_CLIENT_ID")),
            (all, Identity::ClientId("c".to_owned()), Some("c")),
            (all, Identity::ObjectId("o".to_owned()), None),
            (
                "AZURE_FEDERATED_TOKEN_FILE AZURE_TENANT_ID",
                Identity::SystemAssigned,
                None,
            ),
            (
                "AZURE_FEDERATED_TOKEN_FILE AZURE_TENANT_ID AZURE_CLIENT_ID IDENTITY_ENDPOINT",
                Identity::SystemAssigned,
                None,
            ),
            (
                "AZURE_FEDERATED_TOKEN_FILE AZURE_TENANT_ID AZURE_CLIENT_ID MSI_ENDPOINT",
                Identity::SystemAssigned,
                None,
            ),
            (
                "AZURE_TENANT_ID AZURE_CLIENT_ID",
                Identity::SystemAssigned,
                None,
            ),
        ] {
            let found = workload(&identity, |name| {
                let mut set = names.split(' ');
                set.any(|other| other == name).then(|| name.to_owned())
            });
            let expected = expected.map(|client| ("AZURE_TENANT_ID".to_owned(), client.to_owned()));
            assert_eq!(found, expected, "{names}");
        }
    }
}
