//! What a caller gets: one document that libraries read in either shape.

use serde_json::json;
use zeroize::Zeroizing;

use super::admission::Refusal;
use crate::bindings::tokens::Token;

/// Status and JSON.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Zeroizing<String>,
}

impl Answer {
    /// A token. Numbers are texts there
    /// (<https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>).
    pub(super) fn of(token: &Token, resource: &str, client_id: &str) -> Self {
        let document = json!({
            "access_token": token.access_token,
            "client_id": client_id,
            "expires_in": token.expires_in.to_string(),
            "expires_on": token.expires_at.to_string(),
            "not_before": token.obtained_at.to_string(),
            "resource": resource,
            "token_type": token.token_type,
        });
        Self {
            status: 200,
            body: Zeroizing::new(document.to_string()),
        }
    }

    /// Why there is none: App Service says it in the last two members, virtual machines in the first two.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        let document = json!({
            "error": "invalid_request",
            "error_description": refusal.message,
            "statusCode": refusal.status,
            "message": refusal.message,
        });
        Self {
            status: refusal.status,
            body: Zeroizing::new(document.to_string()),
        }
    }
}
