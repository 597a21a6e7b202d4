//! The authorize endpoint, its pages, and the codes that come of them.

use http::{Method, Response};
use serde_json::json;

use crate::{
    person::{
        AS_DAEMON, Browser, REDIRECT, authorize, parameter, redemption, returned, signed_in, text,
        title, token,
    },
    visitor::{COMMAND_LINE, DAEMON, FORM, NOW, TENANT, Visitor, claims, header, json as body},
};

const SINGLE_PAGE: &str = "55555555-4444-3333-2222-111111111111";
const ALICE: &str = "alice@contoso.onmicrosoft.com";

/// The answer to a whole sign-in, and the browser that made it.
fn signed_in_browser<'v>(
    visitor: &'v Visitor,
    changes: &[(&str, Option<&str>)],
) -> (Browser<'v>, Response<Vec<u8>>) {
    let mut browser = Browser::new(visitor);
    let page = browser.open(&authorize(changes));
    let consent = browser.sign_in(&page);
    let answer = browser.press(&consent, "accept");
    (browser, answer)
}

fn code_of(answer: &Response<Vec<u8>>) -> String {
    parameter(answer, "code").unwrap()
}

#[test]
fn somebody_signs_in_consents_and_the_client_gets_tokens() {
    let visitor = Visitor::new();
    let mut browser = Browser::new(&visitor);
    let page = browser.open(&authorize(&[
        ("nonce", Some("n")),
        ("client_info", Some("1")),
    ]));
    assert_eq!(title(&page), "Sign in");
    let page = browser.sign_in(&page);
    assert_eq!(title(&page), "Permissions requested");
    assert!(text(&page).contains("<li>YourAPI: access_as_user</li>"));
    let answer = browser.press(&page, "accept");
    assert_eq!(answer.status(), 302);
    let location = header(&answer, "location").unwrap();
    assert!(
        location.starts_with(&format!("{REDIRECT}/?code=")),
        "{location}"
    );
    assert!(location.ends_with('#'));
    let names: Vec<String> = returned(&answer)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["code", "session_state", "client_info", "state"]);
    assert_eq!(parameter(&answer, "state").as_deref(), Some("the state"));
    let tokens = token(&visitor, &redemption(&code_of(&answer), &[]));
    assert_eq!(
        tokens["scope"],
        "api://your-api-id/access_as_user openid profile"
    );
    let access = claims(&tokens["access_token"]);
    assert_eq!(access["scp"], "access_as_user");
    assert_eq!(access["appidacr"], "0");
    assert_eq!(access["upn"], ALICE);
    assert_eq!(access.get("roles"), None);
    let identity = claims(&tokens["id_token"]);
    assert_eq!(identity["aud"], COMMAND_LINE);
    assert_eq!(identity["nonce"], "n");
    assert_eq!(identity["preferred_username"], ALICE);
    assert_eq!(identity["oid"], access["oid"]);
    assert_ne!(identity["sub"], access["sub"]);
    assert!(tokens["refresh_token"].is_string());
    assert!(tokens["client_info"].is_string());
}

#[test]
fn only_what_was_asked_for_comes_with_the_token() {
    let visitor = Visitor::new();
    let tokens = signed_in(&visitor, &[("scope", Some("api://your-api-id/.default"))]);
    assert_eq!(
        tokens["scope"],
        "api://your-api-id/access_as_user api://your-api-id/read api://your-api-id/write api://your-api-id/.default"
    );
    for absent in ["id_token", "refresh_token", "client_info"] {
        assert_eq!(tokens.get(absent), None, "{absent}");
    }
    let tokens = signed_in(&visitor, &[("scope", Some("openid"))]);
    assert_eq!(claims(&tokens["id_token"]).get("nonce"), None);
}

#[test]
fn the_answer_travels_as_asked() {
    let visitor = Visitor::new();
    let (_, answer) = signed_in_browser(&visitor, &[("response_mode", Some("fragment"))]);
    let location = header(&answer, "location").unwrap();
    assert!(
        location.starts_with(&format!("{REDIRECT}/#code=")),
        "{location}"
    );
    let visitor = Visitor::new();
    let state = Some("\"><script>alert('&')</script>");
    let (_, answer) = signed_in_browser(
        &visitor,
        &[("response_mode", Some("form_post")), ("state", state)],
    );
    assert_eq!(answer.status(), 200);
    let page = text(&answer);
    assert!(page.contains(&format!("action=\"{REDIRECT}/\"")), "{page}");
    assert!(page.contains("name=\"state\" value=\"&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)"));
    assert!(!page.contains("<script>"));
    let policy = header(&answer, "content-security-policy").unwrap();
    assert!(
        policy.contains(&format!("form-action 'self' {REDIRECT};")),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"));
}

#[test]
fn faults_of_client_and_address_are_shown_and_never_sent_on() {
    let visitor = Visitor::new();
    let mut browser = Browser::new(&visitor);
    for (name, value, code) in [
        ("client_id", None, 900_144),
        ("client_id", Some("x"), 90112),
        (
            "client_id",
            Some("00000000-0000-4000-8000-000000000000"),
            700_016,
        ),
        (
            "client_id",
            Some("77777777-6666-5555-4444-333333333333"),
            500_113,
        ),
        (
            "redirect_uri",
            Some("http://localhost:53111/callback"),
            50011,
        ),
        ("redirect_uri", Some("https://evil.example/<b>"), 50011),
    ] {
        let page = browser.open(&authorize(&[(name, value)]));
        assert_eq!(page.status(), 400, "{name} {value:?}");
        let page = text(&page);
        assert!(
            page.contains(&format!("AADSTS{code}:")),
            "{name} {value:?}: {page}"
        );
        assert!(!page.contains("<b>"));
    }
    let single_tenant = [
        ("client_id", Some(DAEMON)),
        ("code_challenge", None),
        ("code_challenge_method", None),
    ];
    for (segment, changes, code) in [
        ("common", &single_tenant[..], 50194),
        ("consumers", &[], 9_002_332),
        ("fabrikam.example", &[], 90002),
    ] {
        let path = authorize(changes).replace(TENANT, segment);
        let page = text(&browser.open(&path));
        assert!(
            page.contains(&format!("AADSTS{code}:")),
            "{segment}: {page}"
        );
    }
}

#[test]
fn other_faults_are_told_to_the_application() {
    let visitor = Visitor::new();
    let mut browser = Browser::new(&visitor);
    for (name, value, error, code) in [
        ("response_type", None, "invalid_request", "AADSTS900144"),
        (
            "response_type",
            Some("token"),
            "unsupported_response_type",
            "AADSTS700051",
        ),
        (
            "response_type",
            Some("code id_token"),
            "unsupported_response_type",
            "AADSTS700054",
        ),
        (
            "response_mode",
            Some("pigeon"),
            "invalid_request",
            "AADSTS70007",
        ),
        ("scope", None, "invalid_request", "AADSTS900144"),
        (
            "scope",
            Some("api://your-api-id/delete"),
            "invalid_scope",
            "AADSTS650053",
        ),
        (
            "scope",
            Some("api://nobody/read"),
            "invalid_resource",
            "AADSTS500011",
        ),
        (
            "scope",
            Some("api://a/x api://b/x"),
            "invalid_request",
            "AADSTS28000",
        ),
        ("code_challenge", None, "invalid_request", "AADSTS50147"),
        (
            "code_challenge",
            Some("short"),
            "invalid_request",
            "AADSTS501491",
        ),
        (
            "code_challenge_method",
            Some("S512"),
            "invalid_request",
            "AADSTS501491",
        ),
        ("prompt", Some("never"), "invalid_request", "AADSTS90023"),
        ("prompt", Some("none"), "login_required", "AADSTS50058"),
    ] {
        let answer = browser.open(&authorize(&[(name, value)]));
        assert_eq!(
            parameter(&answer, "error").as_deref(),
            Some(error),
            "{name} {value:?}"
        );
        let description = parameter(&answer, "error_description").unwrap();
        assert!(
            description.starts_with(&format!("{code}: ")),
            "{description}"
        );
        assert_eq!(parameter(&answer, "state").as_deref(), Some("the state"));
    }
}

#[test]
fn a_wrong_password_is_asked_for_again() {
    let visitor = Visitor::new();
    let mut browser = Browser::new(&visitor);
    let page = browser.open(&authorize(&[("login_hint", Some(ALICE))]));
    assert!(text(&page).contains(&format!("value=\"{ALICE}\"")));
    for (name, password) in [(ALICE, "wrong"), (ALICE, ""), ("bob", "alice")] {
        let values = [
            ("username", name),
            ("password", password),
            ("do", "sign_in"),
        ];
        let page = browser.submit(&page, &values);
        assert!(text(&page).contains("AADSTS50126"), "{name}");
    }
    assert_eq!(title(&browser.sign_in(&page)), "Permissions requested");
}

#[test]
fn cancelling_is_told_to_the_application() {
    let visitor = Visitor::new();
    let mut browser = Browser::new(&visitor);
    let first = browser.open(&authorize(&[]));
    let answer = browser.press(&first, "cancel");
    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(
        parameter(&answer, "error_subcode").as_deref(),
        Some("cancel")
    );
    assert!(
        parameter(&answer, "error_description")
            .unwrap()
            .starts_with("AADSTS65004")
    );
    let again = browser.press(&first, "cancel");
    assert!(
        text(&again).contains("AADSTS50089"),
        "a page of a sign-in that is over"
    );
}

#[test]
fn prompts_decide_what_is_asked_again() {
    let visitor = Visitor::new();
    let (mut browser, _) = signed_in_browser(&visitor, &[]);
    for (prompt, page) in [
        (None, ""),
        (Some("none"), ""),
        (Some("consent"), "Permissions requested"),
        (Some("login"), "Sign in"),
        (Some("select_account"), "Pick an account"),
    ] {
        let answer = browser.open(&authorize(&[("prompt", prompt)]));
        assert_eq!(title(&answer), page, "{prompt:?}");
    }
    let picker = browser.open(&authorize(&[("prompt", Some("select_account"))]));
    assert!(parameter(&browser.press(&picker, "use_account"), "code").is_some());
    let picker = browser.open(&authorize(&[("prompt", Some("select_account"))]));
    assert_eq!(title(&browser.press(&picker, "use_another")), "Sign in");
    let stranger = [("login_hint", Some("bob@contoso.onmicrosoft.com"))];
    assert_eq!(title(&browser.open(&authorize(&stranger))), "Sign in");
    let silent = [
        ("prompt", Some("none")),
        ("scope", Some("api://downstream-api/access_as_user")),
    ];
    let answer = browser.open(&authorize(&silent));
    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("consent_required")
    );
    browser.open(&format!("/{TENANT}/oauth2/v2.0/logout"));
    assert_eq!(title(&browser.open(&authorize(&[]))), "Sign in");
}

#[test]
fn a_test_can_sign_somebody_in_for_good() {
    let visitor = Visitor::new();
    let options = json!({ "sign_in_as": ALICE }).to_string();
    visitor.control(Method::POST, "/options", &options);
    for prompt in [None, Some("select_account"), Some("none"), Some("consent")] {
        let answer = Browser::new(&visitor).open(&authorize(&[("prompt", prompt)]));
        let tokens = token(&visitor, &redemption(&code_of(&answer), &[]));
        assert!(tokens["access_token"].is_string(), "{tokens}");
    }
}

#[test]
fn a_code_is_good_once() {
    let visitor = Visitor::new();
    let (_, answer) = signed_in_browser(&visitor, &[]);
    let body = redemption(&code_of(&answer), &[]);
    assert!(token(&visitor, &body)["access_token"].is_string());
    assert_eq!(token(&visitor, &body)["error_codes"][0], 54005);
}

#[test]
fn each_fault_of_a_redemption_has_its_number() {
    let visitor = Visitor::new();
    let (_, answer) = signed_in_browser(&visitor, &[]);
    let code = code_of(&answer);
    let unknown = format!("1.A{}", "x".repeat(43));
    let verifier = "e".repeat(43);
    for (name, changes, expected) in [
        ("no code", &[("code", None)][..], 900_144),
        (
            "nonsense, before the credential",
            &[("code", Some("nonsense")), ("client_secret", Some("x"))],
            9_002_313,
        ),
        ("unknown code", &[("code", Some(&unknown))], 70000),
        ("another client", &[("client_id", Some(SINGLE_PAGE))], 70000),
        ("a secret", &[("client_secret", Some("x"))], 700_025),
        (
            "other address",
            &[("redirect_uri", Some("http://localhost:1"))],
            70000,
        ),
        ("no verifier", &[("code_verifier", None)], 501_481),
        (
            "wrong verifier",
            &[("code_verifier", Some(&verifier))],
            501_481,
        ),
        (
            "two resources",
            &[("scope", Some("api://a/x api://b/x"))],
            28000,
        ),
        (
            "no consent",
            &[("scope", Some("api://downstream-api/access_as_user"))],
            65001,
        ),
    ] {
        let answer = token(&visitor, &redemption(&code, changes));
        assert_eq!(answer["error_codes"][0], expected, "{name}: {answer}");
    }
    let path = "/organizations/oauth2/v2.0/token";
    let elsewhere = visitor.send(Method::POST, path, &[FORM], &redemption(&code, &[]));
    assert_eq!(body(&elsewhere)["error_codes"][0], 700_005);
    visitor.control(Method::POST, "/clock", r#"{"advance":600}"#);
    let late = token(&visitor, &redemption(&code, &[]));
    assert_eq!(late["error_codes"][0], 70008);
}

#[test]
fn the_platform_of_the_address_decides_about_credentials() {
    let visitor = Visitor::new();
    let web = [
        ("client_id", Some(DAEMON)),
        ("code_challenge", None),
        ("code_challenge_method", None),
    ];
    let (_, answer) = signed_in_browser(&visitor, &web);
    let code = code_of(&answer);
    let without = [("client_id", Some(DAEMON)), ("code_verifier", None)];
    let refused = token(&visitor, &redemption(&code, &without));
    assert_eq!(refused["error_codes"][0], 7_000_218);
    let tokens = token(&visitor, &redemption(&code, &AS_DAEMON));
    assert_eq!(claims(&tokens["access_token"])["appidacr"], "1");

    let (_, answer) = signed_in_browser(&visitor, &[("client_id", Some(SINGLE_PAGE))]);
    let form = redemption(&code_of(&answer), &[("client_id", Some(SINGLE_PAGE))]);
    assert_eq!(token(&visitor, &form)["error_codes"][0], 9_002_327);
    let origin = ("origin", "http://localhost:53111");
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    let tokens = visitor.send(Method::POST, &path, &[FORM, origin], &form);
    assert_eq!(tokens.status(), 200);
}

#[test]
fn open_authorities_serve_a_multi_tenant_client() {
    let visitor = Visitor::new();
    for segment in ["common", "organizations", "contoso.onmicrosoft.com"] {
        let options = json!({ "sign_in_as": ALICE }).to_string();
        visitor.control(Method::POST, "/options", &options);
        let path = authorize(&[]).replace(TENANT, segment);
        let answer = Browser::new(&visitor).open(&path);
        let form = redemption(&code_of(&answer), &[]);
        let path = format!("/{segment}/oauth2/v2.0/token");
        let tokens = body(&visitor.send(Method::POST, &path, &[FORM], &form));
        assert_eq!(claims(&tokens["access_token"])["tid"], TENANT, "{segment}");
    }
}

#[test]
fn the_request_may_be_posted() {
    let visitor = Visitor::new();
    let path = authorize(&[]);
    let (path, query) = path.split_once('?').unwrap();
    let page = visitor.send(Method::POST, path, &[FORM], query);
    assert_eq!(title(&page), "Sign in");
}

#[test]
fn a_policy_is_satisfied_by_its_own_claims() {
    let visitor = Visitor::new();
    let policy = json!({ "resource": "api://your-api-id", "client": COMMAND_LINE }).to_string();
    visitor.control(Method::POST, "/policies", &policy);
    let refused = signed_in(&visitor, &[]);
    assert_eq!(refused["error"], "invalid_grant");
    assert_eq!(refused["error_codes"][0], 50076);
    assert_eq!(refused["suberror"], "basic_action");
    let challenge = refused["claims"].as_str().unwrap();
    let other = signed_in(&visitor, &[("claims", Some(r#"{"access_token":{}}"#))]);
    assert_eq!(other["error_codes"][0], 50076);
    let tokens = signed_in(&visitor, &[("claims", Some(challenge))]);
    assert_eq!(
        claims(&tokens["access_token"])["amr"],
        json!(["pwd", "mfa"])
    );
    assert_eq!(claims(&tokens["access_token"])["exp"], NOW.0 + 3599);
}

#[test]
fn each_policy_has_its_numbers_error() {
    for (code, error, suberror, kind) in [
        (50076, "invalid_grant", "basic_action", "polids"),
        (50079, "interaction_required", "basic_action", "polids"),
        (53003, "invalid_grant", "message_only", "capolids"),
    ] {
        let visitor = Visitor::new();
        visitor.control(
            Method::POST,
            "/policies",
            &json!({ "code": code }).to_string(),
        );
        let refused = signed_in(&visitor, &[]);
        assert_eq!(refused["error"], error);
        assert_eq!(refused["suberror"], suberror);
        assert!(refused["claims"].as_str().unwrap().contains(kind));
        visitor.control(Method::DELETE, "/policies", "");
        assert!(signed_in(&visitor, &[])["access_token"].is_string());
    }
}
