//! How the browser brings the answer.
//!
//! [OAuth 2.0 Multiple Response Type Encoding Practices section 2.1](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes)
//! and [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).

use crate::authority::Authority;

/// Where the parameters of the answer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In a posted form.
    FormPost,
    /// In the address, which browsers keep in their history and may pass on as `Referer`
    /// ([RFC 9700 section 4.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.2)).
    Query,
}

impl ResponseMode {
    /// What the authority is asked for: the form, unless it has none.
    pub fn of(authority: &Authority) -> Self {
        match authority.has_form_post() {
            true => Self::FormPost,
            false => Self::Query,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::FormPost => "form_post",
            Self::Query => "query",
        }
    }
}
