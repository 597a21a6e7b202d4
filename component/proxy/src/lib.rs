//! A proxy in front of an API, as a component: it reads the head of a request, asks [`protocol::edge`] what becomes of it, has its
//! token judged, and moves bodies. It knows no rule, and reaches neither a token endpoint nor a server that is not configured: what opens
//! the gates is another component.

mod admission;
mod bindings;
mod body;
mod credential;
mod kept_tokens;
mod log;
mod plan;
mod request;
mod response;
mod setup;
mod upload;
mod upstream;

use protocol::edge::answer::Answer;
use protocol::edge::caller::mark;
use protocol::edge::challenge::claims;
use protocol::edge::decision::{Admitted, Decision, Forward, Pass, decide};
use protocol::edge::head::Head;
use protocol::edge::peer::Peer;

use bindings::entra_auth::core::peer::{self, Place};
use bindings::exports::wasi::http::incoming_handler::{Guest, IncomingRequest, ResponseOutparam};
use request::Received;
use setup::Setup;
use upload::Upload;
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
    let mut head = received.head();
    if setup.configuration.sidecar.is_some() {
        head = head.from_peer(peer());
    }
    let mut pass = match decide(&setup.configuration, &head) {
        Decision::Answer(decided) => return answer(out, &decided, None),
        Decision::Pass(pass) => pass,
    };
    let mut caller = None;
    let ended = match admitted(setup, received, &mut pass, &mut caller) {
        Ok(Admitted::Forward(forward)) => go_on(
            setup,
            received,
            &pass,
            &forward,
            request,
            caller.as_deref(),
            out,
        ),
        Ok(Admitted::Answer(decided)) | Err(decided) => Err((out, decided)),
    };
    if let Err((out, decided)) = ended {
        answer(out, &pass.entrance.told(decided), caller.as_deref());
    }
}

/// Sends it to the server behind, and once more where that asks for another token.
fn go_on(
    setup: &Setup,
    received: &Received,
    pass: &Pass<'_>,
    forward: &Forward,
    request: IncomingRequest,
    caller: Option<&str>,
    out: ResponseOutparam,
) -> Result<(), (ResponseOutparam, Answer)> {
    let patience = setup.configuration.upstream_timeout;
    let upload = match Upload::of(received, request, pass.attach.is_some(), patience) {
        Ok(upload) => upload,
        Err(answer) => return Err((out, answer)),
    };
    let passed = Passed {
        entrance: pass.entrance.name,
        method: received.method(),
        forward,
        upload,
        caller,
    };
    upstream::exchange(setup, passed, out, |first| {
        let attach = pass.attach?;
        let claims = claims(&setup.configuration, attach, first.status, &first.headers)?;
        let token = admission::token(setup, pass, Some(claims)).transpose()?;
        Some(token.map(|token| forward.with_token(&token)))
    })
}

/// Answers here.
fn answer(out: ResponseOutparam, answer: &Answer, caller: Option<&str>) {
    log::answered(answer, caller);
    response::send(out, answer);
}

fn peer() -> Peer {
    match peer::locate() {
        Place::Loopback => Peer::Loopback,
        Place::Elsewhere => Peer::Elsewhere,
        Place::Unknown => Peer::Unknown,
    }
}

/// Judges the caller's token and gets the one that is needed, as far as either is wanted.
/// Who called is told besides, whatever comes of it.
fn admitted(
    setup: &Setup,
    received: &Received,
    pass: &mut Pass<'_>,
    caller: &mut Option<String>,
) -> Result<Admitted, Answer> {
    if received.is_longer_than(setup.configuration.longest_body) {
        return Err(Answer::refused(
            413,
            "body",
            "the request's body is too large",
        ));
    }
    let claims = admission::caller(pass)?;
    *caller = claims.as_deref().and_then(mark);
    let token = admission::token(setup, pass, None)?;
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
