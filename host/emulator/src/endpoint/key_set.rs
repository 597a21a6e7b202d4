//! The published keys (RFC 7517).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::tenant::{authority::Authority, registration::TokenVersion};
use crate::token::signing_key::TENANT_KEY;

/// The key set for tokens of a version. Like Entra ID's, it names no `alg`, and v2.0 keys say who
/// may issue with them.
pub(crate) fn document(
    authority: Authority<'_>,
    version: TokenVersion,
    exchange: &Exchange<'_>,
) -> Result<Value, Refusal> {
    let public = TENANT_KEY.public_key()?;
    let key_id = TENANT_KEY.key_id();
    let mut key = json!({
        "kty": "RSA",
        "use": "sig",
        "kid": key_id,
        "x5t": key_id,
        "n": URL_SAFE_NO_PAD.encode(&public.modulus),
        "e": URL_SAFE_NO_PAD.encode(&public.exponent),
        "x5c": [TENANT_KEY.certificate()],
    });
    if let (TokenVersion::V2, Some(members)) = (version, key.as_object_mut()) {
        members.insert(
            "cloud_instance_name".to_owned(),
            json!(exchange.cloud().names().instance),
        );
        members.insert(
            "issuer".to_owned(),
            json!(exchange.v2_issuer(authority.issuer_segment())),
        );
    }
    Ok(json!({ "keys": [key] }))
}
