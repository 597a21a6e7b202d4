//! Whether what the environment holds may prove a saved profile's client.
//!
//! A secret of the environment is for the identity that the environment names. A profile gets it if nothing there says
//! otherwise, and if it goes where a person or the environment chose to send it: not to the authority of a profile that
//! nobody named.

use crate::profile::fields::is_guid;
use crate::profile::from_environment::{
    CERTIFICATE_PASSWORD, CLIENT_SECRET, offers_federated_token,
};
use crate::profile::in_use::{Choice, InUse, Source};
use crate::profile::{PUBLIC_AUTHORITY, Profile};

/// What the environment proves in one call.
pub(crate) struct EnvironmentProof<V> {
    variable: V,
    withheld: Option<String>,
}

impl<V: Fn(&str) -> Option<String>> EnvironmentProof<V> {
    /// For a request of the profile to `authority`, which is the person's choice if a flag names it.
    pub(crate) fn of(in_use: &InUse, authority: &str, is_flag: bool, variable: V) -> Self {
        let held = [CLIENT_SECRET, CERTIFICATE_PASSWORD]
            .into_iter()
            .find(|name| variable(name).is_some())
            .or_else(|| offers_federated_token(&variable).then_some("the federated token"));
        let reason = held.and_then(|_| match in_use.source {
            // Their authority is the environment's, or the flag's.
            Source::Demo | Source::Environment => None,
            Source::Saved => contradiction(&in_use.profile, authority, &variable)
                .or_else(|| unchosen(in_use, authority, is_flag, &variable)),
        });
        let withheld = held.zip(reason).map(|(held, reason)| {
            format!(
                "{held} is not used for profile '{}': {reason}",
                in_use.profile.name
            )
        });
        Self { variable, withheld }
    }

    /// The variable, if it may be used.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        match self.withheld {
            Some(_) => None,
            None => (self.variable)(name),
        }
    }

    /// Why there is something that may not be used.
    pub(crate) fn withheld(&self) -> Option<&str> {
        self.withheld.as_deref()
    }
}

/// What the environment says that the profile does not.
fn contradiction(
    profile: &Profile,
    authority: &str,
    variable: &impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let of = |name: &str| variable(name).map(|value| value.trim().to_owned());
    let client = of("AZURE_CLIENT_ID");
    let has_client = |client: &str| client.eq_ignore_ascii_case(&profile.client_id);
    if client.as_deref().is_some_and(|client| !has_client(client)) {
        return Some("AZURE_CLIENT_ID names another client".to_owned());
    }
    if let Some(tenant) = of("AZURE_TENANT_ID") {
        // A tenant has an id and domains; of one client they are the same tenant's.
        let is_other_form = is_guid(&tenant) != is_guid(&profile.tenant_id);
        let may_be_same = client.is_some() && is_other_form && !profile.tenant_id.is_empty();
        if !tenant.eq_ignore_ascii_case(&profile.tenant_id) && !may_be_same {
            return Some("AZURE_TENANT_ID names another tenant".to_owned());
        }
    }
    of(AUTHORITY_HOST)
        .filter(|host| !is_cloud_name(authority) && !is_same_authority(host, authority))
        .map(|_| format!("{AUTHORITY_HOST} names another authority"))
}

/// Where nobody chose to send it.
fn unchosen(
    in_use: &InUse,
    authority: &str,
    is_flag: bool,
    variable: &impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let is_chosen = is_flag
        || in_use.choice != Choice::Only
        || variable(AUTHORITY_HOST).is_some()
        || is_cloud_name(authority)
        || is_same_authority(authority, PUBLIC_AUTHORITY);
    (!is_chosen).then(|| {
        format!("nobody named that profile, and it would be sent to {authority}; add `-p`")
    })
}

/// A cloud of Microsoft's by name, such as `usgovernment`.
fn is_cloud_name(authority: &str) -> bool {
    !authority.contains(['.', ':', '/'])
}

/// Letter case, a slash at the end and a missing `https://` make no difference.
fn is_same_authority(one: &str, other: &str) -> bool {
    fn bare(text: &str) -> &str {
        let text = text.trim().trim_end_matches('/');
        let scheme = text.get(..HTTPS.len()).unwrap_or_default();
        match scheme.eq_ignore_ascii_case(HTTPS) {
            true => text.get(HTTPS.len()..).unwrap_or_default(),
            false => text,
        }
    }
    bare(one).eq_ignore_ascii_case(bare(other))
}

const HTTPS: &str = "https://";
const AUTHORITY_HOST: &str = "AZURE_AUTHORITY_HOST";

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "http://127.0.0.1:8471";
    const GUID: &str = "11111111-2222-3333-4444-555555555555";

    fn in_use(choice: Choice, authority: Option<&str>) -> InUse {
        InUse {
            profile: Profile {
                tenant_id: "contoso.com".to_owned(),
                client_id: "c".to_owned(),
                authority: authority.map(ToOwned::to_owned),
                ..Profile::named("p")
            },
            source: Source::Saved,
            choice,
        }
    }

    fn is_used(in_use: &InUse, flag: Option<&str>, variables: &[(&str, &str)]) -> bool {
        let variable = |name: &str| {
            let mut known = variables.iter();
            let found = known.find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let authority = flag.unwrap_or(in_use.profile.authority());
        let proof = EnvironmentProof::of(in_use, authority, flag.is_some(), variable);
        let is_used = proof.variable(CLIENT_SECRET).is_some();
        assert_eq!(is_used, proof.withheld().is_none());
        is_used
    }

    #[test]
    fn a_secret_of_the_environment_goes_to_whom_the_environment_names() {
        let secret = (CLIENT_SECRET, "s");
        for (other, expected) in [
            (("X", ""), true),
            (("AZURE_CLIENT_ID", "C"), true),
            (("AZURE_CLIENT_ID", "d"), false),
            (("AZURE_TENANT_ID", "Contoso.com"), true),
            (("AZURE_TENANT_ID", "fabrikam.com"), false),
            (("AZURE_TENANT_ID", GUID), false),
            (("AZURE_AUTHORITY_HOST", "login.microsoftonline.com/"), true),
            (
                ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us"),
                false,
            ),
        ] {
            for choice in [Choice::Named, Choice::Only] {
                let found = is_used(&in_use(choice, None), None, &[secret, other]);
                assert_eq!(found, expected, "{other:?} {choice:?}");
            }
        }
        let of_one_client = [secret, ("AZURE_TENANT_ID", GUID), ("AZURE_CLIENT_ID", "c")];
        assert!(is_used(&in_use(Choice::Only, None), None, &of_one_client));
    }

    #[test]
    fn and_to_no_authority_that_nobody_chose() {
        let secret = (CLIENT_SECRET, "s");
        let local = || in_use(Choice::Only, Some(LOCAL));
        assert!(!is_used(&local(), None, &[secret]));
        assert!(is_used(&local(), Some(LOCAL), &[secret]));
        assert!(is_used(
            &local(),
            None,
            &[secret, ("AZURE_AUTHORITY_HOST", LOCAL)]
        ));
        assert!(is_used(
            &in_use(Choice::Named, Some(LOCAL)),
            None,
            &[secret]
        ));
        let elsewhere = [
            secret,
            ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com"),
        ];
        assert!(!is_used(
            &in_use(Choice::Named, Some(LOCAL)),
            None,
            &elsewhere
        ));
        let government = in_use(Choice::Only, Some("usgovernment"));
        assert!(is_used(&government, None, &[secret]));
    }
}
