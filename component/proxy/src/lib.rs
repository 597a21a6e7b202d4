//! A proxy in front of an API, as a component: it reads the head of a request, asks [`protocol::edge`] what becomes of it, has its
//! token judged, and moves bodies. It knows no rule, and reaches neither a token endpoint nor a server that is not configured.

mod admission;
mod bindings;
mod body;
mod credential;
mod log;
mod plan;
mod request;
mod response;
mod setup;
mod upstream;

use protocol::edge::answer::Answer;
use protocol::edge::caller::mark;
use protocol::edge::challenge::claims;
use protocol::edge::decision::{Admitted, Decision, Pass, decide};
use protocol::edge::head::Head;

use bindings::exports::wasi::http::incoming_handler::{Guest, IncomingRequest, ResponseOutparam};
use request::Received;
use setup::Setup;
use upstream::Passed;

struct Proxy;

impl Guest for Proxy {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let received = Received::read(&request);
        match Setup::get() {
            Ok(setup) => pass_on(&setup, &received, request, out),
            Err(problem) => {
                log::problem(&problem.message, problem.hint.as_deref());
                let message = "the proxy is not configured";
                answer(out, &Answer::refused(500, "configuration", message), None);
            }
        }
    }
}

fn pass_on(setup: &Setup, received: &Received, request: IncomingRequest, out: ResponseOutparam) {
    let head = received.head();
    let pass = match decide(&setup.configuration, &head) {
        Decision::Answer(decided) => return answer(out, &decided, None),
        Decision::Pass(pass) => pass,
    };
    let route = pass.route;
    // What has a body is gone once it was sent.
    let again = (pass.needs_token() && !received.has_body()).then(|| pass.clone());
    let mut caller = None;
    let exchanged = match admitted(setup, received, pass, &mut caller) {
        Ok(Admitted::Forward(forward)) => {
            let method = received.method();
            let passed = Passed {
                route,
                forward: &forward,
                caller: caller.as_deref(),
            };
            let answered = |status, headers: &[_]| {
                let pass = again.as_ref()?;
                let claims = claims(&setup.configuration, route, status, headers)?;
                let token = admission::token(setup, pass, Some(claims)).transpose()?;
                Some(token.map(|token| forward.with_token(&token)))
            };
            upstream::exchange(setup, &passed, method, request, out, answered)
        }
        Ok(Admitted::Answer(decided)) | Err(decided) => Err((out, decided)),
    };
    if let Err((out, decided)) = exchanged {
        answer(out, &decided.on(&route.name), caller.as_deref());
    }
}

/// Answers here.
fn answer(out: ResponseOutparam, answer: &Answer, caller: Option<&str>) {
    log::answered(answer, caller);
    response::send(out, answer);
}

/// Judges the caller's token and gets the one for the server behind, as far as the route wants either.
/// Who called is told besides, whatever comes of it.
fn admitted(
    setup: &Setup,
    received: &Received,
    pass: Pass<'_>,
    caller: &mut Option<String>,
) -> Result<Admitted, Answer> {
    if received.is_longer_than(setup.configuration.longest_body) {
        return Err(Answer::refused(
            413,
            "body",
            "the request's body is too large",
        ));
    }
    let claims = admission::caller(&pass)?;
    *caller = claims.as_deref().and_then(mark);
    let token = admission::token(setup, &pass, None)?;
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
