//! What the tenant publishes.

use http::Method;

use crate::visitor::{TENANT, Visitor, header, json};

#[test]
fn the_start_page_lists_who_can_sign_in() {
    let page = Visitor::new().read("/");
    assert_eq!(page.status(), 200);
    let text = String::from_utf8(page.body().clone()).unwrap();
    for part in [
        "alice@contoso.onmicrosoft.com",
        "password alice",
        "secret S3cr3t~+/=&amp;% é",
        "secret your-api-secret",
        "--authority https://localhost:8400",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_api_lets_in_whoever_has_its_token() {
    let visitor = Visitor::new();
    let call = |method: Method, scope: &str| {
        let answer = json(&visitor.grant(&[("scope", Some(scope))]));
        let token = answer["access_token"].as_str().unwrap_or("none");
        let bearer = format!("Bearer {token}");
        visitor.send(
            method,
            "/your-api/v1/data",
            &[("authorization", &bearer)],
            "",
        )
    };
    let own = "api://your-api-id/.default";
    let answer = call(Method::GET, own);
    assert_eq!(answer.status(), 200);
    assert_eq!(json(&answer)["path"], "v1/data");
    assert_eq!(call(Method::POST, own).status(), 201);
    let other = call(Method::GET, "https://graph.microsoft.com/.default");
    assert_eq!(other.status(), 401);
    assert!(
        header(&other, "www-authenticate")
            .unwrap()
            .contains("audience")
    );
    assert_eq!(visitor.read("/your-api/v1/data").status(), 401);
}

#[test]
fn documents_are_json_that_may_be_kept_for_a_day() {
    let visitor = Visitor::new();
    for path in [
        "v2.0/.well-known/openid-configuration",
        ".well-known/openid-configuration",
        "discovery/v2.0/keys",
        "discovery/keys",
    ] {
        let response = visitor.read(&format!("/{TENANT}/{path}"));
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(
            header(&response, "content-type"),
            Some("application/json; charset=utf-8")
        );
        assert_eq!(
            header(&response, "cache-control"),
            Some("max-age=86400, private")
        );
        assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
        assert!(header(&response, "x-ms-request-id").is_some());
    }
}

#[test]
fn metadata_of_no_tenant_is_refused() {
    let visitor = Visitor::new();
    for (segment, error, code) in [
        ("fabrikam.example", "invalid_tenant", 90002),
        ("fabrikam", "invalid_request", 900_023),
    ] {
        let response = visitor.read(&format!("/{segment}/v2.0/.well-known/openid-configuration"));
        let body = json(&response);
        assert_eq!(response.status(), 400);
        assert_eq!(
            (body["error"].as_str(), body["error_codes"][0].as_u64()),
            (Some(error), Some(code))
        );
        assert_eq!(
            header(&response, "cache-control"),
            Some("max-age=86400, private")
        );
    }
}

#[test]
fn a_domain_leads_to_the_tenants_guid() {
    let response =
        Visitor::new().read("/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration");
    assert_eq!(
        json(&response)["issuer"],
        format!("https://localhost:8400/{TENANT}/v2.0")
    );
}

#[test]
fn a_key_has_entras_members() {
    let visitor = Visitor::new();
    let v2 = json(&visitor.read("/common/discovery/v2.0/keys"));
    let key = &v2["keys"][0];
    assert_eq!(
        (key["kty"].as_str(), key["use"].as_str(), key["e"].as_str()),
        (Some("RSA"), Some("sig"), Some("AQAB"))
    );
    assert_eq!(key["kid"], key["x5t"]);
    assert_eq!(key["x5c"].as_array().unwrap().len(), 1);
    assert_eq!(key["n"].as_str().unwrap().len(), 342);
    assert_eq!(key["issuer"], "https://localhost:8400/{tenantid}/v2.0");
    assert_eq!(key.get("alg"), None);
    let v1 = json(&visitor.read("/common/discovery/keys"));
    assert_eq!(v1["keys"][0].get("issuer"), None);
    assert_eq!(v1["keys"][0]["kid"], key["kid"]);
}

#[test]
fn instance_discovery_knows_this_host_only() {
    let visitor = Visitor::new();
    let ask = |host: &str| {
        let endpoint = format!("https%3A%2F%2F{host}%2F{TENANT}%2Foauth2%2Fv2.0%2Fauthorize");
        visitor.read(&format!(
            "/common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}"
        ))
    };
    let known = json(&ask("localhost%3A8400"));
    let discovery =
        format!("https://localhost:8400/{TENANT}/v2.0/.well-known/openid-configuration");
    assert_eq!(known["tenant_discovery_endpoint"], discovery);
    assert_eq!(known["metadata"][0]["preferred_network"], "localhost:8400");
    assert_eq!(known["metadata"][0]["aliases"][0], "localhost:8400");
    for host in ["login.microsoftonline.com", "example.com", ""] {
        let unknown = ask(host);
        assert_eq!(unknown.status(), 400);
        assert_eq!(json(&unknown)["error"], "invalid_instance");
    }
    assert_eq!(
        json(&visitor.read("/common/discovery/instance"))["error"],
        "invalid_request"
    );
}

#[test]
fn other_paths_and_methods_lead_nowhere() {
    let visitor = Visitor::new();
    assert_eq!(visitor.read("//").status(), 404);
    let posted = visitor.send(Method::POST, &format!("/{TENANT}/discovery/keys"), &[], "");
    assert_eq!(
        (posted.status().as_u16(), header(&posted, "allow")),
        (405, Some("GET, HEAD"))
    );
}
