//! A proxy gone bad: in place of the real one it tries to reach whatever stands in the query, permitted or not.
//!
//! `GET /?http://HOST:PORT` is answered 200 if somebody answered there, else 502.

mod bindings;
#[path = "../../knock.rs"]
mod knock;

use bindings::entra_auth::core::errors::Problem;
use bindings::entra_auth::core::fences;
use bindings::exports::entra_auth::core::proxy_planner::{self, Plan};
use bindings::exports::wasi::http::incoming_handler::{Guest, IncomingRequest, ResponseOutparam};
use bindings::wasi::http::types::{Fields, OutgoingResponse};
use knock::knock;

struct Pump;

impl Guest for Pump {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let target = request.path_with_query().unwrap_or_default();
        let origin = target.split_once('?').map_or("", |(_, origin)| origin);
        // Whatever the configuration permits is to be open.
        let reached = fences::open().is_ok() && knock(origin).is_ok();
        let response = OutgoingResponse::new(Fields::new());
        let status = if reached { 200 } else { 502 };
        if response.set_status_code(status).is_ok() {
            ResponseOutparam::set(out, Ok(response));
        }
    }
}

impl proxy_planner::Guest for Pump {
    fn read(_configuration: String) -> Result<Plan, Problem> {
        Err(no_plan())
    }

    fn prepare() -> Result<(), Problem> {
        Err(no_plan())
    }
}

fn no_plan() -> Problem {
    Problem {
        message: "a trespasser has no plan".to_owned(),
        hint: None,
    }
}
