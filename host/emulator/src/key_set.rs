//! The published keys (RFC 7517).

use serde_json::{Value, json};

use crate::{
    authority::Authority, origin::Origin, refusal::Refusal, registration::TokenVersion, signing_key,
};

/// The key set for tokens of a version. Like Entra ID's, it names no `alg`, and v2.0 keys say who
/// may issue with them.
pub(crate) fn key_set(
    authority: Authority<'_>,
    version: TokenVersion,
    origin: &Origin,
) -> Result<Value, Refusal> {
    let (modulus, exponent) = signing_key::public_key()?;
    let key_id = signing_key::key_id();
    let mut key = json!({
        "kty": "RSA",
        "use": "sig",
        "kid": key_id,
        "x5t": key_id,
        "n": modulus,
        "e": exponent,
        "x5c": [signing_key::certificate()],
    });
    if let (TokenVersion::V2, Some(members)) = (version, key.as_object_mut()) {
        members.insert(
            "cloud_instance_name".to_owned(),
            json!("microsoftonline.com"),
        );
        members.insert(
            "issuer".to_owned(),
            json!(origin.v2_issuer(authority.issuer_segment())),
        );
    }
    Ok(json!({ "keys": [key] }))
}
