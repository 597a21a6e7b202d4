//! The tokens that the tenant issues, judged by `jsonwebtoken` with the published keys.

use entra_emulator::{AppRole, Client, ClientKind, Credentials, Emulator, Secret, contoso};
use http::{Method, Response};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind, jwk::JwkSet,
};
use serde_json::{Value, json};

use crate::visitor::{DAEMON, FORM, NOW, TENANT, Visitor, form, header, json as body, token_path};

const V1_ISSUER: &str = "https://localhost:8400/11111111-2222-3333-4444-555555555555/";
const V2_ISSUER: &str = "https://localhost:8400/11111111-2222-3333-4444-555555555555/v2.0";

/// Claims of a token that the witness accepts for this issuer and audience.
fn verified(visitor: &Visitor, keys: &str, token: &str, issuer: &str, audience: &str) -> Value {
    let keys: JwkSet =
        serde_json::from_slice(visitor.read(&format!("/{TENANT}/{keys}")).body()).unwrap();
    let key_id = decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&key_id).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    // The tenant's clock stands still in these tests, the witness's does not.
    validation.validate_exp = false;
    decode::<Value>(token, &key, &validation).unwrap().claims
}

fn token(response: &Response<Vec<u8>>) -> String {
    body(response)["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_v1_token_verifies_and_has_entras_claims() {
    let visitor = Visitor::new();
    let token = token(&visitor.grant(&[]));
    let mut claims = verified(
        &visitor,
        "discovery/keys",
        &token,
        V1_ISSUER,
        "api://your-api-id",
    );
    for opaque in ["aio", "rh", "uti"] {
        assert!(claims[opaque].is_string());
        claims.as_object_mut().unwrap().remove(opaque);
    }
    let expected = json!({
        "aud": "api://your-api-id",
        "iss": V1_ISSUER,
        "iat": NOW.0 - 300,
        "nbf": NOW.0 - 300,
        "exp": NOW.0 + 3599,
        "appid": DAEMON,
        "appidacr": "1",
        "idp": V1_ISSUER,
        "oid": "99999999-0000-4000-8000-000000000001",
        "roles": ["Data.Read"],
        "sub": "99999999-0000-4000-8000-000000000001",
        "tid": TENANT,
        "ver": "1.0",
    });
    assert_eq!(claims, expected);
    let head = decode_header(&token).unwrap();
    assert_eq!((head.typ.as_deref(), head.x5t), (Some("JWT"), head.kid));
}

#[test]
fn a_v2_token_names_its_api_by_guid_and_its_client_as_azp() {
    let visitor = Visitor::new();
    let token = token(&visitor.grant(&[("scope", Some("api://downstream-api/.default"))]));
    let api = "66666666-5555-4444-3333-222222222222";
    let claims = verified(&visitor, "discovery/v2.0/keys", &token, V2_ISSUER, api);
    assert_eq!(
        (&claims["azp"], &claims["azpacr"], &claims["ver"]),
        (&json!(DAEMON), &json!("1"), &json!("2.0"))
    );
    for absent in ["appid", "appidacr", "idp", "roles", "scp"] {
        assert_eq!(claims.get(absent), None, "{absent}");
    }
    assert_eq!(decode_header(&token).unwrap().x5t, None);
}

#[test]
fn the_audience_is_what_was_asked_for() {
    let visitor = Visitor::new();
    for (scope, audience) in [
        (
            "https://graph.microsoft.com/.default",
            "https://graph.microsoft.com",
        ),
        (
            "00000003-0000-0000-c000-000000000000/.default",
            "00000003-0000-0000-c000-000000000000",
        ),
        (
            "https://management.azure.com//.default",
            "https://management.azure.com/",
        ),
        (
            "https://management.azure.com/.default",
            "https://management.azure.com",
        ),
        (
            "77777777-6666-5555-4444-333333333333/.default",
            "77777777-6666-5555-4444-333333333333",
        ),
    ] {
        let token = token(&visitor.grant(&[("scope", Some(scope))]));
        verified(&visitor, "discovery/keys", &token, V1_ISSUER, audience);
    }
}

#[test]
fn a_token_of_another_key_is_refused() {
    let visitor = Visitor::new();
    let token = token(&visitor.grant(&[]));
    let (message, _) = token.rsplit_once('.').unwrap();
    let keys: JwkSet =
        serde_json::from_slice(visitor.read(&format!("/{TENANT}/discovery/keys")).body()).unwrap();
    let key = DecodingKey::from_jwk(&keys.keys[0]).unwrap();
    let forged = format!("{message}.{}", "A".repeat(342));
    let verdict = decode::<Value>(&forged, &key, &Validation::new(Algorithm::RS256));
    assert_eq!(
        verdict.unwrap_err().into_kind(),
        ErrorKind::InvalidSignature
    );
}

#[test]
fn the_answer_has_exactly_entras_members_and_headers() {
    let response = Visitor::new().grant(&[]);
    let answer = body(&response);
    let mut members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(
        members,
        ["access_token", "expires_in", "ext_expires_in", "token_type"]
    );
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&json!("Bearer"), &json!(3599))
    );
    assert_eq!(answer["ext_expires_in"], 3599);
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("cache-control", "no-store, no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("x-ms-clitelem", "1,0,0,,"),
    ] {
        assert_eq!(header(&response, name), Some(value));
    }
    assert!(header(&response, "x-ms-request-id").is_some());
    assert_eq!(header(&response, "client-request-id"), None);
}

/// Bodies as msal-python and msal-node send them, and other habits of Microsoft's clients.
#[test]
fn clients_habits_are_tolerated() {
    let visitor = Visitor::new();
    let id = "dc1bbb52-8de1-4015-ad47-6f9156db8207";
    let node = (
        "content-type",
        "application/x-www-form-urlencoded;charset=utf-8",
    );
    let claims = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;
    for (name, query, content_type, changes) in [
        (
            "python",
            String::new(),
            FORM,
            &[("client_info", Some("1"))][..],
        ),
        (
            "node",
            format!("?client-request-id={id}"),
            node,
            &[
                ("x-client-SKU", Some("msal.js.node")),
                ("client-request-id", Some(id)),
                ("claims", Some(claims)),
            ],
        ),
        (
            "go",
            String::new(),
            FORM,
            &[(
                "scope",
                Some("openid profile offline_access api://your-api-id/.default"),
            )],
        ),
    ] {
        let path = format!("{}{query}", token_path());
        let response = visitor.send(Method::POST, &path, &[content_type], &form(changes));
        assert_eq!(response.status(), 200, "{name}");
        assert_eq!(
            header(&response, "client-request-id").is_some(),
            name == "node"
        );
    }
    let spaces = "client_id=99999999-8888-7777-6666-555555555555&grant_type=client_credentials\
        &client_secret=S3cr3t~%2B%2F%3D%26%25%20%C3%A9&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    assert_eq!(
        visitor
            .send(Method::POST, &token_path(), &[node], spaces)
            .status(),
        200
    );
}

#[test]
fn a_declared_capability_is_in_the_token() {
    let visitor = Visitor::new();
    let claims = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;
    let token = token(&visitor.grant(&[("claims", Some(claims))]));
    let claims = verified(
        &visitor,
        "discovery/keys",
        &token,
        V1_ISSUER,
        "api://your-api-id",
    );
    assert_eq!(claims["xms_cc"], json!(["cp1"]));
}

#[test]
fn every_spelling_of_the_tenant_gets_a_token() {
    let visitor = Visitor::new();
    for segment in [
        TENANT,
        "contoso.onmicrosoft.com",
        "Contoso.onmicrosoft.com",
        "your-tenant-id",
    ] {
        let response = visitor.send(
            Method::POST,
            &format!("/{segment}/oauth2/v2.0/token"),
            &[FORM],
            &form(&[]),
        );
        assert_eq!(response.status(), 200, "{segment}");
    }
}

#[test]
fn an_embedder_registers_its_own_client() {
    let mut tenant = contoso();
    tenant.clients.push(Client {
        id: "12345678-0000-4000-8000-000000000000".to_owned(),
        object_id: "12345678-0000-4000-8000-000000000001".to_owned(),
        name: "Demo".to_owned(),
        kind: ClientKind::Confidential(Credentials {
            secrets: vec![Secret {
                value: "demo".to_owned(),
                ends: None,
            }],
            ..Credentials::default()
        }),
        app_roles: vec![AppRole {
            api: "api://your-api-id".to_owned(),
            value: "Data.Read".to_owned(),
        }],
        ..Client::default()
    });
    let visitor = Visitor(Emulator::new(tenant));
    let own = [
        ("client_id", Some("12345678-0000-4000-8000-000000000000")),
        ("client_secret", Some("demo")),
    ];
    assert_eq!(visitor.grant(&own).status(), 200);
}
