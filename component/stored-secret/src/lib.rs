//! A secret as it is stored: with whom it is for.
//!
//! A store knows names and texts. The text of a secret begins with whom it was stored for, so that whoever reads it can
//! tell whether the request at hand is that one, whatever the profile of that name says by then:
//!
//! ```text
//! entra-auth secret 1
//! https://login.microsoftonline.com
//! contoso.onmicrosoft.com
//! 99999999-8888-7777-6666-555555555555
//! the secret, as it is, to the end
//! ```
//!
//! The three lines are authority, tenant and client id. Text without the first line is a secret alone, as other programs
//! store it: nobody knows whom it is for.

#![deny(missing_docs)]

use std::fmt;

use zeroize::Zeroizing;

/// Whom a secret is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    authority: String,
    tenant: String,
    client_id: String,
}

impl Audience {
    /// The parts as a profile or a request has them; the tenant is empty where the authority has none.
    #[must_use]
    pub fn new(authority: &str, tenant: &str, client_id: &str) -> Self {
        // What cannot stand in a line cannot be asked for either.
        let line = |text: &str| text.replace(char::is_control, "").trim().to_owned();
        Self {
            authority: line(authority).trim_end_matches('/').to_owned(),
            tenant: line(tenant),
            client_id: line(client_id),
        }
    }

    /// The authority, as it was written when the secret was stored.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The tenant's id or domain.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The client's id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether both name the same, letter case aside. Two names of one cloud, or of one tenant, are not the same here.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.authority.eq_ignore_ascii_case(&other.authority)
            && self.tenant.eq_ignore_ascii_case(&other.tenant)
            && self.client_id.eq_ignore_ascii_case(&other.client_id)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (client_id, authority) = (&self.client_id, &self.authority);
        match self.tenant.as_str() {
            "" => write!(formatter, "client `{client_id}` at `{authority}`"),
            tenant => write!(
                formatter,
                "client `{client_id}` of tenant `{tenant}` at `{authority}`"
            ),
        }
    }
}

/// A secret and whom it is for. It prints neither.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// Nothing if the store does not know.
    pub audience: Option<Audience>,
    /// The secret itself.
    pub secret: Zeroizing<String>,
}

impl StoredSecret {
    /// From the text in a store. Every text is a secret at least.
    #[must_use]
    pub fn parse(text: &Zeroizing<String>) -> Self {
        bound(text).unwrap_or_else(|| Self {
            audience: None,
            secret: text.clone(),
        })
    }

    /// The text for a store.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let Some(audience) = &self.audience else {
            return self.secret.clone();
        };
        let parts = [
            MARK,
            &audience.authority,
            &audience.tenant,
            &audience.client_id,
            &self.secret,
        ];
        // Room for all of it, so that no half-filled copy stays behind in memory.
        let length = parts.iter().map(|part| part.len() + 1).sum();
        let mut text = Zeroizing::new(String::with_capacity(length));
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            text.push_str(part);
        }
        text
    }
}

fn bound(text: &str) -> Option<StoredSecret> {
    let rest = text.strip_prefix(MARK)?.strip_prefix('\n')?;
    let (authority, rest) = rest.split_once('\n')?;
    let (tenant, rest) = rest.split_once('\n')?;
    let (client_id, secret) = rest.split_once('\n')?;
    Some(StoredSecret {
        audience: Some(Audience {
            authority: authority.to_owned(),
            tenant: tenant.to_owned(),
            client_id: client_id.to_owned(),
        }),
        secret: Zeroizing::new(secret.to_owned()),
    })
}

/// What the text of a secret starts with that knows whom it is for.
const MARK: &str = "entra-auth secret 1";

#[cfg(test)]
mod tests {
    use super::*;

    fn audience() -> Audience {
        Audience::new("https://login.example/", " Contoso.com", "c\n")
    }

    #[test]
    fn what_is_stored_comes_back_byte_for_byte() {
        for secret in ["S3cr3t~+/=&% é", "", "two\nlines\n", " blanks ", MARK] {
            for audience in [None, Some(audience())] {
                let stored = StoredSecret {
                    audience,
                    secret: Zeroizing::new(secret.to_owned()),
                };
                let again = StoredSecret::parse(&stored.to_text());
                assert!(again == stored, "{secret:?}");
            }
        }
    }

    #[test]
    fn text_that_is_cut_is_a_secret_that_nobody_is_known_for() {
        for text in [
            "plain",
            "entra-auth secret 1",
            "entra-auth secret 1\nhttps://login.example\nt",
            "entra-auth secret 2\nhttps://login.example\nt\nc\ns",
        ] {
            let stored = StoredSecret::parse(&Zeroizing::new(text.to_owned()));
            assert!(stored.audience.is_none(), "{text}");
            assert_eq!(*stored.secret, text);
        }
    }

    #[test]
    fn letter_case_and_a_last_slash_make_no_difference() {
        let same = Audience::new("HTTPS://login.example", "contoso.COM", "C");
        assert!(audience().is_same(&same));
        for other in [
            Audience::new("https://login.example.org", "contoso.com", "c"),
            Audience::new("https://login.example", "fabrikam.com", "c"),
            Audience::new("https://login.example", "contoso.com", "d"),
        ] {
            assert!(!audience().is_same(&other), "{other}");
        }
    }
}
