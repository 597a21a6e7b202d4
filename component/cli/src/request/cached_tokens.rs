//! The cached tokens of a profile's client: forgotten, without a request to anybody.

use crate::bindings::tokens::{self, Credential, Grant, ManagedIdentity, Request};
use crate::input::environment::variable;
use crate::output::Output;
use crate::output::error::Error;
use crate::profile::Profile;
use crate::profile::document::ProfileDocument;
use crate::profile::flow::Flow;
use crate::profile::saved;
use crate::profile::stored_secrets;
use crate::request::managed_identity;

/// Who has signed in for the profile's scopes, as far as the cache says; nothing where it cannot be read, or not without a
/// question, which this is not worth.
pub(crate) fn account(profile: &Profile) -> Option<String> {
    if !profile.flow().is_ok_and(Flow::needs_person) || stored_secrets::need_passphrase() {
        return None;
    }
    let request = Request {
        grant: Grant::DeviceCode,
        scopes: profile.effective_scopes(),
        login_hint: profile.login_hint.clone(),
        ..about(profile)
    };
    tokens::cached(&request).ok().flatten()?.account
}

/// Forget the tokens of the profile's client. Returns how many there were.
pub(crate) fn forget(profile: &Profile) -> Result<u32, Error> {
    Ok(tokens::forget(&about(profile))?)
}

/// Forget the tokens of a profile that is no longer saved as it was, unless another one has the
/// same client and lives on them. What stays behind is sealed and expires, so a failure is no
/// reason to keep the profile.
pub(crate) fn forget_unshared(profile: &Profile, output: &Output) {
    let is_shared = saved::load().is_ok_and(|document| is_shared(profile, &document));
    if is_shared {
        return;
    }
    if let Err(error) = forget(profile) {
        output.notice(&format!(
            "warning: cached tokens were not removed: {}",
            error.message
        ));
    }
}

fn is_shared(profile: &Profile, document: &ProfileDocument) -> bool {
    let mut others = document.profiles.iter();
    others.any(|other| other.has_client_of(profile))
}

/// A request that names the profile's client and nothing else, for what is not about one token.
fn about(profile: &Profile) -> Request {
    let grant = match (profile.flow(), managed_identity::identity(None, profile)) {
        (Ok(Flow::ManagedIdentity), Ok(identity)) => Grant::ManagedIdentity(ManagedIdentity {
            identity,
            environment: managed_identity::environment(variable),
            patience: None,
        }),
        _ => Grant::ClientCredentials,
    };
    Request {
        authority: profile.authority().to_owned(),
        tenant: profile.tenant_id.clone(),
        client_id: profile.client_id.clone(),
        credential: Credential::None,
        grant,
        // Nothing is asked for, so any will do.
        scopes: vec!["https://graph.microsoft.com/.default".to_owned()],
        claims: None,
        login_hint: None,
        time_limit: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_shared_by_profiles_of_the_same_client() {
        let text = r#"[{"name":"a","tenantId":"t","clientId":"c"},
            {"name":"f","tenantId":"t","clientId":"e","authority":"https://login.example"}]"#;
        let document = ProfileDocument::parse(text).unwrap();
        for (tenant, client, expected) in [("t", "c", true), ("t", "e", false), ("u", "c", false)] {
            let profile = Profile {
                tenant_id: tenant.to_owned(),
                client_id: client.to_owned(),
                ..Profile::named("gone")
            };
            assert_eq!(
                is_shared(&profile, &document),
                expected,
                "{tenant} {client}"
            );
        }
    }
}
