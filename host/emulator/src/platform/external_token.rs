//! Tokens of workloads elsewhere. The emulator plays their issuers too, with a key of its own.
//!
//! <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::token::signing_key::EXTERNAL_KEY;
use crate::value::{guid::Guid, time::UnixTime};

/// What the token says. By default it is the content of a Kubernetes service account's token file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ExternalToken {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) audience: String,
    /// In seconds; negative for a token that is over.
    pub(crate) lifetime: i64,
}

impl Default for ExternalToken {
    fn default() -> Self {
        Self {
            issuer: "https://kubernetes.contoso.example/".to_owned(),
            subject: "system:serviceaccount:default:workload".to_owned(),
            audience: "api://AzureADTokenExchange".to_owned(),
            lifetime: 3600,
        }
    }
}

impl ExternalToken {
    /// `{"token": …}`.
    pub(crate) fn issue(&self, now: UnixTime) -> Result<Value, Refusal> {
        self.sign(now).map(|token| json!({ "token": token }))
    }

    pub(crate) fn sign(&self, now: UnixTime) -> Result<String, Refusal> {
        let ends = now.moved_by(self.lifetime);
        let begins = if ends < now { ends } else { now };
        let header = json!({ "alg": "RS256", "kid": EXTERNAL_KEY.key_id(), "typ": "JWT" });
        let claims = json!({
            "iss": self.issuer,
            "sub": self.subject,
            "aud": self.audience,
            "iat": begins,
            "nbf": begins,
            "exp": ends,
            "jti": Guid::random().to_string(),
        });
        EXTERNAL_KEY.sign(&header, &claims)
    }
}
