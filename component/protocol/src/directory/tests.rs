use serde_json::json;

use super::*;
use crate::refusal::advice::Facts;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

fn authority(instance: &str) -> Authority {
    Authority::parse(instance, "contoso.com").unwrap()
}

fn graph() -> Graph {
    Graph::of(&authority("https://login.microsoftonline.com")).unwrap()
}

fn pattern(text: &str) -> ApplicationPattern {
    ApplicationPattern::parse(text).unwrap()
}

fn answer(status: u16, body: &str) -> Result<Page, Error> {
    let response = Response::builder()
        .status(status)
        .header("retry-after", "7")
        .body(body.as_bytes().to_vec())
        .unwrap();
    graph().read_page(&response, NOW)
}

fn page_of(body: &Value) -> Page {
    answer(200, &body.to_string()).unwrap()
}

#[test]
fn each_cloud_has_its_graph() {
    for (instance, origin, scope) in [
        (
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com/",
            "https://graph.microsoft.com/Application.Read.All",
        ),
        (
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us/",
            "https://graph.microsoft.us/Application.Read.All",
        ),
        (
            "https://contoso.ciamlogin.com",
            "https://graph.microsoft.com/",
            "https://graph.microsoft.com/Application.Read.All",
        ),
        (
            "http://127.0.0.1:8400",
            "http://127.0.0.1:8400/",
            "https://graph.microsoft.com/Application.Read.All",
        ),
        (
            "https://login.microsoftonline.com:8443",
            "https://login.microsoftonline.com:8443/",
            "https://graph.microsoft.com/Application.Read.All",
        ),
    ] {
        let graph = Graph::of(&authority(instance)).unwrap();
        assert_eq!(graph.origin.as_str(), origin, "{instance}");
        assert_eq!(graph.scope(Asker::Person), scope, "{instance}");
        assert!(graph.scope(Asker::Application).ends_with("/.default"));
    }
}

#[test]
fn the_request_asks_for_what_is_shown() {
    let url = graph().first_page(&pattern("O'Brien & Söhne*"));
    assert_eq!(
        url.as_str(),
        "https://graph.microsoft.com/v1.0/applications?%24select=id%2CappId%2CdisplayName%2CcreatedDateTime%2C\
         publisherDomain%2CsignInAudience%2CidentifierUris%2Capi%2CappRoles&%24top=999&\
         %24filter=startswith%28displayName%2C%27O%27%27Brien+%26+S%C3%B6hne%27%29"
    );
    let id = CorrelationId::from_random([0; 16]);
    let request = graph().to_http(&url, &Secret::new("t0ken"), id).unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(request.headers()["authorization"], "Bearer t0ken");
    assert_eq!(request.headers()["client-request-id"], id.to_string());
    assert!(!format!("{request:?}").contains("t0ken"));
    assert!(graph().to_http(&url, &Secret::new("a\r\nb"), id).is_err());
}

#[test]
fn a_registration_is_read_with_its_permissions() {
    let page = page_of(&json!({"value": [{
        "id": "o", "appId": "c", "displayName": "Your\u{1b}[31mAPI", "publisherDomain": "contoso.com",
        "createdDateTime": "2025-01-01T00:00:00Z", "signInAudience": "AzureADMyOrg",
        "identifierUris": ["api://your-api-id", 7],
        "api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [
            {"value": "read", "type": "User", "isEnabled": true, "adminConsentDescription": "Reads"},
            {"value": "write", "type": "Admin", "isEnabled": false, "adminConsentDisplayName": "Writes"},
            {"value": "", "type": "User"}, "nonsense"
        ]},
        "appRoles": [{"value": "Data.Read", "description": "", "displayName": "Data", "isEnabled": true}, {"value": null}]
    }]}));
    let [application] = page.applications.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(application.display_name, "YourAPI");
    assert_eq!(application.identifier_uris, ["api://your-api-id"]);
    assert_eq!(application.token_version, 2);
    let permission = |value: &str, description: &str, admin_only, enabled| DelegatedPermission {
        value: value.to_owned(),
        description: description.to_owned(),
        admin_only,
        enabled,
    };
    assert_eq!(
        application.scopes,
        [
            permission("read", "Reads", false, true),
            permission("write", "Writes", true, false)
        ]
    );
    assert_eq!(
        application.app_roles,
        [AppRole {
            value: "Data.Read".to_owned(),
            description: "Data".to_owned(),
            enabled: true
        }]
    );
    let bare = page_of(&json!({"value": [{"id": "o", "appId": "c", "displayName": "n"}]}));
    assert_eq!(bare.applications[0].token_version, 1);
    assert_eq!(bare.next, None);
}

#[test]
fn a_token_follows_links_to_graph_alone() {
    let next = "https://graph.microsoft.com/v1.0/applications?$skiptoken=x";
    for (link, expected) in [
        (json!(next), true),
        (json!("https://graph.microsoft.com:443/beta/x"), true),
        (json!("http://graph.microsoft.com/v1.0/applications"), false),
        (json!("https://graph.microsoft.com.evil.test/"), false),
        (json!("https://graph.microsoft.com@evil.test/"), false),
        (json!("https://user@graph.microsoft.com/"), false),
        (json!("https://graph.microsoft.com:8443/"), false),
        (json!("//graph.microsoft.com/"), false),
        (json!("/v1.0/applications"), false),
        (json!(7), false),
    ] {
        let body = json!({"value": [], "@odata.nextLink": link});
        assert_eq!(answer(200, &body.to_string()).is_ok(), expected, "{link}");
    }
}

#[test]
fn what_is_no_page_is_refused() {
    for (name, status, body) in [
        ("no list", 200, "{}"),
        ("no array", 200, r#"{"value":{}}"#),
        (
            "no id",
            200,
            r#"{"value":[{"appId":"c","displayName":"n"}]}"#,
        ),
        ("no name", 200, r#"{"value":[{"id":"o","appId":"c"}]}"#),
        ("no object", 200, r#"{"value":[7]}"#),
        ("created", 201, r#"{"value":[]}"#),
        ("HTML", 200, "<html></html>"),
        ("redirect", 302, r#"{"value":[]}"#),
        ("nothing", 200, ""),
        ("refused without a word", 403, "{}"),
    ] {
        let outcome = answer(status, body);
        assert!(
            matches!(outcome, Err(Error::Unacceptable(_))),
            "{name}: {outcome:?}"
        );
    }
    let long = format!(r#"{{"value":[],"x":"{}"}}"#, "x".repeat(MAX_PAGE_SIZE));
    assert!(answer(200, &long).is_err());
}

#[test]
fn a_refusal_says_what_to_do() {
    let body = |code: &str| {
        json!({"error": {"code": code, "message": "Insufficient privileges.", "innerError": {
            "date": "2025-02-19T03:49:12", "request-id": "beef", "client-request-id": "c0ffee"}}})
        .to_string()
    };
    let facts = Facts {
        client_id: Some("c"),
        ..Facts::default()
    };
    for (status, code, asker, outdated, words) in [
        (
            403,
            "Authorization_RequestDenied",
            Asker::Application,
            true,
            "application permission `Application.Read.All` of Microsoft Graph to app `c`",
        ),
        (
            403,
            "Authorization_RequestDenied",
            Asker::Person,
            true,
            "delegated permission `Application.Read.All`",
        ),
        (
            401,
            "InvalidAuthenticationToken",
            Asker::Person,
            true,
            "did not accept the token",
        ),
        (
            429,
            "TooManyRequests",
            Asker::Person,
            false,
            "Microsoft Graph gets too many requests",
        ),
    ] {
        let error = answer(status, &body(code)).unwrap_err();
        assert_eq!(may_be_outdated(&error), outdated, "{code}");
        let Error::Refused(refusal) = error else {
            panic!("{code} is no refusal");
        };
        assert_eq!(refusal.error, code);
        assert_eq!(
            refusal.description.as_deref(),
            Some("Insufficient privileges.")
        );
        assert_eq!(refusal.correlation_id.as_deref(), Some("c0ffee"));
        assert_eq!(refusal.trace_id.as_deref(), Some("beef"));
        assert_eq!(refusal.retry_after.map(|span| span.as_secs()), Some(7));
        let advice = advice(&refusal, asker, &facts).unwrap_or_default();
        assert!(advice.contains(words), "{code}: {advice}");
    }
}

#[test]
fn a_search_gathers_what_fits_and_ends() {
    let page = |names: &[&str], next: bool| {
        let values: Vec<Value> = names
            .iter()
            .map(|name| json!({"id": format!("id of {name}"), "appId": "c", "displayName": name}))
            .collect();
        let link = next.then_some("https://graph.microsoft.com/v1.0/applications?$skiptoken=x");
        page_of(&json!({"value": values, "@odata.nextLink": link}))
    };
    let mut search = Search::new(pattern("*api"));
    assert!(
        search
            .take(page(&["b API", "x", "C api"], true))
            .unwrap()
            .is_some()
    );
    assert!(
        search
            .take(page(&["b API", "A API"], false))
            .unwrap()
            .is_none()
    );
    let found = search.finish();
    let names = found.iter().map(|found| found.display_name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["A API", "b API", "C api"]);
    let mut endless = Search::new(pattern("*"));
    let error = (0..1000).find_map(|_| endless.take(page(&["x"], true)).err());
    assert!(error.unwrap().hint().is_some());
    assert_eq!(endless.pages, MOST_PAGES);
}
