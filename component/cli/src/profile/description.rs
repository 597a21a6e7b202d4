//! What is known about a profile, without its secrets: as members for programs, as rows for people.

use serde_json::{Map, Value};

use crate::input::named::Named;
use crate::output::printable::printable;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;

/// A label and what stands behind it.
pub(crate) type Row = (&'static str, Option<String>);

/// The canonical members, and the names that documents use besides.
pub(crate) fn members(profile: &Profile) -> Map<String, Value> {
    let method = profile.auth_method().ok();
    let is_certificate = matches!(
        method,
        Some(AuthMethod::Certificate | AuthMethod::PasswordlessCertificate)
    );
    let mut object = profile.to_public_json();
    for (name, value) in [
        ("scope", Value::from(profile.effective_scopes().join(" "))),
        (
            "flow",
            profile
                .flow()
                .map_or(Value::Null, |flow| Value::from(flow.to_string())),
        ),
        (
            "useClientSecret",
            Value::from(method == Some(AuthMethod::ClientSecret)),
        ),
        ("useCertificate", Value::from(is_certificate)),
    ] {
        object.insert(name.to_owned(), value);
    }
    object
}

/// In the order in which people look for it.
pub(crate) fn rows(profile: &Profile) -> Vec<Row> {
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
        ("Auth Method", Some(method(profile))),
        ("Certificate", profile.certificate_path.clone()),
        ("Private Key", profile.private_key_path.clone()),
        ("Default Scopes", Some(profile.effective_scopes().join(" "))),
        ("Default Flow", Some(flow)),
        ("Authority", Some(profile.authority().to_owned())),
        ("Redirect URI", profile.redirect_uri.clone()),
        ("Login Hint", profile.login_hint.clone()),
        ("Created", profile.created_at.clone()),
        ("Updated", profile.updated_at.clone()),
    ]
}

/// The method as people choose it.
pub(crate) fn method(profile: &Profile) -> String {
    let known = profile.auth_method();
    known.map_or_else(
        |_| profile.auth_method.clone(),
        |method| method.entry().0.to_owned(),
    )
}

/// One `Key: value` a line.
pub(crate) fn text(rows: &[Row]) -> String {
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
            text(&rows(&demo::profile())),
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
