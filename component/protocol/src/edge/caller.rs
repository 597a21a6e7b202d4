//! Who called, for a log that is read by more people than may know it.

use std::fmt::Write;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Enough to tell the callers of a day apart, and too little to find anything else by.
const LENGTH: usize = 8;

/// Whoever a token is about. What is no text identifies nobody.
#[derive(Deserialize)]
struct Claims {
    tid: Option<String>,
    oid: Option<String>,
    sub: Option<String>,
    azp: Option<String>,
    appid: Option<String>,
}

/// A mark that is the same for the same caller; nothing where the claims, a JSON object, identify nobody.
pub fn mark(claims: &str) -> Option<String> {
    let claims: Claims = serde_json::from_str(claims).ok()?;
    let who = claims.oid.or(claims.sub)?;
    let client = claims.azp.or(claims.appid).unwrap_or_default();
    let identity = format!("{}/{who}/{client}", claims.tid.unwrap_or_default());
    let digest = Sha256::digest(identity.as_bytes());
    let mut mark = String::new();
    for byte in digest.iter().take(LENGTH) {
        // Text has no end of room.
        write!(mark, "{byte:02x}").ok()?;
    }
    Some(mark)
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn a_mark_is_one_callers_and_tells_nobody_who() {
        let alice = r#"{"tid": "t", "oid": "alice", "azp": "app", "exp": 1}"#;
        let again = r#"{"tid": "t", "oid": "alice", "azp": "app", "exp": 2}"#;
        let others = [
            r#"{"tid": "t", "oid": "bob", "azp": "app"}"#,
            r#"{"tid": "u", "oid": "alice", "azp": "app"}"#,
            r#"{"tid": "t", "oid": "alice", "appid": "other"}"#,
            r#"{"tid": "t", "sub": "daemon"}"#,
        ];
        let known = mark(alice).unwrap();
        assert_eq!((known.len(), mark(again)), (16, Some(known.clone())));
        for other in others {
            assert_ne!(mark(other).unwrap(), known, "{other}");
        }
        assert_eq!((mark("{}"), mark("nonsense")), (None, None));
    }
}
