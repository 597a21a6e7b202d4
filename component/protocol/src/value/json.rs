//! JSON objects from strangers, read with limits.
//!
//! [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259). A member that stands twice is refused: two readers that pick differently is
//! how a check gets separated from a use.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
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
    let (members, repeated) = viewed(bytes)?;
    match repeated.iter().any(|member| member.depth == 0) {
        true => Err(Fault::Repeated),
        false => Ok(members),
    }
}

/// Reads one object for somebody to look at, and which members stand twice, at any depth. The last of them counts.
pub(crate) fn viewed(bytes: &[u8]) -> Result<(Map<String, Value>, Vec<Repeated>), Fault> {
    // RFC 8259 section 8.1: a byte order mark may be ignored.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::Empty);
    }
    if depth(bytes) > DEEPEST {
        return Err(Fault::TooDeep);
    }
    let mut repeated = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node {
        depth: 0,
        repeated: &mut repeated,
    }
    .deserialize(&mut deserializer)
    .and_then(|value| deserializer.end().map(|()| value));
    let value = value.map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => Fault::Truncated,
        _ => Fault::NotJson,
    })?;
    match value {
        Value::Object(members) => Ok((members, repeated)),
        _ => Err(Fault::NotObject),
    }
}

/// A member that stands twice in one object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeated {
    pub(crate) name: String,
    /// How many objects and lists are around the one that it is in.
    pub(crate) depth: usize,
}

/// A value at some depth; the library would drop all but the last of equal members without a word.
struct Node<'a> {
    depth: usize,
    repeated: &'a mut Vec<Repeated>,
}

impl Node<'_> {
    fn below(&mut self) -> Node<'_> {
        Node {
            depth: self.depth + 1,
            repeated: self.repeated,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self.below())? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(self.below())?;
            if members.insert(name.clone(), value).is_some() {
                let depth = self.depth;
                self.repeated.push(Repeated { name, depth });
            }
        }
        Ok(members.into())
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
            ("byte order mark", b"\xef\xbb\xbf{}", None),
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
    fn members_that_stand_twice_are_told_at_every_depth() {
        for (text, expected) in [
            (r#"{"a":1,"b":{"a":2}}"#, vec![]),
            (r#"{"a":1,"a":2}"#, vec![("a", 0)]),
            (r#"{"b":{"a":1,"\u0061":2}}"#, vec![("a", 1)]),
            (
                r#"{"b":[{"a":1},{"a":1,"a":2,"a":3}]}"#,
                vec![("a", 2), ("a", 2)],
            ),
        ] {
            let (_, repeated) = viewed(text.as_bytes()).unwrap();
            let found: Vec<(&str, usize)> = repeated
                .iter()
                .map(|member| (member.name.as_str(), member.depth))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
        let (members, _) = viewed(br#"{"a":1,"a":2}"#).unwrap();
        assert_eq!(members["a"], 2);
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
