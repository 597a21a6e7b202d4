//! The parameter `claims` (OpenID Connect Core 1.0 section 5.5).
//!
//! <https://learn.microsoft.com/entra/identity-platform/claims-challenge>

use serde_json::Value;

/// The client capabilities that a token repeats in `xms_cc`. There is one: `cp1`, the client
/// understands claims challenges. Anything else in the parameter, JSON or not, is passed over.
pub(crate) fn capabilities(claims: Option<&str>) -> Vec<&'static str> {
    let request: Value = claims
        .and_then(|claims| serde_json::from_str(claims).ok())
        .unwrap_or_default();
    let values = request
        .pointer("/access_token/xms_cc/values")
        .and_then(Value::as_array);
    let declares = |value: &Value| {
        value
            .as_str()
            .is_some_and(|value| value.eq_ignore_ascii_case("cp1"))
    };
    if values.is_some_and(|values| values.iter().any(declares)) {
        vec!["cp1"]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_capability_is_known() {
        for (claims, expected) in [
            (
                Some(r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#),
                &["cp1"][..],
            ),
            (
                Some(r#"{"access_token":{"nbf":{"value":"1"},"xms_cc":{"values":["x","cp1"]}}}"#),
                &["cp1"],
            ),
            (Some(r#"{"access_token":{"xms_cc":{"values":["x"]}}}"#), &[]),
            (Some(r#"{"id_token":{"xms_cc":{"values":["cp1"]}}}"#), &[]),
            (Some("{"), &[]),
            (None, &[]),
        ] {
            assert_eq!(capabilities(claims), expected, "{claims:?}");
        }
    }
}
