//! What an HTTP status says, whoever sent it.

/// [RFC 9110 section 15](https://www.rfc-editor.org/rfc/rfc9110#section-15): statuses that speak of now, not of the request. Gateways
/// have numbers of their own above 504.
pub(crate) const fn is_transient(status: u16) -> bool {
    match status {
        // Too early to say: RFC 8470 section 5.2.
        408 | 425 | 429 => true,
        // Not implemented, a version of HTTP, and a network that wants a sign-in of its own (RFC 6585 section 6).
        501 | 505 | 511 => false,
        _ => status >= 500 && status < 600,
    }
}
