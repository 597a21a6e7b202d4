//! The claim `sub` of people: another one for each application, so that applications cannot compare
//! (OpenID Connect Core 1.0 section 8.1).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;

use crate::tenant::registration::User;

/// The person's name at one application.
pub(crate) fn subject(user: &User, application_id: &str) -> String {
    let name = format!("{} {application_id}", user.object_id);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_know_a_person_by_different_names() {
        let tenant = crate::tenant::contoso::contoso();
        let user = &tenant.users[0];
        let [one, other] = ["a", "b"].map(|application| subject(user, application));
        assert_ne!(one, other);
        assert_eq!(one, subject(user, "a"));
        assert_eq!(one.len(), 43);
    }
}
