//! Proof Key for Code Exchange (RFC 7636).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;

use crate::refusal::Refusal;
use crate::request::form::Form;

/// What the verifier must fit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Challenge {
    /// The verifier itself.
    Plain(String),
    /// Its SHA-256, base64url.
    S256(String),
}

impl Challenge {
    /// Reads the parameters of an authorization request. Without a method it is `plain`.
    pub(crate) fn from_parameters(parameters: &Form) -> Result<Option<Self>, Refusal> {
        let method = parameters.value("code_challenge_method");
        let Some(challenge) = parameters.value("code_challenge") else {
            return if method.is_some() {
                Err(Self::missing())
            } else {
                Ok(None)
            };
        };
        if !is_well_formed(challenge) {
            return Err(Refusal::bad_challenge("The parameter 'code_challenge'"));
        }
        match method {
            Some("S256") => Ok(Some(Self::S256(challenge.to_owned()))),
            Some("plain") | None => Ok(Some(Self::Plain(challenge.to_owned()))),
            Some(_) => Err(Refusal::bad_challenge(
                "The parameter 'code_challenge_method'",
            )),
        }
    }

    /// The refusal of a request without one.
    pub(crate) fn missing() -> Refusal {
        let text = "The request must contain the parameter 'code_challenge'.";
        Refusal::new("invalid_request", 50147, text)
    }

    /// Whether the verifier of a token request fits.
    pub(crate) fn check(&self, verifier: Option<&str>) -> Result<(), Refusal> {
        let verifier = verifier.unwrap_or_default();
        let fits = match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => {
                let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
                *challenge == URL_SAFE_NO_PAD.encode(hash)
            }
        };
        if !fits {
            let text = "The 'code_verifier' does not fit the 'code_challenge' of the sign-in.";
            return Err(Refusal::invalid_grant(501_481, text));
        }
        if !is_well_formed(verifier) {
            return Err(Refusal::bad_challenge("The parameter 'code_verifier'"));
        }
        Ok(())
    }
}

/// RFC 7636 sections 4.1 and 4.2: 43 to 128 unreserved characters.
fn is_well_formed(text: &str) -> bool {
    let is_unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn read(query: &str) -> Result<Option<Challenge>, u32> {
        let parameters = Form::from_query(query).unwrap();
        Challenge::from_parameters(&parameters).map_err(|refusal| refusal.code)
    }

    #[test]
    fn parameters_are_read() {
        for (query, expected) in [
            (String::new(), Ok(None)),
            (
                format!("code_challenge={CHALLENGE}&code_challenge_method=S256"),
                Ok(Some(Challenge::S256(CHALLENGE.into()))),
            ),
            (
                format!("code_challenge={CHALLENGE}"),
                Ok(Some(Challenge::Plain(CHALLENGE.into()))),
            ),
            ("code_challenge_method=S256".into(), Err(50147)),
            ("code_challenge=short".into(), Err(501_491)),
            (
                format!("code_challenge={CHALLENGE}&code_challenge_method=s256"),
                Err(501_491),
            ),
        ] {
            assert_eq!(read(&query), expected, "{query}");
        }
    }

    #[test]
    fn verifiers_are_compared() {
        let hashed = Challenge::S256(CHALLENGE.into());
        let plain = Challenge::Plain(VERIFIER.into());
        for (challenge, verifier, code) in [
            (&hashed, Some(VERIFIER), None),
            (&plain, Some(VERIFIER), None),
            (&hashed, Some(CHALLENGE), Some(501_481)),
            (&hashed, None, Some(501_481)),
            (&plain, Some(CHALLENGE), Some(501_481)),
        ] {
            let outcome = challenge.check(verifier).err();
            assert_eq!(outcome.map(|refusal| refusal.code), code, "{verifier:?}");
        }
    }
}
