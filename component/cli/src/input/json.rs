//! JSON from elsewhere, in which a member stands once.
//!
//! Readers differ in which of two members of one name they take, so that a person may see one and a program the other:
//! what repeats a member is refused ([RFC 8259 section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The value in `text`; its members keep their order.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Unrepeated>(text)?;
    serde_json::from_str(text)
}

/// Whatever is in it, each member stands once.
struct Unrepeated;

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Unrepeated;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unrepeated, E> {
        Ok(Unrepeated)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unrepeated, E> {
        Ok(Unrepeated)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unrepeated, E> {
        Ok(Unrepeated)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unrepeated, E> {
        Ok(Unrepeated)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unrepeated, E> {
        Ok(Unrepeated)
    }

    fn visit_unit<E>(self) -> Result<Unrepeated, E> {
        Ok(Unrepeated)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unrepeated, A::Error> {
        while items.next_element::<Unrepeated>()?.is_some() {}
        Ok(Unrepeated)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unrepeated, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value::<Unrepeated>()?;
            if !names.insert(name) {
                return Err(A::Error::custom(REPEATED));
            }
        }
        Ok(Unrepeated)
    }
}

/// How errors of repetition begin; the name itself may be anything.
pub(crate) const REPEATED: &str = "a member stands twice in one object";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_stands_once_at_any_depth() {
        for (text, is_good) in [
            (r#"{"a":1,"b":[{"a":-2.5,"c":null}],"d":{"a":true}}"#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"\u0061":2}"#, false),
            (r#"[{"x":{"a":1,"b":2,"a":3}}]"#, false),
            ("{", false),
        ] {
            let parsed = parse(text);
            assert_eq!(parsed.is_ok(), is_good, "{text}");
            if let Ok(value) = parsed {
                assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
            }
        }
    }
}
