//! JSON objects from strangers, read with limits.
//!
//! [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259). A member that stands twice is refused: two readers that pick differently is
//! how a check gets separated from a use.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Entra nests three levels deep; the rest is room. Keeps a hostile body from costing stack.
const DEEPEST: usize = 32;

/// Why these bytes are not an acceptable JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Empty,
    Truncated,
    NotJson,
    NotObject,
    TooDeep,
    Repeated,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "nothing",
            Self::Truncated => "JSON that breaks off",
            Self::NotJson => "something that is not JSON",
            Self::NotObject => "JSON that is not an object",
            Self::TooDeep => "JSON that is nested too deeply",
            Self::Repeated => "JSON that has the same member twice",
        })
    }
}

/// Reads one object; members keep their order, and none stands twice at the top level.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Fault> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::Empty);
    }
    if depth(bytes) > DEEPEST {
        return Err(Fault::TooDeep);
    }
    let object: Object = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => Fault::Truncated,
        serde_json::error::Category::Data => Fault::NotObject,
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => Fault::NotJson,
    })?;
    if object.has_repeated {
        Err(Fault::Repeated)
    } else {
        Ok(object.members)
    }
}

struct Object {
    members: Map<String, Value>,
    has_repeated: bool,
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Object, A::Error> {
        let mut object = Object {
            members: Map::new(),
            has_repeated: false,
        };
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            object.has_repeated |= object.members.insert(name, value).is_some();
        }
        Ok(object)
    }
}

fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sound_object_is_read() {
        let deep = format!(
            "{}{}",
            r#"{"a":"#.repeat(33),
            "1".to_owned() + &"}".repeat(33)
        );
        let brackets = "[".repeat(1_000_000);
        let rows: [(&str, &[u8], Option<Fault>); 20] = [
            ("object", br#"{"a":1,"b":[{}]}"#, None),
            ("empty object", b" {} ", None),
            (
                "brackets inside a string",
                br#"{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}"#,
                None,
            ),
            (
                "escaped quote inside a string",
                br#"{"a":"\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"}"#,
                None,
            ),
            ("same name one level down", br#"{"a":1,"b":{"a":2}}"#, None),
            ("nothing", b"", Some(Fault::Empty)),
            ("blanks", b" \r\n", Some(Fault::Empty)),
            ("half", br#"{"a":"#, Some(Fault::Truncated)),
            ("half a string", br#"{"a":"b"#, Some(Fault::Truncated)),
            ("HTML", b"<html></html>", Some(Fault::NotJson)),
            ("form", b"a=b&c=d", Some(Fault::NotJson)),
            ("two documents", b"{} {}", Some(Fault::NotJson)),
            ("not UTF-8", b"{\"a\":\"\xff\"}", Some(Fault::NotJson)),
            (
                "raw control character",
                b"{\"a\":\"\n\"}",
                Some(Fault::NotJson),
            ),
            ("byte order mark", b"\xef\xbb\xbf{}", Some(Fault::NotJson)),
            ("array", b"[1]", Some(Fault::NotObject)),
            ("text", br#""a""#, Some(Fault::NotObject)),
            ("twice", br#"{"a":1,"a":1}"#, Some(Fault::Repeated)),
            ("too deep", deep.as_bytes(), Some(Fault::TooDeep)),
            (
                "a million brackets",
                brackets.as_bytes(),
                Some(Fault::TooDeep),
            ),
        ];
        for (name, bytes, expected) in rows {
            assert_eq!(object(bytes).err(), expected, "{name}");
        }
    }

    #[test]
    fn a_name_hidden_by_an_escape_is_still_the_same_name() {
        assert_eq!(
            object(br#"{"error":"x","\u0065rror":"y"}"#).err(),
            Some(Fault::Repeated)
        );
    }

    #[test]
    fn members_keep_their_order() {
        let members = object(br#"{"z":1,"a":2,"m":3}"#).unwrap();
        assert_eq!(members.keys().collect::<Vec<_>>(), ["z", "a", "m"]);
    }
}
