//! Structured results: JSON or YAML.

use serde_json::Value;

use crate::input::named::{self, Named};
use crate::output::error::BadValue;
use crate::output::yaml::to_yaml;

/// How `config list` and `config show` write their result.
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

/// Indented, so that `grep` finds a member on a line of its own.
pub(crate) fn to_json(value: &Value) -> String {
    format!("{value:#}")
}

/// The value in a structured format; `None` asks the caller for its own text.
pub(crate) fn structured(value: &Value, format: Format) -> Option<String> {
    match format {
        Format::Json => Some(to_json(value)),
        Format::Yaml => Some(to_yaml(value)),
        Format::Text => None,
    }
}
