//! `--output` of the commands whose result has members: text for people, JSON or YAML for programs.

use serde_json::Value;

use crate::input::named::{self, Named};
use crate::output::error::BadValue;
use crate::output::json::to_json;
use crate::output::yaml::to_yaml;

/// How the result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Text,
    Yaml,
}

impl Named for Format {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Text, "text"),
        (Self::Json, "json"),
        (Self::Yaml, "yaml"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[];
    const NOUN: &'static str = "output format";
}

impl std::str::FromStr for Format {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        named::parse(text)
    }
}

/// The value in a structured format; `None` asks the caller for its own text.
pub(crate) fn structured(value: &Value, format: Format) -> Option<String> {
    match format {
        Format::Json => Some(to_json(value)),
        Format::Yaml => Some(to_yaml(value)),
        Format::Text => None,
    }
}
