//! The caller's token: one, in the header that is meant for it.
//!
//! [RFC 6750 section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1). A token in the query, a cookie or the body is none.

use crate::edge::head::Head;

/// What stands in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearer<'a> {
    /// Nothing, or another scheme.
    None,
    /// A token.
    Token(&'a str),
    /// Something that two readers could take for two things.
    Ambiguous,
}

impl<'a> Bearer<'a> {
    pub(crate) fn of(head: &Head<'a>) -> Self {
        let mut values = head.values("authorization");
        let Some(value) = values.next() else {
            return Self::None;
        };
        if values.next().is_some() {
            return Self::Ambiguous;
        }
        let Ok(value) = std::str::from_utf8(value) else {
            return Self::Ambiguous;
        };
        let scheme_end = value.find(|character: char| !character.is_ascii_alphanumeric());
        let (scheme, rest) = value.split_at(scheme_end.unwrap_or(value.len()));
        if scheme.eq_ignore_ascii_case("bearer") {
            return match rest.strip_prefix(' ') {
                Some(token) if !token.is_empty() && token.bytes().all(is_token) => {
                    Self::Token(token)
                }
                _ => Self::Ambiguous,
            };
        }
        // A list would be several credentials.
        match value.contains(',') {
            true => Self::Ambiguous,
            false => Self::None,
        }
    }
}

/// `b64token`. In one expression: a token has a thousand of them or two.
const fn is_token(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_token_or_none() {
        let rows: [(&[&[u8]], Bearer<'_>); 16] = [
            (&[], Bearer::None),
            (&[b"Bearer a.b.c"], Bearer::Token("a.b.c")),
            (&[b"bearer a.b.c"], Bearer::Token("a.b.c")),
            (&[b"BEARER a"], Bearer::Token("a")),
            (&[b"Basic YTpi"], Bearer::None),
            (&[b"Negotiate"], Bearer::None),
            (&[b"Bearer"], Bearer::Ambiguous),
            (&[b"Bearer "], Bearer::Ambiguous),
            (&[b"Bearer  a"], Bearer::Ambiguous),
            (&[b"Bearer\ta"], Bearer::Ambiguous),
            (&[b"Bearera"], Bearer::None),
            (&[b"Bearer a b"], Bearer::Ambiguous),
            (&[b"Bearer a, Bearer b"], Bearer::Ambiguous),
            (&[b"Basic YTpi, Bearer b"], Bearer::Ambiguous),
            (&[b"Bearer a", b"Bearer a"], Bearer::Ambiguous),
            (&[b"Bearer \xff"], Bearer::Ambiguous),
        ];
        for (values, expected) in rows {
            let headers: Vec<(String, Vec<u8>)> = values
                .iter()
                .map(|value| ("Authorization".to_owned(), value.to_vec()))
                .collect();
            let head = Head::new("GET", "http", Some("a"), "/", &headers);
            assert_eq!(Bearer::of(&head), expected, "{values:?}");
        }
    }
}
