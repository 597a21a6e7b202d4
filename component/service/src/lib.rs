//! A door to the proxy for engines of WASI 0.3 (`wasi:http/handler`), which keep an instance for the next request. It moves heads and
//! pieces of bodies, and knows nothing of either.

mod answer;
mod bindings;
mod head;
mod upload;

use bindings::entra_auth::core::relay::{Exchange, Want};
use bindings::exports::wasi::http0_3_0::handler::{ErrorCode, Guest, Request, Response};
use bindings::wasi::clocks0_3_0::monotonic_clock::wait_for;
use upload::{Part, Upload};

/// In nanoseconds. While a caller still sends, nobody tells when an answer begins, so it is looked for that often.
const MOMENT: u64 = 20_000_000;

struct Service;

impl Guest for Service {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let exchange = Exchange::new(&head::of(&request));
        let mut upload = (exchange.wants() != Want::Nothing).then(|| Upload::of(request));
        let answer = loop {
            if let Some(answer) = exchange.answer() {
                break answer;
            }
            send(&exchange, &mut upload).await;
        };
        answer::respond(answer, exchange, upload)
    }
}

/// Moves the next piece of a request's body, or waits a moment for it.
async fn send(exchange: &Exchange, upload: &mut Option<Upload>) {
    let Some(caller) = upload else { return };
    match exchange.wants() {
        Want::Nothing => *upload = None,
        Want::Time => wait_for(MOMENT).await,
        Want::Piece => match caller.next().await {
            Part::Piece(piece) => exchange.send(&piece),
            Part::None => {}
            Part::End { is_whole } => {
                *upload = None;
                exchange.end(is_whole);
            }
        },
    }
}
