//! The network fence, as a component: it takes requests for `wasi:http` and passes on those for permitted hosts.
//!
//! It is the only guest of a composition that holds the real way out, and it is short so that it can be read whole. Who
//! may be reached is told through the interface `gate`, to which the token logic is not wired.

mod bindings;
mod origin;
mod permitted;

use bindings::exports::entra_auth::core::{gate, upstreams};
use bindings::exports::wasi::http::outgoing_handler as outgoing;
use bindings::wasi::http::outgoing_handler::handle;
use bindings::wasi::http::types::Scheme;
use outgoing::{ErrorCode, FutureIncomingResponse, OutgoingRequest, RequestOptions};
use protocol::authority::cloud::Cloud;
use protocol::grant::managed_identity::source::Environment;
use protocol::value::impossible::Impossible;

use origin::Origin;

struct Gate;

impl gate::Guest for Gate {
    fn permit(authority: String) -> Result<(), gate::Problem> {
        let origin = Origin::parse_authority(&Cloud::expand(&authority).map_err(problem)?)?;
        permitted::add_authority(origin);
        Ok(())
    }

    fn permit_platform(place: gate::Environment) -> Result<(), gate::Problem> {
        let variables = place.variables.iter();
        let mut environment = Environment::from_variables(
            variables.map(|(name, value)| (name.as_str(), value.as_str())),
        );
        if place.arc_agent {
            environment = environment.with_arc_agent();
        }
        let endpoint = environment.endpoint().map_err(problem)?;
        let origin = Origin::parse_platform(endpoint)?;
        permitted::add(origin);
        Ok(())
    }
}

impl upstreams::Guest for Gate {
    fn permit(origin: String) -> Result<(), upstreams::Problem> {
        permitted::add(Origin::parse_any(&origin)?);
        Ok(())
    }
}

fn problem(impossible: Impossible) -> gate::Problem {
    gate::Problem {
        message: impossible.message().to_owned(),
        hint: impossible.hint().map(ToOwned::to_owned),
    }
}

impl outgoing::Guest for Gate {
    fn handle(
        request: OutgoingRequest,
        options: Option<RequestOptions>,
    ) -> Result<FutureIncomingResponse, ErrorCode> {
        let address = address_of(&request).ok_or(ErrorCode::HttpRequestUriInvalid)?;
        if permitted::contains(address) {
            handle(request, options)
        } else {
            Err(ErrorCode::HttpRequestDenied)
        }
    }
}

/// Scheme, host and port of where it would go.
fn address_of(request: &OutgoingRequest) -> Option<String> {
    let scheme = match request.scheme()? {
        Scheme::Http => "http://",
        Scheme::Https => "https://",
        Scheme::Other(_) => return None,
    };
    Some([scheme, &request.authority()?].concat())
}
