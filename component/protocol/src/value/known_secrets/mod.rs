//! The secrets of one call, taken out of whatever comes back.
//!
//! Debugging proxies and careless servers answer an error with the request that caused it, and an error is printed, logged and
//! kept. So whatever this call has sent as a proof is looked for in every answer, in the forms in which it may come back.

mod form;

use http::{HeaderMap, HeaderValue, Request, Response};
use zeroize::Zeroizing;

use self::form::{base64_forms, found_at};
use crate::value::secret::Secret;

/// Stands in the place of a secret.
const REMOVED: &[u8] = b"(secret removed)";

/// Shorter ones are words, such as `secret`, of which any sentence may be made.
const SHORTEST: usize = 8;

/// The fields of token requests that prove something
/// ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), [RFC 7521](https://www.rfc-editor.org/rfc/rfc7521),
/// [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636), [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)).
const FIELDS: [&str; 7] = [
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    REFRESH_TOKEN,
];

const REFRESH_TOKEN: &str = "refresh_token";

/// What this call has sent as proofs so far.
#[derive(Debug, Default)]
pub struct KnownSecrets(Vec<KnownSecret>);

#[derive(Debug)]
struct KnownSecret {
    /// As it is, and inside base64.
    forms: Vec<Secret>,
    /// A server may hand it out again as it is.
    may_return: bool,
}

impl KnownSecrets {
    /// Remembers what the request proves something with.
    pub fn note(&mut self, request: &Request<impl AsRef<[u8]>>) {
        for value in request.headers().values() {
            if let (true, Ok(text)) = (value.is_sensitive(), value.to_str()) {
                // Behind the name of the scheme, where there is one.
                self.add(text.rsplit(' ').next().unwrap_or_default(), false);
            }
        }
        for (name, value) in form_urlencoded::parse(request.body().as_ref()) {
            if FIELDS.contains(&name.as_ref()) {
                self.add(&Zeroizing::new(value.into_owned()), name == REFRESH_TOKEN);
            }
        }
    }

    /// The answer without them. A refresh token may come back in a success.
    pub fn remove_from(&self, response: &mut Response<Zeroizing<Vec<u8>>>) {
        let is_success = response.status().is_success();
        let unwanted = |secret: &&KnownSecret| !(is_success && secret.may_return);
        for secret in self.0.iter().filter(unwanted) {
            if let Some(body) = secret.removed_from(response.body()) {
                *response.body_mut() = Zeroizing::new(body);
            }
        }
        self.remove_from_headers(response.headers_mut());
    }

    /// The text without them.
    pub fn removed_from(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for secret in &self.0 {
            bytes = secret.removed_from(&bytes).unwrap_or(bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn remove_from_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            for secret in &self.0 {
                let removed = secret.removed_from(value.as_bytes());
                if let Some(removed) = removed.and_then(|bytes| HeaderValue::try_from(bytes).ok()) {
                    *value = removed;
                }
            }
        }
    }

    fn add(&mut self, text: &str, may_return: bool) {
        let is_known =
            |known: &KnownSecret| known.forms.first().is_some_and(|one| one.expose() == text);
        if text.len() < SHORTEST || self.0.iter().any(is_known) {
            return;
        }
        let mut forms = vec![Secret::new(text)];
        forms.extend(base64_forms(text));
        self.0.push(KnownSecret { forms, may_return });
    }
}

impl KnownSecret {
    /// Nothing if it is not in there.
    fn removed_from(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut removed = None;
        for form in &self.forms {
            let text = removed.as_deref().unwrap_or(bytes);
            removed = without(form.expose(), text).or(removed);
        }
        removed
    }
}

fn without(secret: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept: Option<Vec<u8>> = None;
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(length) = found_at(secret, rest).filter(|length| *length > 0) else {
            at += 1;
            continue;
        };
        let kept = kept.get_or_insert_default();
        kept.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
        kept.extend_from_slice(REMOVED);
        at += length;
        copied = at;
    }
    if let Some(kept) = &mut kept {
        kept.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    }
    kept
}

#[cfg(test)]
mod tests;
