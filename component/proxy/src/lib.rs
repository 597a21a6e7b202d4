//! A proxy in front of an API, as a component: it reads the head of a request, asks [`protocol::edge`] what becomes of it, has its
//! token judged, and moves bodies. It knows no rule, and reaches neither a token endpoint nor a server that is not configured.

mod admission;
mod bindings;
mod body;
mod credential;
mod log;
mod request;
mod response;
mod setup;
mod upstream;

use protocol::edge::answer::Answer;
use protocol::edge::decision::{Admitted, Decision, Pass, decide};
use protocol::edge::head::Head;

use bindings::exports::wasi::http::incoming_handler::{Guest, IncomingRequest, ResponseOutparam};
use request::Received;
use setup::Setup;

struct Proxy;

impl Guest for Proxy {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let received = Received::read(&request);
        match Setup::get() {
            Ok(setup) => pass_on(&setup, &received, request, out),
            Err(answer) => response::send(out, &answer),
        }
    }
}

fn pass_on(setup: &Setup, received: &Received, request: IncomingRequest, out: ResponseOutparam) {
    let head = received.head();
    let (out, answer) = match decide(&setup.configuration, &head) {
        Decision::Answer(answer) => (out, answer),
        Decision::Pass(pass) => {
            let route = pass.route;
            let exchanged = match admitted(setup, received, pass) {
                Ok(Admitted::Forward(forward)) => {
                    let method = received.method();
                    upstream::exchange(setup, route, &forward, method, request, out)
                }
                Ok(Admitted::Answer(answer)) | Err(answer) => Err((out, answer)),
            };
            match exchanged {
                Ok(()) => return,
                Err((out, answer)) => (out, answer.on(&route.name)),
            }
        }
    };
    if answer.status >= 400 {
        log::refused(&answer);
    }
    response::send(out, &answer);
}

/// Judges the caller's token and gets the one for the server behind, as far as the route wants either.
fn admitted(setup: &Setup, received: &Received, pass: Pass<'_>) -> Result<Admitted, Answer> {
    if received.is_longer_than(setup.configuration.longest_body) {
        return Err(Answer::refused(
            413,
            "body",
            "the request's body is too large",
        ));
    }
    let claims = admission::caller(&pass)?;
    let token = admission::token(setup, &pass)?;
    Ok(pass.admitted(claims.as_deref(), token.as_deref()))
}

impl Received {
    fn head(&self) -> Head<'_> {
        Head::new(
            &self.method,
            &self.scheme,
            self.authority.as_deref(),
            &self.target,
            &self.headers,
        )
    }
}
