//! Managed identities, Microsoft Graph and the other clouds.

use entra_emulator::{Cloud, Emulator, Origin, contoso};
use http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::{
    person::signed_in,
    visitor::{NOW, TENANT, Visitor, claims, header, json as body},
};

const IMDS: &str =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://your-api-id";
const METADATA: (&str, &str) = ("metadata", "true");
const SYSTEM: &str = "44444444-3333-2222-1111-000000000001";
const USER_ASSIGNED: &str = "44444444-3333-2222-1111-000000000002";

fn get(visitor: &Visitor, path: &str, headers: &[(&str, &str)]) -> Response<Vec<u8>> {
    visitor.send(Method::GET, path, headers, "")
}

#[test]
fn a_machine_gets_a_token_whose_numbers_are_text() {
    let visitor = Visitor::new();
    let with_slash = IMDS.replace("token?", "token/?");
    assert_eq!(get(&visitor, &with_slash, &[METADATA]).status(), 200);
    let answer = body(&get(&visitor, IMDS, &[METADATA]));
    assert_eq!(answer["expires_in"], "86400");
    assert_eq!(answer["expires_on"], (NOW.0 + 86_400).to_string());
    assert_eq!(answer["client_id"], SYSTEM);
    let token = claims(&answer["access_token"]);
    assert_eq!(token["aud"], "api://your-api-id");
    assert_eq!(token["roles"], json!(["Data.Read"]));
}

#[test]
fn selectors_choose_the_identity() {
    let visitor = Visitor::new();
    let resource = "/subscriptions/22222222-1111-0000-9999-888888888888/resourcegroups/contoso/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sample";
    let chosen = |selector: &str| {
        body(&get(&visitor, &format!("{IMDS}&{selector}"), &[METADATA]))["client_id"].clone()
    };
    for selector in [
        format!("client_id={USER_ASSIGNED}"),
        "object_id=44444444-0000-4000-8000-000000000002".to_owned(),
        format!("msi_res_id={resource}"),
    ] {
        assert_eq!(chosen(&selector), USER_ASSIGNED, "{selector}");
    }
    assert_eq!(chosen("client_id=nobody"), Value::Null);
    visitor.control(
        Method::POST,
        "/options",
        r#"{"ignore_identity_selector":true}"#,
    );
    assert_eq!(chosen("client_id=nobody"), SYSTEM, "an old agent");
}

#[test]
fn a_machine_without_identity_or_header_is_refused() {
    let visitor = Visitor::new();
    let proxied = ("x-forwarded-for", "10.0.0.1");
    for (path, headers, error) in [
        (IMDS, &[][..], "bad_request_102"),
        (IMDS, &[METADATA, proxied], "invalid_request"),
        (
            "/metadata/identity/oauth2/token?resource=x",
            &[METADATA],
            "invalid_request",
        ),
        (
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x",
            &[METADATA],
            "invalid_resource",
        ),
    ] {
        let response = get(&visitor, path, headers);
        assert_eq!(response.status(), 400);
        assert_eq!(body(&response)["error"], error, "{path}");
    }
    visitor.control(Method::POST, "/options", r#"{"has_system_identity":false}"#);
    let refused = body(&get(&visitor, IMDS, &[METADATA]));
    assert_eq!(refused["error_description"], "Identity not found");
    for status in [404, 410, 429] {
        let fault = json!({ "endpoint": "managed_identity", "status": status }).to_string();
        visitor.control(Method::POST, "/faults", &fault);
        assert_eq!(get(&visitor, IMDS, &[METADATA]).status(), status);
    }
}

#[test]
fn an_application_shows_its_header() {
    let visitor = Visitor::new();
    let path = "/app-service/token?api-version=2019-08-01&resource=api://your-api-id";
    let header = ("x-identity-header", "app-service-identity-header");
    let answer = body(&get(&visitor, path, &[header]));
    let mut members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "access_token",
            "client_id",
            "expires_on",
            "resource",
            "token_type"
        ]
    );
    let refused = get(&visitor, path, &[]);
    assert_eq!(
        (refused.status().as_u16(), &body(&refused)["statusCode"]),
        (401, &json!(401))
    );
    let unknown = get(&visitor, &format!("{path}&client_id=nobody"), &[header]);
    assert_eq!(unknown.status(), 400);
}

#[test]
fn a_server_elsewhere_must_read_a_file() {
    let visitor = Visitor::new();
    let path = format!("/arc{IMDS}");
    let options = json!({ "arc_key_file": "/tmp/x.key", "arc_key": "secret" }).to_string();
    visitor.control(Method::POST, "/options", &options);
    let challenge = get(&visitor, &path, &[METADATA]);
    assert_eq!(challenge.status(), 401);
    assert_eq!(
        header(&challenge, "www-authenticate"),
        Some("Basic realm=/tmp/x.key")
    );
    for (key, status) in [("Basic secret", 200), ("Basic wrong", 401)] {
        let headers = [METADATA, ("authorization", key)];
        assert_eq!(get(&visitor, &path, &headers).status(), status, "{key}");
    }
    assert_eq!(get(&visitor, &path, &[]).status(), 400);

    let path = format!("{path}&object_id=44444444-0000-4000-8000-000000000002");
    let answer = body(&get(
        &visitor,
        &path,
        &[METADATA, ("authorization", "Basic secret")],
    ));
    assert_eq!(
        answer["object_id"], "44444444-0000-4000-8000-000000000002",
        "the agent says whom it chose"
    );
}

#[test]
fn the_shells_token_is_a_persons() {
    let visitor = Visitor::new();
    let form = [crate::visitor::FORM, METADATA];
    let answer = visitor.send(
        Method::POST,
        "/cloud-shell/oauth2/token",
        &form,
        "resource=https%3A%2F%2Fmanagement.azure.com%2F",
    );
    let token = claims(&body(&answer)["access_token"]);
    assert_eq!(token["upn"], "alice@contoso.onmicrosoft.com");
    assert_eq!(token["scp"], "user_impersonation");
}

/// The daemon's answer from Graph.
fn graph(visitor: &Visitor, path: &str, headers: &[(&str, &str)]) -> Value {
    let grant = visitor.grant(&[("scope", Some("https://graph.microsoft.com/.default"))]);
    let bearer = format!("Bearer {}", body(&grant)["access_token"].as_str().unwrap());
    let mut all = vec![("authorization", bearer.as_str())];
    all.extend_from_slice(headers);
    body(&get(visitor, path, &all))
}

fn names(answer: &Value) -> Vec<&str> {
    let applications = answer["value"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    applications
        .iter()
        .map(|application| application["displayName"].as_str().unwrap())
        .collect()
}

#[test]
fn applications_are_found() {
    let visitor = Visitor::new();
    let eventual = [("consistencylevel", "eventual")];
    for (query, headers, expected) in [
        (
            "",
            &[][..],
            &[
                "DownstreamAPI",
                "Sample command line",
                "Sample daemon",
                "Sample single-page application",
                "YourAPI",
            ][..],
        ),
        (
            "?$filter=startswith(displayName,'sample%20d')",
            &[],
            &["Sample daemon"],
        ),
        (
            "?$filter=appId%20eq%20'77777777-6666-5555-4444-333333333333'",
            &[],
            &["YourAPI"],
        ),
        (
            "?$filter=identifierUris/any(x:x%20eq%20'api://downstream-api')",
            &[],
            &["DownstreamAPI"],
        ),
        (
            "?$search=%22displayName:api%22",
            &eventual,
            &["DownstreamAPI", "YourAPI"],
        ),
    ] {
        for prefix in ["/graph/v1.0", "/v1.0"] {
            let answer = graph(&visitor, &format!("{prefix}/applications{query}"), headers);
            assert_eq!(names(&answer), expected, "{query}");
        }
    }
}

#[test]
fn an_application_shows_its_scopes_and_roles() {
    let visitor = Visitor::new();
    let path = "/graph/v1.0/applications(appId='77777777-6666-5555-4444-333333333333')";
    let application = graph(&visitor, path, &[]);
    assert_eq!(application["identifierUris"], json!(["api://your-api-id"]));
    assert_eq!(
        application["api"]["oauth2PermissionScopes"][0]["value"],
        "access_as_user"
    );
    assert_eq!(application["appRoles"][0]["value"], "Data.Read");
    let by_id = format!(
        "/graph/v1.0/applications/{}",
        application["id"].as_str().unwrap()
    );
    let selected = graph(&visitor, &format!("{by_id}?$select=appId,displayName"), &[]);
    assert_eq!(
        selected,
        json!({ "appId": application["appId"], "displayName": "YourAPI" })
    );
}

#[test]
fn pages_follow_each_other() {
    let visitor = Visitor::new();
    visitor.control(Method::POST, "/options", r#"{"extra_applications":250}"#);
    let eventual = [("consistencylevel", "eventual")];
    let query = "$filter=startswith(displayName,'Extra')&$count=true&$select=displayName";
    let mut path = format!("/graph/v1.0/applications?{query}");
    let mut sizes = Vec::new();
    loop {
        let page = graph(&visitor, &path, &eventual);
        sizes.push(page["value"].as_array().unwrap().len());
        assert_eq!(page["@odata.count"].is_number(), sizes.len() == 1);
        match page["@odata.nextLink"].as_str() {
            Some(link) => {
                path = link
                    .strip_prefix("https://localhost:8400")
                    .unwrap()
                    .to_owned()
            }
            None => break,
        }
    }
    assert_eq!(sizes, [100, 100, 50]);
    let options = json!({ "foreign_next_link": "https://evil.example" }).to_string();
    visitor.control(Method::POST, "/options", &options);
    let page = graph(&visitor, "/graph/v1.0/applications?$top=1", &[]);
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert!(
        link.starts_with("https://evil.example/graph/v1.0/applications?"),
        "{link}"
    );
}

#[test]
fn graph_refuses_in_its_own_words() {
    let visitor = Visitor::new();
    let own = body(&visitor.grant(&[]))["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let reader = signed_in(&visitor, &[("scope", Some("User.Read"))]);
    let reader = reader["access_token"].as_str().unwrap();
    let path = "/graph/v1.0/applications";
    for (token, status, code) in [
        (None, 401, "InvalidAuthenticationToken"),
        (Some("x"), 401, "InvalidAuthenticationToken"),
        (Some(own.as_str()), 401, "InvalidAuthenticationToken"),
        (Some(reader), 403, "Authorization_RequestDenied"),
    ] {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<_> = bearer
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        let response = get(&visitor, path, &headers);
        assert_eq!(response.status(), status);
        assert_eq!(body(&response)["error"]["code"], code);
    }
    for (query, code) in [
        ("?$search=%22displayName:x%22", "Request_UnsupportedQuery"),
        ("?$count=true", "Request_UnsupportedQuery"),
        ("?$filter=x", "Request_UnsupportedQuery"),
        ("?$top=1000", "Request_BadRequest"),
        ("?$select=displayName,scopes", "BadRequest"),
        ("?$skip=1", "BadRequest"),
        ("/nobody", "Request_ResourceNotFound"),
    ] {
        let answer = graph(&visitor, &format!("{path}{query}"), &[]);
        assert_eq!(answer["error"]["code"], code, "{query}");
    }
}

fn read(emulator: &Emulator, url: &str) -> Value {
    let request = Request::get(url).body(Vec::new()).unwrap();
    let origin = Origin::of(request.uri()).unwrap();
    body(&emulator.respond(&request, &origin, NOW))
}

#[test]
fn every_cloud_has_its_metadata() {
    let emulator = Emulator::new(contoso());
    for (host, instance, graph) in [
        (
            "login.microsoftonline.com",
            "microsoftonline.com",
            "graph.microsoft.com",
        ),
        (
            "login.microsoftonline.us",
            "microsoftonline.us",
            "graph.microsoft.us",
        ),
        (
            "login.partner.microsoftonline.cn",
            "partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
        ),
    ] {
        let metadata = read(
            &emulator,
            &format!("https://{host}/{TENANT}/v2.0/.well-known/openid-configuration"),
        );
        assert_eq!(metadata["issuer"], format!("https://{host}/{TENANT}/v2.0"));
        assert_eq!(metadata["cloud_instance_name"], instance);
        assert_eq!(metadata["msgraph_host"], graph);
    }
    let v1 = "https://login.chinacloudapi.cn/your-tenant-id/.well-known/openid-configuration";
    let issuer = format!("https://sts.chinacloudapi.cn/{TENANT}/");
    assert_eq!(read(&emulator, v1)["issuer"], issuer);
    let loopback = "https://localhost/your-tenant-id/v2.0/.well-known/openid-configuration";
    let moved = Emulator::new(contoso()).in_cloud(Cloud::UsGovernment);
    assert_eq!(read(&moved, loopback)["msgraph_host"], "graph.microsoft.us");
}

#[test]
fn microsofts_hosts_know_each_other() {
    let emulator = Emulator::new(contoso());
    let ask = |host: &str| {
        let base = "https://login.microsoftonline.com/common/discovery/instance";
        let endpoint = format!("authorization_endpoint=https://{host}/x/oauth2/v2.0/authorize");
        read(&emulator, &format!("{base}?api-version=1.1&{endpoint}"))
    };
    let known = ask("login.microsoftonline.us");
    assert_eq!(known["metadata"][0]["preferred_cache"], "login.windows.net");
    assert_eq!(known["metadata"].as_array().unwrap().len(), 6);
    assert_eq!(ask("evil.example")["error"], "invalid_instance");
}

#[test]
fn issuers_of_customers_tenants_have_another_shape() {
    let visitor = Visitor::new();
    let path = format!("/{TENANT}/v2.0/.well-known/openid-configuration");
    for (shape, issuer) in [
        (
            "ciam",
            format!("https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"),
        ),
        ("b2c", format!("https://localhost:8400/{TENANT}/v2.0/")),
        ("workforce", format!("https://localhost:8400/{TENANT}/v2.0")),
    ] {
        let options = json!({ "issuer": shape }).to_string();
        visitor.control(Method::POST, "/options", &options);
        assert_eq!(body(&visitor.read(&path))["issuer"], issuer);
        let scope = [("scope", Some("api://downstream-api/.default"))];
        let token = claims(&body(&visitor.grant(&scope))["access_token"]);
        assert_eq!(token["iss"], issuer);
    }
}
