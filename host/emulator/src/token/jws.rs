//! Signed tokens that come in: client assertions, tokens of external issuers, tokens of this tenant
//! (RFC 7515, RFC 7519).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rsa::PublicKeyComponents,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters},
};
use serde_json::Value;

use crate::value::public_key::PublicKey;

/// A token in the compact serialisation, taken apart but not yet believed.
pub(crate) struct Jws {
    header: Value,
    claims: Value,
    message: String,
    signature: Vec<u8>,
}

impl Jws {
    /// Three parts, of which the first two are JSON objects.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let object = |part: &str| {
            let value: Value = serde_json::from_slice(&decoded(part)?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            message: message.to_owned(),
            signature: decoded(signature)?,
        })
    }

    /// A member of the header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A claim, if it is text.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that may hold one text or a list: all of them.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        match self.claims.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// A time. MSAL for Python writes fractions of a second, MSAL.NET text.
    pub(crate) fn time(&self, name: &str) -> Option<f64> {
        match self.claims.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether the signature is this key's, by the algorithm that the header names: RS256 or PS256
    /// (RFC 7518 sections 3.3 and 3.5).
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        let parameters: &RsaParameters = match self.header("alg") {
            Some("RS256") => &RSA_PKCS1_2048_8192_SHA256,
            Some("PS256") => &RSA_PSS_2048_8192_SHA256,
            _ => return false,
        };
        let key = PublicKeyComponents {
            n: &key.modulus,
            e: &key.exponent,
        };
        key.verify(parameters, self.message.as_bytes(), &self.signature)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::signing_key::{EXTERNAL_KEY, TENANT_KEY};

    #[test]
    fn a_signature_belongs_to_one_key_and_one_message() {
        let header = json!({ "alg": "RS256" });
        let token = TENANT_KEY.sign(&header, &json!({ "sub": "a" })).unwrap();
        let other = TENANT_KEY.sign(&header, &json!({ "sub": "b" })).unwrap();
        let mixed = format!(
            "{}.{}",
            other.rsplit_once('.').unwrap().0,
            token.rsplit_once('.').unwrap().1
        );
        for (text, key, is_signed) in [
            (&token, &TENANT_KEY, true),
            (&token, &EXTERNAL_KEY, false),
            (&mixed, &TENANT_KEY, false),
        ] {
            let key = key.public_key().unwrap();
            assert_eq!(Jws::parse(text).unwrap().is_signed_by(&key), is_signed);
        }
    }

    #[test]
    fn times_are_read_in_every_spelling() {
        let claims = json!({ "a": 7, "b": 7.5, "c": "7", "d": "soon", "e": null });
        let token = TENANT_KEY.sign(&json!({}), &claims).unwrap();
        let token = Jws::parse(&token).unwrap();
        for (name, time) in [
            ("a", Some(7.0)),
            ("b", Some(7.5)),
            ("c", Some(7.0)),
            ("d", None),
            ("e", None),
            ("f", None),
        ] {
            assert_eq!(token.time(name), time, "{name}");
        }
    }

    #[test]
    fn what_is_no_token_is_nothing() {
        for text in ["", "a.b.c", "e30.e30", "e30.W10.", "e30.e30.!"] {
            assert!(Jws::parse(text).is_none(), "{text}");
        }
        assert!(Jws::parse("e30.e30.").is_some());
    }
}
