//! A setting as people write it into their environment: with blanks around it, or in the quotes of a `.env` file.

use std::ffi::OsString;

use zeroize::Zeroizing;

/// The value of a variable, which may hold a password.
pub(super) struct Setting {
    pub(super) variable: &'static str,
    /// Trimmed and without quotes. Absent if it is no text.
    pub(super) text: Option<Zeroizing<String>>,
}

impl Setting {
    /// What is empty is not set.
    pub(super) fn of_variable(
        variable: &'static str,
        find: impl Fn(&str) -> Option<OsString>,
    ) -> Option<Self> {
        let text = find(variable)?.into_string().ok().map(Zeroizing::new);
        let text = text.map(|text| Zeroizing::new(unquoted(text.trim()).trim().to_owned()));
        let is_set = text.as_ref().is_none_or(|text| !text.is_empty());
        is_set.then_some(Self { variable, text })
    }
}

fn unquoted(text: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text)
}
