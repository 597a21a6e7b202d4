//! The built-in profile: tokens without set-up, network or keyring.
//!
//! Its tenant lives inside the native program. Its tokens are worth nothing anywhere else, so its
//! secret is none.

use crate::input::named;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;

/// The reserved name.
pub(crate) const NAME: &str = "demo";

/// Valid for the demo tenant and nothing else.
pub(crate) const CLIENT_SECRET: &str = "S3cr3t~+/=&% é";

/// What has to be said wherever the profile is shown.
pub(crate) const WARNING: &str =
    "built in, for trying things out: its tokens are worth nothing anywhere else";

/// Why the profile may be out of reach.
pub(crate) const ELSEWHERE_HINT: &str = "the demo tenant lives in the native program `entra-auth-cli`; under another host use a profile of your own";

/// The profile itself.
pub(crate) fn profile() -> Profile {
    Profile {
        tenant_id: "contoso.onmicrosoft.com".to_owned(),
        client_id: "99999999-8888-7777-6666-555555555555".to_owned(),
        scopes: vec!["api://your-api-id/.default".to_owned()],
        auth_method: named::name(AuthMethod::ClientSecret).to_owned(),
        authority: Some("https://login.demo.invalid".to_owned()),
        ..Profile::named(NAME)
    }
}

/// Whether the name is the reserved one; case does not matter.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.eq_ignore_ascii_case(NAME)
}
