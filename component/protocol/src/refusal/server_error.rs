//! A refusal, as data.
//!
//! [RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2) and
//! [Entra's error answers](https://learn.microsoft.com/entra/identity-platform/reference-error-codes). Decisions are taken on `error`
//! and `suberror`; Entra's numbers and its text change, and are for people only.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::refusal::peer::Peer;
use crate::request::claims::Claims;
use crate::value::printable::{printable, printable_json};

/// An error name or identifier of Entra's has at most 40 characters.
const LONGEST_NAME: usize = 100;

/// Entra's longest descriptions have some 600 characters.
const LONGEST_DESCRIPTION: usize = 1000;

/// Entra sends one code, seldom two.
const MOST_CODES: usize = 16;

/// What the server said when it refused. All text is one line, without control codes and without anything that looks like a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerError {
    /// Who refused.
    pub peer: Peer,
    /// The HTTP status; 200 happens.
    pub status: u16,
    /// The OAuth error code, for example `invalid_client`.
    pub error: String,
    /// The server's own words. They may name users and apps: for verbose output only.
    pub description: Option<String>,
    /// Entra's numbers (`AADSTS7000215`), the main one first. For advice, never for decisions.
    pub codes: Vec<u64>,
    /// The refinement of `error`, for example `consent_required`.
    pub suberror: Option<String>,
    /// The server's time, as it wrote it.
    pub timestamp: Option<String>,
    /// The server's number for this request.
    pub trace_id: Option<String>,
    /// Our number for this request, as it came back.
    pub correlation_id: Option<String>,
    /// A claims challenge to send back in a sign-in.
    pub claims: Option<Claims>,
    /// How long the server asked to wait before the next attempt.
    pub retry_after: Option<Duration>,
}

impl ServerError {
    /// Reads an error body; `None` if it has no `error`.
    pub(crate) fn from_members(
        peer: Peer,
        status: u16,
        members: &Map<String, Value>,
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        if matches!(peer, Peer::Platform(_))
            && let Some(refusal) = Self::from_platform(peer, status, members, retry_after)
        {
            return Some(refusal);
        }
        let text = |name: &str, limit: usize| text(members, name, limit);
        let raw_description = members
            .get("error_description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Some(Self {
            peer,
            status,
            error: text("error", LONGEST_NAME)?,
            description: text("error_description", LONGEST_DESCRIPTION),
            codes: codes(members.get("error_codes"), raw_description),
            suberror: text("suberror", LONGEST_NAME),
            timestamp: text("timestamp", LONGEST_NAME),
            trace_id: text("trace_id", LONGEST_NAME),
            correlation_id: text("correlation_id", LONGEST_NAME),
            claims: claims(members.get("claims")),
            retry_after,
        })
    }

    /// The other shapes in which platforms refuse: `{"error": {"code", "message"}}`, and `{"statusCode", "message"}`.
    fn from_platform(
        peer: Peer,
        status: u16,
        members: &Map<String, Value>,
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        let words = match members.get("error") {
            Some(Value::Object(error)) => error,
            None | Some(Value::Null) if status >= 400 => members,
            _ => return None,
        };
        let description = ["message", "Message", "error_description"]
            .iter()
            .find_map(|name| text(words, name, LONGEST_DESCRIPTION));
        let code = text(words, "code", LONGEST_NAME);
        if description.is_none() && code.is_none() {
            return None;
        }
        Some(Self {
            peer,
            status,
            // Some give none.
            error: code.unwrap_or_default(),
            description,
            correlation_id: text(members, "correlationId", LONGEST_NAME),
            retry_after,
            ..Self::default()
        })
    }

    /// Whether a person has to sign in, consent or prove who they are before this can succeed.
    pub fn is_interaction_required(&self) -> bool {
        match self.error.as_str() {
            "interaction_required" | "consent_required" | "login_required" => true,
            "invalid_grant" => !matches!(
                self.suberror.as_deref(),
                Some("client_mismatch" | "protection_policy_required")
            ),
            _ => false,
        }
    }

    /// Whether the same request may well succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.error.as_str(),
            "temporarily_unavailable" | "server_error"
        ) || self.peer.is_transient(self.status)
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self
            .description
            .as_deref()
            .filter(|_| self.peer.is_quoted());
        let parts = [Some(self.error.as_str()), words].into_iter().flatten();
        write!(formatter, "{} refused", self.peer.name())?;
        for part in parts.filter(|part| !part.is_empty()) {
            write!(formatter, ": {part}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ServerError {}

fn text(members: &Map<String, Value>, name: &str, limit: usize) -> Option<String> {
    let text = printable(members.get(name)?.as_str()?, limit);
    (!text.is_empty()).then_some(text)
}

fn claims(member: Option<&Value>) -> Option<Claims> {
    Claims::parse(&printable_json(member?.as_str()?)).ok()
}

/// The member `error_codes`, or what the description begins with if a proxy or an older service left the member out.
fn codes(member: Option<&Value>, description: &str) -> Vec<u64> {
    let listed: Vec<u64> = match member {
        Some(Value::Array(codes)) => codes
            .iter()
            .filter_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
            .take(MOST_CODES)
            .collect(),
        _ => Vec::new(),
    };
    if !listed.is_empty() {
        return listed;
    }
    let digits = description.strip_prefix("AADSTS").unwrap_or_default();
    let end = digits
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(digits.len());
    digits
        .get(..end)
        .and_then(|digits| digits.parse().ok())
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::refusal::peer::Platform;

    fn read(body: &Value) -> Option<ServerError> {
        ServerError::from_members(Peer::Authority, 400, body.as_object().unwrap(), None)
    }

    #[test]
    fn every_member_of_a_refusal_is_kept() {
        let error = read(&json!({
            "error": "invalid_client",
            "error_description": "AADSTS7000215: Wrong secret.\r\nTrace ID: 1\r\nTimestamp: 2025-02-19 03:49:12Z",
            "error_codes": [7000215, 50012],
            "timestamp": "2025-02-19 03:49:12Z",
            "trace_id": "11111111-0000-4000-8000-000000000001",
            "correlation_id": "11111111-0000-4000-8000-000000000002",
            "error_uri": "https://login.microsoftonline.com/error?code=7000215",
            "suberror": "basic_action",
            "claims": "{\"access_token\":{}}"
        }))
        .unwrap();
        let expected = ServerError {
            peer: Peer::Authority,
            status: 400,
            error: "invalid_client".to_owned(),
            description: Some(
                "AADSTS7000215: Wrong secret. Trace ID: 1 Timestamp: 2025-02-19 03:49:12Z"
                    .to_owned(),
            ),
            codes: vec![7_000_215, 50_012],
            suberror: Some("basic_action".to_owned()),
            timestamp: Some("2025-02-19 03:49:12Z".to_owned()),
            trace_id: Some("11111111-0000-4000-8000-000000000001".to_owned()),
            correlation_id: Some("11111111-0000-4000-8000-000000000002".to_owned()),
            claims: Some(Claims::parse("{\"access_token\":{}}").unwrap()),
            retry_after: None,
        };
        assert_eq!(error, expected);
        assert_eq!(error.to_string(), "the server refused: invalid_client");
    }

    #[test]
    fn hostile_members_are_cleaned_or_dropped() {
        let error = read(&json!({
            "error": "invalid\u{1b}[31m_client\r\nError: all is well",
            "error_description": format!("\u{202e}AADSTS1: got eyJhbGciOiJSUzI1NiJ9.e30.c2ln \u{9b}2J{}", "ab ".repeat(9000)),
            "error_codes": (0..1000).collect::<Vec<u32>>(),
            "suberror": {"a": 1},
            "timestamp": "\u{0}\u{1}",
            "trace_id": 7,
            "correlation_id": "x".repeat(5000),
            "claims": "not JSON"
        }))
        .unwrap();
        assert_eq!(error.error, "invalid_client Error: all is well");
        let description = error.description.unwrap();
        assert!(
            description.starts_with("AADSTS1: got (token removed) ab ab"),
            "{description}"
        );
        assert!(description.chars().count() <= LONGEST_DESCRIPTION + 1);
        assert_eq!(error.codes.len(), MOST_CODES);
        assert_eq!(
            (
                error.suberror,
                error.timestamp,
                error.trace_id,
                error.claims
            ),
            (None, None, None, None)
        );
        assert_eq!(error.correlation_id.as_deref(), Some("(token removed)"));
    }

    #[test]
    fn a_platform_refuses_in_its_own_shapes_and_is_quoted() {
        let app_service = Peer::Platform(Platform::AppService);
        let imds = Peer::Platform(Platform::Imds);
        let shell = Peer::Platform(Platform::CloudShell);
        let rows = [
            (
                imds,
                json!({"error": "invalid_request", "error_description": "Identity not found"}),
                Some("the instance metadata service refused: invalid_request: Identity not found"),
            ),
            (
                app_service,
                json!({"statusCode": 400, "message": "No identity was\r\nfound.", "correlationId": "c"}),
                Some("App Service refused: No identity was found."),
            ),
            (
                shell,
                json!({"error": {"code": "AudienceNotSupported", "message": "No."}}),
                Some("Cloud Shell refused: AudienceNotSupported: No."),
            ),
            (shell, json!({"error": {"message": 7}}), None),
            (app_service, json!({}), None),
            // No platform: what it says is not shown, for it may repeat what was sent.
            (
                Peer::Authority,
                json!({"error": "invalid_client", "error_description": "client_secret=S3cr3t"}),
                Some("the server refused: invalid_client"),
            ),
            (Peer::Authority, json!({"message": "No."}), None),
        ];
        for (peer, body, expected) in rows {
            let refusal = ServerError::from_members(peer, 400, body.as_object().unwrap(), None);
            let shown = refusal.map(|refusal| refusal.to_string());
            assert_eq!(shown.as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn without_an_error_there_is_no_refusal() {
        for body in [
            json!({}),
            json!({"error": null}),
            json!({"error": ""}),
            json!({"error": "\r\n"}),
            json!({"error": {"code": "x"}}),
        ] {
            assert_eq!(read(&body), None, "{body}");
        }
    }

    #[test]
    fn codes_come_from_the_member_or_from_the_text() {
        let rows: [(&str, Value, &[u64]); 8] = [
            (
                "member",
                json!({"error": "x", "error_codes": [1, 2]}),
                &[1, 2],
            ),
            (
                "member wins",
                json!({"error": "x", "error_codes": [1], "error_description": "AADSTS2: y"}),
                &[1],
            ),
            (
                "text",
                json!({"error": "x", "error_description": "AADSTS700016: y"}),
                &[700_016],
            ),
            (
                "empty member",
                json!({"error": "x", "error_codes": [], "error_description": "AADSTS2: y"}),
                &[2],
            ),
            (
                "nonsense",
                json!({"error": "x", "error_codes": ["a", -1, 1.5, null]}),
                &[],
            ),
            ("no array", json!({"error": "x", "error_codes": "7"}), &[]),
            (
                "later in the text",
                json!({"error": "x", "error_description": "see AADSTS2"}),
                &[],
            ),
            (
                "too large",
                json!({"error": "x", "error_description": "AADSTS99999999999999999999999"}),
                &[],
            ),
        ];
        for (name, body, expected) in rows {
            assert_eq!(read(&body).unwrap().codes, expected, "{name}");
        }
    }

    #[test]
    fn decisions_follow_error_and_suberror() {
        let rows = [
            ("interaction_required", None, true, false),
            ("consent_required", None, true, false),
            ("login_required", None, true, false),
            ("invalid_grant", None, true, false),
            ("invalid_grant", Some("basic_action"), true, false),
            ("invalid_grant", Some("consent_required"), true, false),
            ("invalid_grant", Some("client_mismatch"), false, false),
            (
                "invalid_grant",
                Some("protection_policy_required"),
                false,
                false,
            ),
            ("invalid_client", None, false, false),
            ("invalid_scope", Some("consent_required"), false, false),
            ("unauthorized_client", None, false, false),
            ("temporarily_unavailable", None, false, true),
            ("server_error", None, false, true),
            ("INVALID_GRANT", None, false, false),
        ];
        for (error, suberror, interaction, transient) in rows {
            let refusal = ServerError {
                status: 400,
                error: error.to_owned(),
                suberror: suberror.map(str::to_owned),
                ..ServerError::default()
            };
            assert_eq!(
                refusal.is_interaction_required(),
                interaction,
                "{error} {suberror:?}"
            );
            assert_eq!(refusal.is_transient(), transient, "{error} {suberror:?}");
        }
    }

    #[test]
    fn some_statuses_pass() {
        let rows = [
            (200, false),
            (400, false),
            (401, false),
            (404, false),
            (408, true),
            (429, true),
            (500, true),
            (425, true),
            (501, false),
            (502, true),
            (503, true),
            (504, true),
            (505, false),
            (509, true),
            (511, false),
            (522, true),
            (599, true),
            (600, false),
        ];
        for (status, expected) in rows {
            let refusal = ServerError {
                status,
                error: "x".to_owned(),
                ..ServerError::default()
            };
            assert_eq!(refusal.is_transient(), expected, "{status}");
        }
    }
}
