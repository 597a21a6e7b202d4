//! What a proxy answers by itself.
//!
//! [RFC 6750 section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3) for refusals, and
//! [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) where clients expect that. They name the rule and never the token.

use http::StatusCode;
use serde_json::{Value, json};

/// Long enough for a sentence.
const LONGEST_DESCRIPTION: usize = 300;

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// JSON, or nothing.
    pub body: String,
    /// The rule that was broken, for a log.
    pub rule: String,
    /// The route that the request was on, for a log; `None` where it found none.
    pub route: Option<String>,
}

/// A token that was not taken.
#[derive(Clone, Copy, Debug)]
pub struct Rejected<'a> {
    /// The rule that it breaks.
    pub rule: &'a str,
    /// How.
    pub message: &'a str,
    /// Whether it is good and only allows too little.
    pub is_of_permission: bool,
}

/// Whose token is asked for, and where clients read more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Realm {
    pub(crate) authorization_uri: Option<String>,
    pub(crate) resource_metadata: Option<String>,
}

impl Answer {
    /// A request that is refused as it stands.
    pub fn refused(status: u16, rule: &str, message: &str) -> Self {
        Self::described(status, rule, "invalid_request", message)
    }

    /// A server or a token that cannot be had now.
    pub fn unavailable(status: u16, rule: &str, retry_after: Option<u64>) -> Self {
        let description = match retry_after {
            Some(_) => "try again after the time that `Retry-After` says",
            None => "try again later; the log of the proxy says what failed",
        };
        let mut answer = Self::described(status, rule, "temporarily_unavailable", description);
        let seconds = retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
        answer.headers.extend(seconds);
        answer
    }

    /// The same, of a request that found its route.
    #[must_use]
    pub fn on(self, route: &str) -> Self {
        Self {
            route: Some(route.to_owned()),
            ..self
        }
    }

    /// This proxy lives. Nothing is said about what it needs.
    pub(crate) fn healthy() -> Self {
        Self::json(200, "health", &json!({"status": "healthy"}).to_string())
    }

    /// The same refusal in the form of RFC 9457; what is none stays as it is.
    pub(crate) fn into_problem(mut self) -> Self {
        if self.status < 400 {
            return self;
        }
        let said: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let said = |name| said.get(name).and_then(Value::as_str);
        let detail = said("error_description").or_else(|| said("error"));
        let status = StatusCode::from_u16(self.status).ok();
        let title = status.and_then(|status| status.canonical_reason());
        let body = json!({
            "title": title,
            "status": self.status,
            "detail": detail,
            "rule": self.rule,
        });
        self.body = body.to_string();
        self.of_type("application/problem+json")
    }

    /// The same as another media type.
    pub(crate) fn of_type(mut self, media_type: &str) -> Self {
        for (name, value) in &mut self.headers {
            if name == "content-type" {
                media_type.clone_into(value);
            }
        }
        self
    }

    /// Nothing, with these headers: a decision for another proxy. Envoy takes no other success than 200.
    pub(crate) fn permitted(headers: Vec<(String, String)>) -> Self {
        Self {
            status: 200,
            headers,
            body: String::new(),
            rule: "permitted".to_owned(),
            route: None,
        }
    }

    /// No token at all: nothing is said about what would be wrong with it.
    pub(crate) fn unauthenticated(realm: &Realm) -> Self {
        let description = "no token came with the request; it belongs in the header `Authorization: Bearer TOKEN`";
        Self::described(401, "token", "unauthenticated", description).with_challenge(realm, &[])
    }

    pub(crate) fn rejected(realm: &Realm, rejected: &Rejected<'_>, scopes: &[String]) -> Self {
        let (status, error) = match rejected.is_of_permission {
            true => (403, "insufficient_scope"),
            false => (401, "invalid_token"),
        };
        let rule = rejected.rule;
        let description = format!("{rule}: {}", rejected.message);
        let scope = scopes.join(" ");
        let mut parameters = vec![
            ("error", error),
            ("error_description", description.as_str()),
        ];
        if status == 403 && !scope.is_empty() {
            parameters.push(("scope", scope.as_str()));
        }
        Self::described(status, rule, error, &description).with_challenge(realm, &parameters)
    }

    /// A person has to prove more before somebody may act for them
    /// ([claims challenge](https://learn.microsoft.com/entra/identity-platform/claims-challenge)).
    pub(crate) fn insufficient_claims(realm: &Realm, claims: Option<&str>) -> Self {
        let description = match claims {
            Some(_) => "the person has to prove more; `WWW-Authenticate` names the claims",
            None => "the person has to sign in again",
        };
        let error = "insufficient_claims";
        let mut parameters = vec![("error", error)];
        parameters.extend(claims.map(|claims| ("claims", claims)));
        Self::described(401, "interaction", error, description).with_challenge(realm, &parameters)
    }

    /// A body as RFC 6749 section 5.2 has it, and the rule.
    fn described(status: u16, rule: &str, error: &str, description: &str) -> Self {
        let body = json!({"error": error, "error_description": description, "rule": rule});
        Self::json(status, rule, &body.to_string())
    }

    pub(crate) fn json(status: u16, rule: &str, body: &str) -> Self {
        let headers = [
            ("content-type", "application/json"),
            ("cache-control", "no-store"),
        ];
        Self {
            status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            body: body.to_owned(),
            rule: rule.to_owned(),
            route: None,
        }
    }

    fn with_challenge(mut self, realm: &Realm, parameters: &[(&str, &str)]) -> Self {
        let own = [
            ("authorization_uri", realm.authorization_uri.as_deref()),
            ("resource_metadata", realm.resource_metadata.as_deref()),
        ];
        let own = own
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let all = [("realm", "")]
            .into_iter()
            .chain(own)
            .chain(parameters.iter().copied());
        let all: Vec<String> = all
            .map(|(name, value)| format!("{name}=\"{}\"", quotable(value)))
            .collect();
        let challenge = format!("Bearer {}", all.join(", "));
        self.headers
            .push(("www-authenticate".to_owned(), challenge));
        self
    }
}

/// What may stand between quotes ([RFC 6750 section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)); backticks are ours.
fn quotable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' | '\\' => '\'',
            ' '..='~' => character,
            _ => '?',
        })
        .take(LONGEST_DESCRIPTION.max(4096))
        .collect()
}
