//! What a client secret of Entra looks like, for whoever wonders why one was refused.
//!
//! [Application secrets](https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials): a value that is shown once,
//! beside an id that is shown for ever.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::value::guid::is_guid;
use crate::value::secret::Secret;

/// Words that complete "the secret …", or nothing if its form is ordinary. They never quote it.
pub fn remark(secret: &Secret) -> Option<&'static str> {
    let text = secret.expose();
    let general = text::remark(text);
    if general.is_some() {
        general
    } else if is_guid(text) {
        Some("looks like a secret id (GUID), which is not the secret itself")
    } else if ["%7e", "%7E", "%2b", "%2B", "%2f", "%2F"]
        .iter()
        .any(|part| text.contains(part))
    {
        Some("looks percent-encoded, as in an address; it is encoded once more on its way")
    } else if is_encoded(text) {
        Some("looks like base64 of a secret, as in the manifest of a Kubernetes secret")
    } else {
        None
    }
}

/// Secrets of today have `Q~` within their first characters, which base64 never has.
fn is_encoded(text: &str) -> bool {
    let decoded = STANDARD.decode(text).map(Zeroizing::new);
    decoded.is_ok_and(|bytes| bytes.is_ascii() && bytes.get(..8).is_some_and(has_mark))
}

fn has_mark(beginning: &[u8]) -> bool {
    beginning.windows(2).any(|pair| pair == b"Q~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_secret_is_told_by_its_form() {
        let encoded = STANDARD.encode("abc8Q~defghijklmnopqrstuvwxyz0123456789._");
        for (secret, expected) in [
            ("abc8Q~defghijklmnopqrstuvwxyz0123456789._", None),
            ("S3cr3t~+/=&% é", None),
            ("S3cr3t==", None),
            (
                "11111111-2222-3333-4444-555555555555",
                Some("secret id (GUID)"),
            ),
            ("abc8Q%7Edef", Some("percent-encoded")),
            (&encoded, Some("base64 of a secret")),
            ("abc8Q~def\n", Some("ends in a line break")),
            ("\"abc8Q~def\"", Some("stands in quotation marks")),
        ] {
            let found = remark(&Secret::new(secret));
            match expected {
                Some(part) => assert!(found.is_some_and(|found| found.contains(part)), "{secret}"),
                None => assert_eq!(found, None, "{secret}"),
            }
        }
    }
}
