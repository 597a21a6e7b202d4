//! What an HTTP status says, whatever came with it.

/// [RFC 9110 section 15](https://www.rfc-editor.org/rfc/rfc9110#section-15): statuses that speak of now, not of the request.
pub(crate) const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}
