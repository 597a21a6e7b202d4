//! The OpenID Connect metadata (OpenID Connect Discovery 1.0 section 3), member for member as Entra
//! ID publishes it.

use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::tenant::{authority::Authority, registration::TokenVersion};

/// The document for one authority.
pub(crate) fn document(
    authority: Authority<'_>,
    version: TokenVersion,
    exchange: &Exchange<'_>,
) -> Value {
    let (origin, cloud) = (exchange.origin, exchange.cloud().names());
    let base = format!("{origin}/{}", authority.path_segment());
    // The v1.0 endpoints have no version in their path.
    let (oauth2, discovery, issuer) = match version {
        TokenVersion::V1 => (
            "oauth2",
            "discovery",
            exchange.v1_issuer(authority.issuer_segment()),
        ),
        TokenVersion::V2 => (
            "oauth2/v2.0",
            "discovery/v2.0",
            exchange.v2_issuer(authority.issuer_segment()),
        ),
    };
    json!({
        "token_endpoint": format!("{base}/{oauth2}/token"),
        "token_endpoint_auth_methods_supported": [
            "client_secret_post", "private_key_jwt", "client_secret_basic",
        ],
        "jwks_uri": format!("{base}/{discovery}/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        // Here, not at Microsoft's, so that no token of the emulator is ever sent there.
        "userinfo_endpoint": format!("{origin}/graph/oidc/userinfo"),
        "authorization_endpoint": format!("{base}/{oauth2}/authorize"),
        "device_authorization_endpoint": format!("{base}/{oauth2}/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{oauth2}/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
            "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username",
            "name", "tid", "ver", "at_hash", "c_hash", "email",
        ],
        "kerberos_endpoint": format!("{base}/kerberos"),
        "tenant_region_scope": authority.tenant().map(|_| "EU"),
        "cloud_instance_name": cloud.instance,
        "cloud_graph_host_name": cloud.old_graph_host,
        "msgraph_host": cloud.graph_host,
        "rbac_url": "https://pas.windows.net",
    })
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    use crate::tenant::contoso::contoso;
    use crate::value::{origin::Origin, time::UnixTime};

    fn document(authority: Authority<'_>, version: TokenVersion, origin: &Origin) -> Value {
        let request = Request::new(Vec::new());
        super::document(
            authority,
            version,
            &Exchange::new(&request, origin, UnixTime(0)),
        )
    }

    #[test]
    fn the_issuer_follows_authority_and_version() {
        let tenant = contoso();
        let origin: Origin = "https://localhost:8400".parse().unwrap();
        for (segment, version, issuer) in [
            (
                "your-tenant-id",
                TokenVersion::V2,
                "https://localhost:8400/11111111-2222-3333-4444-555555555555/v2.0",
            ),
            (
                "your-tenant-id",
                TokenVersion::V1,
                "https://localhost:8400/11111111-2222-3333-4444-555555555555/",
            ),
            (
                "common",
                TokenVersion::V2,
                "https://localhost:8400/{tenantid}/v2.0",
            ),
            (
                "organizations",
                TokenVersion::V2,
                "https://localhost:8400/{tenantid}/v2.0",
            ),
            (
                "consumers",
                TokenVersion::V2,
                "https://localhost:8400/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            ),
        ] {
            let authority = Authority::from_segment(segment, &tenant).unwrap();
            assert_eq!(
                document(authority, version, &origin)["issuer"],
                issuer,
                "{segment}"
            );
        }
    }

    #[test]
    fn endpoints_name_the_tenant_by_guid_and_the_asked_origin() {
        let tenant = contoso();
        let origin: Origin = "http://127.0.0.1:8400".parse().unwrap();
        let document = document(Authority::Tenant(&tenant), TokenVersion::V2, &origin);
        let base = "http://127.0.0.1:8400/11111111-2222-3333-4444-555555555555";
        assert_eq!(
            document["token_endpoint"],
            format!("{base}/oauth2/v2.0/token")
        );
        assert_eq!(document["jwks_uri"], format!("{base}/discovery/v2.0/keys"));
        assert_eq!(
            document["device_authorization_endpoint"],
            format!("{base}/oauth2/v2.0/devicecode")
        );
        assert_eq!(document["tenant_region_scope"], "EU");
    }

    #[test]
    fn what_entra_does_not_advertise_is_absent() {
        let origin: Origin = "https://localhost:8400".parse().unwrap();
        let document = document(Authority::Common, TokenVersion::V2, &origin);
        for member in [
            "code_challenge_methods_supported",
            "grant_types_supported",
            "revocation_endpoint",
        ] {
            assert_eq!(document.get(member), None);
        }
        assert_eq!(document["tenant_region_scope"], Value::Null);
    }
}
