//! A route in words, for who checks what was configured.

use crate::edge::configuration::identity::Grant;
use crate::edge::configuration::route::{Inbound, Route};

impl Route {
    /// What a caller must bring; nothing for a public route.
    pub fn requirements(&self) -> Vec<String> {
        self.inbound.as_ref().map(requirements).unwrap_or_default()
    }

    /// The token that goes along, if one does.
    pub fn token_in_words(&self) -> Option<String> {
        let attach = self.attach.as_ref()?;
        let whose = match attach.grant {
            Grant::ClientCredentials => "of",
            Grant::OnBehalfOf => "on behalf of the caller, by",
        };
        let scopes = attach.scopes.join(" ");
        Some(format!("{whose} `{}`, for {scopes}", attach.identity))
    }
}

fn requirements(inbound: &Inbound) -> Vec<String> {
    let permissions = named("scope", &inbound.scopes).chain(named("role", &inbound.roles));
    let permissions: Vec<String> = permissions.collect();
    named("tenant", &inbound.tenants)
        .chain(named("audience", &inbound.audiences))
        .chain(named("client", &inbound.clients))
        .chain(named("group", &inbound.groups))
        .chain((!permissions.is_empty()).then(|| permissions.join(", or ")))
        .collect()
}

/// Any one of the values.
fn named(noun: &str, values: &[String]) -> impl Iterator<Item = String> {
    (!values.is_empty())
        .then(|| format!("{noun} {}", values.join(" or ")))
        .into_iter()
}

#[cfg(test)]
mod tests {
    use crate::edge::configuration::Configuration;

    #[test]
    fn a_route_tells_what_it_asks_for() {
        let configuration = Configuration::parse(super::super::tests::GOOD).unwrap();
        let [orders, home] = &configuration.routes[..] else {
            panic!("{configuration:?}");
        };
        assert_eq!(
            orders.requirements(),
            [
                "tenant 11111111-2222-3333-4444-555555555555",
                "audience api://your-api-id or 77777777-6666-5555-4444-333333333333",
                "scope read",
            ]
        );
        assert_eq!(
            orders.token_in_words().unwrap(),
            "on behalf of the caller, by `backend`, for api://downstream-api/.default"
        );
        assert_eq!((home.requirements(), home.token_in_words()), (vec![], None));
        assert_eq!(configuration.variables(), ["BACKEND_SECRET"]);
    }
}
