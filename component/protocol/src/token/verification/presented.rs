//! A token as a caller presents it, read strictly and trusted in nothing yet.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::token::verification::claims::AccessClaims;
use crate::token::verification::header;
use crate::token::verification::rejection::{Rejection, Rule};
use crate::value::json::{self, Fault};

/// Entra's tokens end at some 20 kilobytes; servers refuse longer headers.
pub const LONGEST_TOKEN: usize = 32 * 1024;

/// A signed token taken apart; nobody has looked at its signature.
pub struct PresentedToken<'a> {
    text: &'a str,
    /// Header and claims, as they were signed.
    message: &'a str,
    signature: Vec<u8>,
    key_id: String,
    claims: AccessClaims,
}

impl<'a> PresentedToken<'a> {
    /// Reads a token. Nothing may stand around it, and base64url is taken in its one canonical form.
    pub fn parse(text: &'a str) -> Result<Self, Rejection> {
        if text.len() > LONGEST_TOKEN {
            return Err(malformed(format!("is longer than {LONGEST_TOKEN} bytes")));
        }
        let parts: Vec<&str> = text.splitn(7, '.').collect();
        let (header, claims, signature) = match parts[..] {
            [header, claims, signature] => (header, claims, signature),
            [_, _, _, _, _] => {
                return Err(Rejection::new(
                    Rule::Encrypted,
                    "the token is encrypted: only the API that it is meant for can read it",
                ));
            }
            _ => return Err(malformed("is no signed JWT").with_hint(OPAQUE_HINT)),
        };
        let key_id = header::key_id(&object(header, "header")?)?;
        let claims = AccessClaims::read(object(claims, "claims")?)?;
        let (message, _) = text
            .rsplit_once('.')
            .ok_or_else(|| malformed("is no signed JWT"))?;
        let signature = decode(signature, "signature")?;
        Ok(Self {
            text,
            message,
            signature,
            key_id,
            claims,
        })
    }

    /// Which key it says that it is signed with.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// What it says. Not to be believed before its signature was found good.
    pub fn claims_unverified(&self) -> &AccessClaims {
        &self.claims
    }

    /// The name of exactly this token, signature included: one bit changed anywhere is another name.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }

    pub(super) fn message(&self) -> &[u8] {
        self.message.as_bytes()
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }

    pub(super) fn into_claims(self) -> AccessClaims {
        self.claims
    }
}

const OPAQUE_HINT: &str = "refresh tokens, codes and tokens for Microsoft's own APIs are not for your API; send the access token that was got for it";

fn object(encoded: &str, what: &str) -> Result<Map<String, Value>, Rejection> {
    json::object(&decode(encoded, what)?).map_err(|fault| {
        malformed(match fault {
            Fault::Empty => format!("has no {what}"),
            fault => format!("has {fault} for its {what}"),
        })
    })
}

fn decode(encoded: &str, what: &str) -> Result<Vec<u8>, Rejection> {
    URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|_| malformed(format!("has a part that is not base64url: its {what}")))
}

fn malformed(what: impl std::fmt::Display) -> Rejection {
    Rejection::new(Rule::Malformed, format!("the token {what}"))
}
