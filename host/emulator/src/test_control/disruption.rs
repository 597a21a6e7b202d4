//! How an answer is disturbed on its way, which a response alone cannot say.

use std::time::Duration;

/// Wishes to whoever writes a response to a connection, found in the response's
/// [extensions](http::Response::extensions). Without a connection they may be ignored.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Disruption {
    /// How long to wait before the first byte.
    pub delay: Duration,
    /// Whether to close the connection in the middle of the body, whose full length was announced.
    pub cut_off: bool,
    /// Whether to close the connection instead of answering.
    pub hang_up: bool,
}
