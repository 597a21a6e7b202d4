//! What a request asks for.

use super::admission::Refusal;

/// The query, decoded.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn of(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }

    pub(super) fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        let (_, value) = values.next().filter(|(_, value)| !value.is_empty())?;
        values.next().is_none().then_some(value)
    }

    pub(super) fn check_version(&self, is_known: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        match self.only("api-version") {
            Some(version) if is_known(version) => Ok(()),
            _ => Err(Refusal::new(
                400,
                "version",
                "the parameter `api-version` is missing, or names no version that is known here",
            )),
        }
    }
}
