//! What the configuration says, for a host that serves this proxy.

use protocol::edge::configuration::identity::Attach;
use protocol::edge::configuration::listener::{self, Listener};
use protocol::edge::configuration::route::{Inbound, Route};
use protocol::edge::configuration::sidecar::Sidecar;
use protocol::edge::configuration::{Configuration, fault};

use crate::Proxy;
use crate::bindings::entra_auth::core::errors::Problem;
use crate::bindings::entra_auth::core::proxy_plan;
use crate::bindings::exports::entra_auth::core::proxy_planner::{Guest, Plan};
use crate::setup::Setup;

impl Guest for Proxy {
    fn read(configuration: String) -> Result<Plan, Problem> {
        let configuration = Configuration::parse(&configuration)?;
        Ok(Plan {
            listener: listener(&configuration.listener),
            routes: routes(&configuration),
            variables: configuration
                .variables()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        })
    }

    fn prepare() -> Result<(), Problem> {
        Setup::get().map(drop)
    }
}

fn listener(listener: &Listener) -> proxy_plan::Listener {
    let certificate = listener.certificate.as_ref();
    proxy_plan::Listener {
        address: listener.address.to_string(),
        certificate: certificate.map(|certificate| proxy_plan::Certificate {
            chain: certificate.chain.clone(),
            private_key: certificate.private_key.clone(),
        }),
        connections: listener.connections,
        requests: listener.requests,
        told: match listener.told {
            listener::Told::All => proxy_plan::Told::All,
            listener::Told::Refused => proxy_plan::Told::Refused,
            listener::Told::None => proxy_plan::Told::None,
        },
    }
}

fn routes(configuration: &Configuration) -> Vec<proxy_plan::Route> {
    let sidecar = configuration.sidecar.iter().flat_map(Sidecar::endpoints);
    let sidecar = sidecar.map(|endpoint| proxy_plan::Route {
        name: "sidecar".to_owned(),
        methods: vec!["GET".to_owned()],
        host: Some("localhost".to_owned()),
        path: endpoint.path,
        requirements: endpoint
            .inbound
            .map(Inbound::requirements)
            .unwrap_or_default(),
        upstream: None,
        token: endpoint.attach.map(Attach::in_words),
    });
    let routes = configuration.routes.iter().map(route);
    routes.chain(sidecar).collect()
}

fn route(route: &Route) -> proxy_plan::Route {
    proxy_plan::Route {
        name: route.name.clone(),
        methods: route.methods.clone(),
        host: route.host.clone(),
        path: route.path.clone(),
        requirements: route.requirements(),
        upstream: Some(route.upstream.clone()),
        token: route.token_in_words(),
    }
}

impl From<fault::Fault> for Problem {
    fn from(fault: fault::Fault) -> Self {
        Self {
            message: fault.to_string(),
            hint: fault.hint().map(str::to_owned),
        }
    }
}
