//! Who called, for a log that is read by more people than may know it.

use std::fmt::Write;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Enough to tell the callers of a day apart, and too little to find anything else by.
const LENGTH: usize = 8;

/// A mark that is the same for the same caller; nothing where the claims identify nobody. What is no text identifies nobody.
pub(super) fn of(claims: &Map<String, Value>) -> Option<String> {
    let text = |name| claims.get(name).and_then(Value::as_str);
    let who = text("oid").or_else(|| text("sub"))?;
    let client = text("azp").or_else(|| text("appid")).unwrap_or_default();
    let tenant = text("tid").unwrap_or_default();
    let digest = Sha256::digest(format!("{tenant}/{who}/{client}"));
    let mut mark = String::new();
    for byte in digest.iter().take(LENGTH) {
        // Text has no end of room.
        write!(mark, "{byte:02x}").ok()?;
    }
    Some(mark)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mark(claims: &Value) -> Option<String> {
        of(claims.as_object().unwrap())
    }

    #[test]
    fn a_mark_is_one_callers_and_tells_nobody_who() {
        let alice = json!({"tid": "t", "oid": "alice", "azp": "app", "exp": 1});
        let again = json!({"tid": "t", "oid": "alice", "azp": "app", "exp": 2});
        let others = [
            json!({"tid": "t", "oid": "bob", "azp": "app"}),
            json!({"tid": "u", "oid": "alice", "azp": "app"}),
            json!({"tid": "t", "oid": "alice", "appid": "other"}),
            json!({"tid": "t", "sub": "daemon"}),
        ];
        let known = mark(&alice).unwrap();
        assert_eq!((known.len(), mark(&again)), (16, Some(known.clone())));
        for other in others {
            assert_ne!(mark(&other).unwrap(), known, "{other}");
        }
        assert_eq!((mark(&json!({})), mark(&json!({"oid": 1}))), (None, None));
    }
}
