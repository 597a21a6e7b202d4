//! `directory`: the app registrations of a tenant.

use protocol::authority::Authority;
use protocol::directory::{
    ApplicationPattern, Asker, Graph, MAX_PAGE_SIZE, Search, advice, may_be_outdated,
};
use protocol::refusal::error::Error as ProtocolError;
use protocol::value::secret::Secret;

use crate::Client;
use crate::bindings::exports::entra_auth::core::directory::{
    AppRole, Application, Found, Guest, Scope,
};
use crate::bindings::exports::entra_auth::core::tokens::{Grant, Origin, Request, Token};
use crate::error::{Error, Tries, with_hint};
use crate::exchange::{Exchange, Fault, Peer, Sender, exchange_up_to};
use crate::order::Order;
use crate::randomness;
use crate::tokens::{from_server, prefer_cached, replace_cached, without_person};

impl Guest for Client {
    fn applications(mut request: Request, pattern: String, attended: bool) -> Result<Found, Error> {
        let pattern = ApplicationPattern::parse(&pattern)?;
        let graph = Graph::of(&Authority::parse(&request.authority, &request.tenant)?)?;
        let asker = asker(&request.grant);
        request.scopes = vec![graph.scope(asker)];
        let order = Order::new(request)?;
        let source = if attended {
            from_server
        } else {
            without_person
        };
        let mut token = prefer_cached(&order, source)?;
        let found = match found(&order, &graph, &pattern, &token) {
            Err(Fault::Answer(error, _))
                if token.origin == Origin::Cache && may_be_outdated(&error) =>
            {
                token = replace_cached(&order, source)?;
                found(&order, &graph, &pattern, &token)
            }
            found => found,
        };
        let applications = found.map_err(|fault| explained(fault, &order, asker))?;
        Ok(Found {
            applications: applications.into_iter().map(Into::into).collect(),
            account: token.account.filter(|_| token.origin == Origin::Person),
        })
    }
}

fn asker(grant: &Grant) -> Asker {
    match grant {
        Grant::ClientCredentials | Grant::ManagedIdentity(_) => Asker::Application,
        Grant::AuthorizationCode(_) | Grant::DeviceCode | Grant::OnBehalfOf(_) => Asker::Person,
    }
}

fn found(
    order: &Order,
    graph: &Graph,
    pattern: &ApplicationPattern,
    token: &Token,
) -> Result<Vec<protocol::directory::Application>, Fault> {
    let token = Secret::new(token.access_token.as_str());
    let correlation_id = randomness::correlation_id();
    let mut search = Search::new(pattern.clone());
    let mut next = Some(graph.first_page(pattern));
    while let Some(url) = next {
        let page = exchange_up_to(
            MAX_PAGE_SIZE,
            Sender::Order(order),
            Exchange::repeatable(Peer::Graph),
            || Ok(graph.to_http(&url, &token, correlation_id)?),
            |response, now| graph.read_page(response, now),
        )?;
        next = search
            .take(page)
            .map_err(|error| Fault::Answer(error.into(), Tries::ONE))?;
    }
    Ok(search.finish())
}

fn explained(fault: Fault, order: &Order, asker: Asker) -> Error {
    match fault {
        Fault::Answer(ProtocolError::Refused(refusal), tries) => {
            let hint = advice(&refusal, asker, &order.facts());
            let refused = Fault::Answer(ProtocolError::Refused(refusal), tries);
            with_hint(refused.into_error(order), hint)
        }
        fault => fault.into_error(order),
    }
}

impl From<protocol::directory::Application> for Application {
    fn from(application: protocol::directory::Application) -> Self {
        Self {
            id: application.id,
            app_id: application.app_id,
            display_name: application.display_name,
            publisher_domain: application.publisher_domain,
            created_date_time: application.created_date_time,
            sign_in_audience: application.sign_in_audience,
            identifier_uris: application.identifier_uris,
            token_version: application.token_version,
            scopes: application.scopes.into_iter().map(Into::into).collect(),
            app_roles: application.app_roles.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<protocol::directory::DelegatedPermission> for Scope {
    fn from(permission: protocol::directory::DelegatedPermission) -> Self {
        Self {
            value: permission.value,
            description: permission.description,
            admin_only: permission.admin_only,
            enabled: permission.enabled,
        }
    }
}

impl From<protocol::directory::AppRole> for AppRole {
    fn from(role: protocol::directory::AppRole) -> Self {
        Self {
            value: role.value,
            description: role.description,
            enabled: role.enabled,
        }
    }
}
