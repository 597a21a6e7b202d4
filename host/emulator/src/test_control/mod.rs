//! `/__emulator`: how tests steer and question a running emulator. No part of Entra ID.
//!
//! The requests are listed at [`Emulator::with_controls`](crate::Emulator::with_controls).

pub(crate) mod administration;
pub(crate) mod certificate_registration;
pub(crate) mod device_decision;
pub(crate) mod disruption;
pub(crate) mod fault;
pub(crate) mod message;
pub(crate) mod received_request;

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{Method, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::endpoint::route::Endpoint;
use crate::remembered::Remembered;
use crate::tenant::registration::Tenant;
use crate::test_control::{
    fault::Fault,
    message::{empty, parsed, with_json},
    received_request::ReceivedRequest,
};
use crate::value::time::UnixTime;

/// What tests have arranged and what they may ask for.
#[derive(Default)]
pub(crate) struct TestControl(Mutex<State>);

#[derive(Default)]
struct State {
    /// Seconds that this clock is ahead of the real one.
    advance: i64,
    faults: Vec<Fault>,
    received: VecDeque<ReceivedRequest>,
}

/// Without the state: received requests hold secrets.
impl fmt::Debug for TestControl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TestControl")
            .finish_non_exhaustive()
    }
}

impl TestControl {
    /// Answers a control request; `None` means that the request is for the tenant.
    pub(crate) fn answer(
        &self,
        request: &Request<Vec<u8>>,
        now: UnixTime,
        tenant: &Tenant,
        remembered: &mut Remembered,
    ) -> Option<Response<Vec<u8>>> {
        let rest = request.uri().path().strip_prefix("/__emulator")?;
        // Only pages of other origins send it with such requests, and they have no business here.
        if request.headers().contains_key(header::ORIGIN) {
            return Some(empty(StatusCode::FORBIDDEN));
        }
        let mut state = self.state();
        if *request.method() == Method::DELETE && matches!(rest, "" | "/") {
            *state = State::default();
            *remembered = Remembered::default();
            return Some(empty(StatusCode::NO_CONTENT));
        }
        let done = state.carry_out(request, rest, now).or_else(|| {
            let now = now.moved_by(state.advance);
            administration::carry_out(request, rest, now, tenant, remembered)
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
        if state.received.len() == MOST_RECEIVED {
            state.received.pop_front();
        }
        state.received.push_back(ReceivedRequest::new(request, now));
        now
    }

    /// The oldest fault that was queued for an endpoint, which is used up by a request that counts.
    pub(crate) fn next_fault(
        &self,
        endpoint: Endpoint,
        counts: bool,
        now: UnixTime,
    ) -> Option<Fault> {
        let mut state = self.state();
        state.faults.retain(|fault| !fault.is_over(now));
        let fault = state
            .faults
            .iter_mut()
            .find(|fault| fault.is_for(endpoint))?;
        let found = fault.clone();
        if counts {
            fault.use_up();
        }
        Some(found)
    }

    /// Moves the clock and queues faults, as control requests would.
    pub(crate) fn arrange(&self, advance: i64, faults: Vec<Fault>, now: UnixTime) {
        let mut state = self.state();
        state.advance = advance;
        let now = now.moved_by(advance);
        state.queue(faults, now);
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
            (&Method::POST, "/faults") => {
                let now = now.moved_by(self.advance);
                faults(request).map(|faults| self.queue(faults, now))
            }
            (&Method::GET, "/requests") => Ok(json!(self.received)),
            (&Method::DELETE, "/requests") => Ok(self.forget_received()),
            (&Method::POST, "/clock") => parsed(request).map(|advance| self.advance(&advance, now)),
            (&Method::GET, "/clock") => Ok(self.clock(now)),
            _ => return None,
        })
    }

    fn queue(&mut self, faults: Vec<Fault>, now: UnixTime) -> Value {
        let faults = faults.into_iter().map(|fault| fault.starting_at(now));
        self.faults.extend(faults);
        Value::Null
    }

    fn forget_received(&mut self) -> Value {
        self.received.clear();
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
    faults_of(parsed(request)?)
}

pub(crate) fn faults_of(described: Value) -> Result<Vec<Fault>, String> {
    let faults = match described {
        Value::Array(faults) => faults.into_iter().map(serde_json::from_value).collect(),
        fault => serde_json::from_value(fault).map(|fault| vec![fault]),
    };
    faults.map_err(|error| error.to_string())
}

/// Enough for any test; a forgotten emulator must not fill the memory.
const MOST_RECEIVED: usize = 10_000;
