//! A proxy in front of an API, as a component: it reads the head of a request, asks [`protocol::edge`] what becomes of it, has its
//! token judged, and moves bodies. It knows no rule, and reaches neither a token endpoint nor a server that is not configured: what opens
//! the gates is another component.

mod admission;
mod bindings;
mod body;
mod credential;
mod download;
mod kept_tokens;
mod log;
mod onward;
mod plan;
mod relay;
mod request;
mod response;
mod setup;
mod upload;
mod upstream;

use protocol::edge::answer::Answer;

use bindings::exports::wasi::http::incoming_handler::{Guest, IncomingRequest, ResponseOutparam};
use request::Received;
use upload::Upload;
use upstream::Answered;

struct Proxy;

impl Guest for Proxy {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let received = Received::read(&request);
        match pass_on(&received, request) {
            Ok(answered) => answered.back(received.is_head(), out),
            Err(answer) => response::send(out, &answer),
        }
    }
}

/// Sends it to the server behind, if it may pass.
fn pass_on(received: &Received, request: IncomingRequest) -> Result<Answered, Answer> {
    let (setup, onward) = onward::judge(received)?;
    let patience = setup.configuration.upstream_timeout;
    let upload = Upload::of(received, request, onward.is_to_last(), patience);
    let answered = upload.and_then(|upload| upstream::exchange(&setup, received, &onward, upload));
    answered.map_err(|answer| onward.ended(answer))
}
