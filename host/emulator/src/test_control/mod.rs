//! `/__emulator`: how tests steer and question a running emulator. No part of Entra ID.
//!
//! The requests are listed at [`Emulator::with_controls`](crate::Emulator::with_controls).

pub(crate) mod administration;
pub(crate) mod disruption;
pub(crate) mod fault;
pub(crate) mod received_request;

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    endpoint::route::Endpoint,
    remembered::Memory,
    tenant::registration::Tenant,
    test_control::{fault::Fault, received_request::Entry},
    value::time::UnixTime,
};

/// What tests have arranged and what they may ask for.
#[derive(Default)]
pub(crate) struct Controls(Mutex<State>);

#[derive(Default)]
struct State {
    /// Seconds that this clock is ahead of the real one.
    advance: i64,
    faults: Vec<Fault>,
    journal: VecDeque<Entry>,
}

/// Without the state: received requests hold secrets.
impl fmt::Debug for Controls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Controls").finish_non_exhaustive()
    }
}

impl Controls {
    /// Answers a control request; `None` means that the request is for the tenant.
    pub(crate) fn answer(
        &self,
        request: &Request<Vec<u8>>,
        now: UnixTime,
        tenant: &Tenant,
        memory: &mut Memory,
    ) -> Option<Response<Vec<u8>>> {
        let rest = request.uri().path().strip_prefix("/__emulator")?;
        // Only pages of other origins send it with such requests, and they have no business here.
        if request.headers().contains_key(header::ORIGIN) {
            return Some(empty(StatusCode::FORBIDDEN));
        }
        let mut state = self.state();
        if *request.method() == Method::DELETE && matches!(rest, "" | "/") {
            *state = State::default();
            *memory = Memory::default();
            return Some(empty(StatusCode::NO_CONTENT));
        }
        let done = state.carry_out(request, rest, now).or_else(|| {
            let now = now.moved_by(state.advance);
            administration::carry_out(request, rest, now, tenant, memory)
        });
        Some(match done {
            None => empty(StatusCode::NOT_FOUND),
            Some(Ok(Value::Null)) => empty(StatusCode::NO_CONTENT),
            Some(Ok(answer)) => with_json(StatusCode::OK, &answer),
            Some(Err(error)) => with_json(StatusCode::BAD_REQUEST, &json!({ "error": error })),
        })
    }

    /// Remembers a request and tells the time at which it counts as received.
    pub(crate) fn record(&self, request: &Request<Vec<u8>>, now: UnixTime) -> UnixTime {
        let mut state = self.state();
        let now = now.moved_by(state.advance);
        if state.journal.len() == LONGEST_JOURNAL {
            state.journal.pop_front();
        }
        state.journal.push_back(Entry::new(request, now));
        now
    }

    /// Takes the oldest fault that was queued for an endpoint.
    pub(crate) fn next_fault(&self, endpoint: Endpoint) -> Option<Fault> {
        let mut state = self.state();
        let position = state
            .faults
            .iter()
            .position(|fault| fault.is_for(endpoint))?;
        Some(state.faults.remove(position))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No step between locking and unlocking leaves the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each gives the answer's body; `null` stands for none.
impl State {
    /// What concerns requests and their time. `None` is another control's business.
    fn carry_out(
        &mut self,
        request: &Request<Vec<u8>>,
        rest: &str,
        now: UnixTime,
    ) -> Option<Result<Value, String>> {
        Some(match (request.method(), rest) {
            (&Method::POST, "/faults") => faults(request).map(|faults| self.queue(faults)),
            (&Method::GET, "/requests") => Ok(json!(self.journal)),
            (&Method::DELETE, "/requests") => Ok(self.forget_requests()),
            (&Method::POST, "/clock") => parsed(request).map(|advance| self.advance(&advance, now)),
            (&Method::GET, "/clock") => Ok(self.clock(now)),
            _ => return None,
        })
    }

    fn queue(&mut self, faults: Vec<Fault>) -> Value {
        self.faults.extend(faults);
        Value::Null
    }

    fn forget_requests(&mut self) -> Value {
        self.journal.clear();
        Value::Null
    }

    fn advance(&mut self, by: &Advance, now: UnixTime) -> Value {
        self.advance = self.advance.saturating_add(by.advance);
        self.clock(now)
    }

    fn clock(&self, now: UnixTime) -> Value {
        json!({ "now": now.moved_by(self.advance) })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance: i64,
}

/// One fault, or a list of them.
fn faults(request: &Request<Vec<u8>>) -> Result<Vec<Fault>, String> {
    let faults = match parsed(request)? {
        Value::Array(faults) => faults.into_iter().map(serde_json::from_value).collect(),
        fault => serde_json::from_value(fault).map(|fault| vec![fault]),
    };
    faults.map_err(|error| error.to_string())
}

/// A control request's body.
pub(crate) fn parsed<T: DeserializeOwned>(request: &Request<Vec<u8>>) -> Result<T, String> {
    serde_json::from_slice(request.body()).map_err(|error| error.to_string())
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

fn with_json(status: StatusCode, body: &Value) -> Response<Vec<u8>> {
    let mut response = empty(status);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    *response.body_mut() = body.to_string().into_bytes();
    response
}

/// Enough for any test; a forgotten emulator must not fill the memory.
const LONGEST_JOURNAL: usize = 10_000;
