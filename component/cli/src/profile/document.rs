//! The document of all profiles.
//!
//! Canonical form: a bare array of profiles (see `profile`), indented by two blanks, so that the
//! file can be exchanged with the tool that had it first. A `{"profiles": […]}` wrapper and a
//! single profile are read too; a wrapper that holds anything else keeps its form.

use serde_json::{Map, Value};

use crate::input::json;
use crate::output::json::to_json;
use crate::profile::Profile;

/// All profiles.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ProfileDocument {
    pub(crate) profiles: Vec<Profile>,
    /// Members beside `profiles`, where there was a wrapper.
    wrapper: Map<String, Value>,
}

impl ProfileDocument {
    /// Read a document. Fails with words that complete "failed to parse profiles: …".
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let value = json::parse(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let what = match error.to_string().starts_with(json::REPEATED) {
                true => json::REPEATED,
                false => "invalid JSON",
            };
            format!("{what} at line {line}, column {column}")
        })?;
        let (entries, wrapper) = entries(value)?;
        let mut profiles = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            let number = index + 1;
            let Value::Object(object) = entry else {
                return Err(format!("profile {number} is no object"));
            };
            let profile = Profile::from_json(object);
            profiles.push(profile.map_err(|problem| format!("profile {number} {problem}"))?);
        }
        Ok(Self { profiles, wrapper })
    }

    /// The canonical form.
    pub(crate) fn to_text(&self) -> String {
        let profiles: Vec<Value> = self
            .profiles
            .iter()
            .map(|profile| Value::from(profile.to_json()))
            .collect();
        let value = if self.wrapper.is_empty() {
            Value::from(profiles)
        } else {
            let mut wrapper = self.wrapper.clone();
            wrapper.insert("profiles".to_owned(), Value::from(profiles));
            Value::from(wrapper)
        };
        format!("{}\n", to_json(&value))
    }

    /// By exact name, else by the only name that differs in case alone.
    pub(crate) fn find(&self, name: &str) -> Option<&Profile> {
        if let Some(exact) = self.profiles.iter().find(|profile| profile.name == name) {
            return Some(exact);
        }
        let folded = name.to_lowercase();
        let mut similar = self
            .profiles
            .iter()
            .filter(|profile| profile.name.to_lowercase() == folded);
        match (similar.next(), similar.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// Names in alphabetical order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.sorted()
            .into_iter()
            .map(|profile| profile.name.as_str())
            .collect()
    }

    /// Profiles in alphabetical order of their names.
    pub(crate) fn sorted(&self) -> Vec<&Profile> {
        let mut profiles: Vec<&Profile> = self.profiles.iter().collect();
        profiles.sort_by_cached_key(|profile| (profile.name.to_lowercase(), profile.name.clone()));
        profiles
    }

    /// Put `next` in the place of the profile of exactly this name; nothing if there is none.
    pub(crate) fn replace(&mut self, name: &str, next: Profile) -> Option<()> {
        let known = self.profiles.iter_mut();
        *known.into_iter().find(|known| known.name == name)? = next;
        Some(())
    }

    /// Add the profile, in place of one of exactly the same name.
    pub(crate) fn put(&mut self, profile: Profile) {
        match self
            .profiles
            .iter_mut()
            .find(|known| known.name == profile.name)
        {
            Some(known) => *known = profile,
            None => self.profiles.push(profile),
        }
    }
}

fn entries(value: Value) -> Result<(Vec<Value>, Map<String, Value>), String> {
    match value {
        Value::Array(entries) => Ok((entries, Map::new())),
        Value::Object(mut object) => match object.shift_remove("profiles") {
            Some(Value::Array(entries)) => Ok((entries, object)),
            Some(_) => Err("`profiles` is no array".to_owned()),
            None if object.is_empty() => Ok((Vec::new(), object)),
            None => Ok((vec![Value::from(object)], Map::new())),
        },
        _ => Err("neither an array nor an object".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_shape_is_read() {
        for (text, expected) in [
            ("", vec![]),
            (" \n", vec![]),
            ("[]", vec![]),
            ("{}", vec![]),
            ("\u{feff}[{\"name\":\"a\"}]", vec!["a"]),
            (r#"[{"name":"b"},{"name":"a"}]"#, vec!["a", "b"]),
            (
                r#"{"profiles":[{"name":"a"},{"name":"B"}]}"#,
                vec!["a", "B"],
            ),
            (r#"{"name":"only","scope":"User.Read"}"#, vec!["only"]),
        ] {
            let document = ProfileDocument::parse(text).unwrap();
            assert_eq!(document.names(), expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_parse_says_where() {
        for (text, expected) in [
            ("[{\n  \"name\": x}]", "invalid JSON at line 2, column 11"),
            ("[1]", "profile 1 is no object"),
            (r#"[{"name":"a"},{}]"#, "profile 2 has no `name`"),
            (r#"{"profiles":{}}"#, "`profiles` is no array"),
            (
                r#"[{"name":"a","authority":"https://a","authority":"https://b"}]"#,
                "a member stands twice in one object at line 1, column 61",
            ),
            (
                r#"[{"name":"a","tenantId":"t","tenant":"u"}]"#,
                "profile 1 has `tenantId` and `tenant`, which say different things",
            ),
            ("1", "neither an array nor an object"),
        ] {
            assert_eq!(ProfileDocument::parse(text).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_document_is_written_as_a_bare_array_unless_the_wrapper_holds_more() {
        for (text, start) in [
            (
                r#"{"profiles":[{"name":"a"}]}"#,
                "[\n  {\n    \"name\": \"a\"",
            ),
            (
                r#"{"version":2,"profiles":[]}"#,
                "{\n  \"version\": 2,\n  \"profiles\": []\n}\n",
            ),
        ] {
            let written = ProfileDocument::parse(text).unwrap().to_text();
            assert!(written.starts_with(start), "{written}");
            assert_eq!(
                ProfileDocument::parse(&written).unwrap(),
                ProfileDocument::parse(text).unwrap()
            );
        }
    }

    #[test]
    fn exact_names_win_and_case_alone_is_forgiven_once() {
        let text = r#"[{"name":"Dev"},{"name":"prod"},{"name":"PROD"}]"#;
        let document = ProfileDocument::parse(text).unwrap();
        for (name, expected) in [
            ("Dev", Some("Dev")),
            ("dev", Some("Dev")),
            ("prod", Some("prod")),
            ("PROD", Some("PROD")),
            ("Prod", None),
            ("test", None),
        ] {
            let found = document.find(name).map(|profile| profile.name.as_str());
            assert_eq!(found, expected, "{name}");
        }
    }
}
