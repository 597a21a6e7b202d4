//! Whether a stored secret may be sent with a request: only to whom it was stored for, whatever the profile says by now.

use stored_secret::{Audience, StoredSecret};

use crate::authority::Authority;
use crate::request::client_id::ClientId;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

/// The secret, for a request to this authority as this client. Fails if it was stored for another one.
///
/// Of a secret that an earlier version or another program has stored nobody knows whom it is for. It goes to Microsoft's own clouds,
/// where the worst is a refusal, and to no other authority, which might be anybody's.
pub fn for_request(
    stored: StoredSecret,
    authority: &Authority,
    client_id: &ClientId,
) -> Result<Secret, Impossible> {
    match &stored.audience {
        Some(audience) if !is_same(audience, authority, client_id) => {
            return Err(stored_for(audience, authority, client_id));
        }
        None if authority.cloud().is_none() => return Err(stored_for_nobody(authority)),
        Some(_) | None => {}
    }
    Ok(Secret::new(stored.secret.as_str()))
}

/// By what the names mean: a cloud has several.
fn is_same(audience: &Audience, authority: &Authority, client_id: &ClientId) -> bool {
    let Ok(stored_for) = Authority::parse(audience.authority(), audience.tenant()) else {
        return false;
    };
    stored_for.canonical_origin() == authority.canonical_origin()
        && stored_for.tenant().eq_ignore_ascii_case(authority.tenant())
        && ClientId::parse(audience.client_id())
            .is_ok_and(|id| id.as_str().eq_ignore_ascii_case(client_id.as_str()))
}

fn stored_for(audience: &Audience, authority: &Authority, client_id: &ClientId) -> Impossible {
    let asked = Audience::new(&authority.origin(), authority.tenant(), client_id.as_str());
    Impossible::new(format!(
        "this secret was stored for {audience}, not for {asked}"
    ))
    .with_hint("store it again if it is meant for that one too; it was sent nowhere")
}

fn stored_for_nobody(authority: &Authority) -> Impossible {
    Impossible::new(format!(
        "nobody knows whom this secret was stored for, so it is not sent to `{}`",
        authority.origin()
    ))
    .with_hint("store it again; an earlier version did not keep whom a secret is for")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "https://login.microsoftonline.com";
    const CLIENT: &str = "99999999-8888-7777-6666-555555555555";

    fn outcome(audience: Option<Audience>, authority: &str, tenant: &str, client: &str) -> String {
        let stored = StoredSecret {
            audience,
            secret: "secret".to_owned().into(),
        };
        let authority = Authority::parse(authority, tenant).unwrap();
        match for_request(stored, &authority, &ClientId::parse(client).unwrap()) {
            Ok(secret) => secret.expose().to_owned(),
            Err(impossible) => impossible.message().to_owned(),
        }
    }

    #[test]
    fn a_secret_goes_to_whom_it_was_stored_for_and_nowhere_else() {
        let audience = || Some(Audience::new(PUBLIC, "contoso.com", CLIENT));
        for (authority, tenant, client, is_sent) in [
            (PUBLIC, "contoso.com", CLIENT, true),
            (
                "https://login.microsoftonline.com/",
                "Contoso.com",
                CLIENT,
                true,
            ),
            // Other names of the same cloud.
            ("https://login.windows.net", "contoso.com", CLIENT, true),
            ("public", "contoso.com", CLIENT, true),
            (
                "https://login.microsoftonline.us",
                "contoso.com",
                CLIENT,
                false,
            ),
            (
                "https://login.microsoftonline.com.evil.example",
                "contoso.com",
                CLIENT,
                false,
            ),
            ("http://127.0.0.1:8471", "contoso.com", CLIENT, false),
            (PUBLIC, "fabrikam.com", CLIENT, false),
            (
                PUBLIC,
                "contoso.com",
                "99999999-8888-7777-6666-555555555556",
                false,
            ),
        ] {
            let outcome = outcome(audience(), authority, tenant, client);
            assert_eq!(
                outcome == "secret",
                is_sent,
                "{authority} {tenant}: {outcome}"
            );
            assert!(is_sent || outcome.contains("stored for"), "{outcome}");
        }
        let local = || {
            Some(Audience::new(
                "http://127.0.0.1:8400",
                "contoso.com",
                CLIENT,
            ))
        };
        assert_eq!(
            outcome(local(), "http://127.0.0.1:8400", "contoso.com", CLIENT),
            "secret"
        );
        assert_ne!(
            outcome(local(), "http://127.0.0.1:8401", "contoso.com", CLIENT),
            "secret"
        );
        assert_ne!(
            outcome(local(), "http://localhost:8400", "contoso.com", CLIENT),
            "secret"
        );
    }

    #[test]
    fn a_custom_authority_is_told_apart_by_its_path() {
        let audience = || Some(Audience::new("https://id.example/one", "", CLIENT));
        assert_eq!(
            outcome(audience(), "https://id.example/one/", "", CLIENT),
            "secret"
        );
        assert_ne!(
            outcome(audience(), "https://id.example/two", "", CLIENT),
            "secret"
        );
    }

    #[test]
    fn a_secret_of_nobody_goes_to_microsoft_alone() {
        assert_eq!(outcome(None, PUBLIC, "contoso.com", CLIENT), "secret");
        assert_eq!(
            outcome(None, "usgovernment", "contoso.com", CLIENT),
            "secret"
        );
        for authority in ["http://127.0.0.1:8471", "https://id.example"] {
            let outcome = outcome(None, authority, "contoso.com", CLIENT);
            assert!(outcome.contains("nobody knows"), "{outcome}");
        }
    }
}
