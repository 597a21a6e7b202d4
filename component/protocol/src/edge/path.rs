//! Paths that everybody reads alike.
//!
//! [RFC 3986 section 6.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2): two spellings of one path are one path to some and two to
//! others, which is how a rule for one of them is passed by. So each has one spelling here.

/// Why a path is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambiguous(pub(crate) &'static str);

/// The path of a request's target, without its query.
pub(crate) fn of_target(target: &str) -> Result<&str, Ambiguous> {
    if target.contains('#') {
        return Err(Ambiguous("has a fragment"));
    }
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Ambiguous("has characters that addresses cannot have"));
    }
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    check(path)?;
    Ok(path)
}

/// Whether the path has only one spelling.
pub(crate) fn check(path: &str) -> Result<(), Ambiguous> {
    let Some(rest) = path.strip_prefix('/') else {
        return Err(Ambiguous("does not begin with a slash"));
    };
    if path.contains(['\\', ';']) {
        return Err(Ambiguous("has a backslash or a semicolon"));
    }
    let (rest, segments) = (rest.strip_suffix('/').unwrap_or(rest), path.len() > 1);
    if segments
        && rest
            .split('/')
            .any(|segment| matches!(segment, "" | "." | ".."))
    {
        return Err(Ambiguous("has an empty segment, `.` or `..`"));
    }
    check_escapes(path)
}

fn check_escapes(path: &str) -> Result<(), Ambiguous> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = (bytes.next().and_then(digit), bytes.next().and_then(digit));
        let (Some(high), Some(low)) = digits else {
            return Err(Ambiguous("has a `%` without two digits"));
        };
        let byte = high << 4 | low;
        // Separators and control characters mean something to whoever decodes first, `%` to whoever decodes twice, and
        // what needs no escape has a second spelling.
        if byte.is_ascii_control() || byte.is_ascii_alphanumeric() || b"-._~/\\;%#?".contains(&byte)
        {
            return Err(Ambiguous("escapes a character that has another spelling"));
        }
        decoded.push(byte);
    }
    match std::str::from_utf8(&decoded) {
        Ok(_) => Ok(()),
        Err(_) => Err(Ambiguous("escapes something that is not UTF-8")),
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_spelling() {
        let good = [
            "/",
            "/orders",
            "/orders/",
            "/orders/1",
            "/a.b/..c/c..",
            "/a%20b",
            "/caf%C3%A9",
            "/a:b@c!$&'()*+,=",
            "/orders?x=//../%2e%2f;\\",
            "/orders?",
        ];
        for target in good {
            assert!(of_target(target).is_ok(), "{target}");
        }
        let bad = [
            "",
            "*",
            "orders",
            "http://evil.test/orders",
            "//",
            "//evil.test/",
            "/a//b",
            "/a//",
            "/./a",
            "/a/.",
            "/a/../b",
            "/..",
            "/a/..?x",
            "/%2e%2e/a",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/a;x=1",
            "/a%3bx",
            "/a%00",
            "/a%0d%0a",
            "/a%252e",
            "/%61dmin",
            "/a%7e",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%+1",
            "/a%c0%ae",
            "/a%ff",
            "/a#b",
            "/a?b#c",
            "/a%23b",
            "/a%3fb",
            "/a b",
            "/caf\u{e9}",
            "/a\u{0}",
        ];
        for target in bad {
            assert!(of_target(target).is_err(), "{target:?}");
        }
    }

    #[test]
    fn the_query_is_not_part_of_it() {
        assert_eq!(of_target("/admin?x=/public"), Ok("/admin"));
    }
}
