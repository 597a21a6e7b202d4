//! A route in words, for who checks what was configured.

use crate::edge::configuration::identity::{Attach, Grant};
use crate::edge::configuration::route::{Inbound, Route};

impl Route {
    /// What a caller must bring; nothing for a public route.
    pub fn requirements(&self) -> Vec<String> {
        let inbound = self.inbound.as_ref();
        inbound.map(Inbound::requirements).unwrap_or_default()
    }

    /// The token that goes along, if one does.
    pub fn token_in_words(&self) -> Option<String> {
        self.attach.as_ref().map(Attach::in_words)
    }
}

impl Attach {
    /// Whose token it is, and what for.
    pub fn in_words(&self) -> String {
        let whose = match self.grant {
            Grant::ClientCredentials => "of",
            Grant::OnBehalfOf => "on behalf of the caller, by",
        };
        let scopes = self.scopes.join(" ");
        format!("{whose} `{}`, for {scopes}", self.identity)
    }
}

impl Inbound {
    /// What a caller must bring.
    pub fn requirements(&self) -> Vec<String> {
        let permissions = named("scope", &self.scopes).chain(named("role", &self.roles));
        let permissions: Vec<String> = permissions.collect();
        named("tenant", &self.tenants)
            .chain(named("audience", &self.audiences))
            .chain(named("client", &self.clients))
            .chain(named("group", &self.groups))
            .chain((!permissions.is_empty()).then(|| permissions.join(", or ")))
            .collect()
    }
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
