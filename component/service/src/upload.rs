//! The body of a request, a piece at a time.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use wit_bindgen::{FutureReader, StreamReader};

use crate::MOMENT;
use crate::bindings::wasi::clocks0_3_0::monotonic_clock::wait_for;
use crate::bindings::wasi::http0_3_0::types::{ErrorCode, Request, Trailers};
use crate::bindings::wit_future;

/// How much is held at once.
const PIECE: usize = 16 * 1024;

/// What came of waiting for a moment.
pub(crate) enum Part {
    Piece(Vec<u8>),
    /// The caller sends nothing now.
    None,
    End {
        is_whole: bool,
    },
}

/// What a caller still sends.
pub(crate) struct Upload {
    /// The piece that is waited for; kept from one moment to the next, since what arrives for one that was given up is lost.
    coming: Coming,
    trailers: Option<FutureReader<Result<Option<Trailers>, ErrorCode>>>,
}

type Coming = Pin<Box<dyn Future<Output = (StreamReader<u8>, Vec<u8>)>>>;

impl Upload {
    pub(crate) fn of(request: Request) -> Self {
        // What becomes of the body is nothing that an engine could act on.
        let (_, taken) = wit_future::new(|| Ok(()));
        let (body, trailers) = Request::consume_body(request, taken);
        Self {
            coming: coming(body),
            trailers: Some(trailers),
        }
    }

    pub(crate) async fn next(&mut self) -> Part {
        let mut moment = pin!(wait_for(MOMENT));
        let arrived = poll_fn(|context| match self.coming.as_mut().poll(context) {
            Poll::Ready(arrived) => Poll::Ready(Some(arrived)),
            Poll::Pending => moment.as_mut().poll(context).map(|()| None),
        });
        let Some((body, piece)) = arrived.await else {
            return Part::None;
        };
        if piece.is_empty() {
            let trailers = self.trailers.take();
            let is_whole = match trailers {
                Some(trailers) => trailers.await.is_ok(),
                None => true,
            };
            return Part::End { is_whole };
        }
        self.coming = coming(body);
        Part::Piece(piece)
    }
}

/// The next piece; nothing at the end.
fn coming(mut body: StreamReader<u8>) -> Coming {
    Box::pin(async move {
        let (_, piece) = body.read(Vec::with_capacity(PIECE)).await;
        (body, piece)
    })
}
