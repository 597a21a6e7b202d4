//! The body of a token request (RFC 6749 appendix B).

use http::{HeaderMap, header::CONTENT_TYPE};

use crate::refusal::Refusal;

/// Named values in the order in which they were sent, each name once.
#[derive(Debug)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body. One that is not declared to be a form counts as an empty form, so that the
    /// first missing parameter is reported, as Entra ID does.
    pub(crate) fn from_body(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        if !is_form(headers) {
            return Ok(Self(Vec::new()));
        }
        Self::from_pairs(body)
    }

    /// Reads the query of an address, to which the same rules apply.
    pub(crate) fn from_query(query: &str) -> Result<Self, Refusal> {
        Self::from_pairs(query.as_bytes())
    }

    fn from_pairs(pairs: &[u8]) -> Result<Self, Refusal> {
        if !percent_signs_are_escapes(pairs) {
            return Err(Refusal::malformed_request());
        }
        let form = Self(form_urlencoded::parse(pairs).into_owned().collect());
        form.duplicate()
            .map_or(Ok(()), |name| Err(Refusal::duplicate(name)))?;
        Ok(form)
    }

    /// A value. RFC 6749 section 3.2: a parameter without a value is treated as if it were omitted.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(candidate, _)| candidate == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A value that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.value(name).ok_or_else(|| Refusal::missing(name))
    }

    fn duplicate(&self) -> Option<&str> {
        let names = || self.0.iter().map(|(name, _)| name.as_str());
        names()
            .enumerate()
            .find(|(index, name)| names().take(*index).any(|earlier| earlier == *name))
            .map(|(_, name)| name)
    }
}

/// Whether a body is declared to be a form, with or without a character set.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Whether two hexadecimal digits follow each percent sign.
fn percent_signs_are_escapes(body: &[u8]) -> bool {
    body.split(|byte| *byte == b'%').skip(1).all(|after| {
        after
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn form(content_type: &'static str, body: &str) -> Result<Form, Refusal> {
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Form::from_body(&headers, body.as_bytes())
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[test]
    fn both_encodings_of_a_space_are_read() {
        for body in [
            "secret=S3cr3t~%2B%2F%3D%26%25+%C3%A9",
            "secret=S3cr3t~%2B%2F%3D%26%25%20%c3%a9",
        ] {
            assert_eq!(
                form(FORM, body).unwrap().value("secret"),
                Some("S3cr3t~+/=&% é")
            );
        }
    }

    #[test]
    fn malformed_bodies_are_refused() {
        for (content_type, body, code) in [
            (FORM, "a=1&b=2&a=3", Some(90011)),
            (FORM, "a=&a=3", Some(90011)),
            (FORM, "a=100%", Some(9_002_313)),
            (FORM, "a=%4", Some(9_002_313)),
            (FORM, "a=%+4", Some(9_002_313)),
            (FORM, "a=%41", None),
            (
                "Application/X-WWW-Form-Urlencoded ;charset=utf-8",
                "a=1",
                None,
            ),
        ] {
            assert_eq!(
                form(content_type, body).err().map(|refusal| refusal.code),
                code,
                "{body}"
            );
        }
    }

    #[test]
    fn a_missing_parameter_is_named() {
        for (content_type, body) in [
            (FORM, "b=1"),
            (FORM, "a="),
            (FORM, ""),
            ("application/json", "a=1"),
        ] {
            let refusal = form(content_type, body).unwrap().required("a").unwrap_err();
            assert_eq!(refusal, Refusal::missing("a"));
        }
    }
}
