//! `discover`: the app registrations of a tenant, and whether a token is still good.
#![cfg(test)]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{Emulator, GET_TOKEN, Outcome, SECRET, Terminal, User};

const SEARCH: &str = "discover -p my-api-client";
const ALICE: &str = "alice@contoso.onmicrosoft.com";

fn names(user: &User, line: &str) -> Vec<String> {
    let document = user.run(&format!("{line} --output json")).quiet_success();
    let document: Vec<Value> = serde_json::from_str(&document).unwrap();
    let names = document
        .iter()
        .map(|application| &application["displayName"]);
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_pattern_finds_apps_by_name_number_and_uri() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    for (pattern, expected) in [
        ("YourAPI*", &["YourAPI"][..]),
        ("yourapi", &["YourAPI"]),
        ("*api", &["DownstreamAPI", "YourAPI"]),
        ("?ourAPI", &["YourAPI"]),
        (
            "Sample*n",
            &["Sample daemon", "Sample single-page application"],
        ),
        ("77777777-6666-5555-4444-333333333333", &["YourAPI"]),
        ("api://your-api-id", &["YourAPI"]),
        ("api://*", &["DownstreamAPI", "YourAPI"]),
        ("O'Brien*", &[]),
        ("none", &[]),
    ] {
        assert_eq!(
            names(&user, &format!("{SEARCH} -s {pattern}")),
            expected,
            "{pattern}"
        );
    }
    assert_eq!(
        names(&user, &format!("{SEARCH} -t contoso.onmicrosoft.com")).len(),
        5,
        "without a pattern, every app"
    );
}

#[test]
fn scopes_and_roles_of_an_api_are_shown() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let line = format!("{SEARCH} -s YourAPI*");
    assert_eq!(
        user.run(&line).quiet_success(),
        "YourAPI\t77777777-6666-5555-4444-333333333333\tapi://your-api-id\taccess_as_user, read, write\tData.Read\t2025-01-01\n"
    );
    let document = user.run(&format!("{line} -o json")).quiet_success();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document[0]["identifierUris"], json!(["api://your-api-id"]));
    assert_eq!(document[0]["requestedAccessTokenVersion"], 1);
    assert_eq!(document[0]["scopes"][1]["value"], "read");
    assert_eq!(document[0]["appRoles"][0]["value"], "Data.Read");
    let yaml = user.run(&format!("{line} -o yaml")).quiet_success();
    assert!(yaml.contains("displayName: YourAPI\n"), "{yaml}");
    let table = user.run(&format!("{line} -o text")).quiet_success();
    assert!(table.starts_with("Display Name  Client ID"), "{table}");
    let block = user.run(&format!("{line} --verbose")).success();
    assert!(
        block.contains("    api://your-api-id/access_as_user"),
        "{block}"
    );
}

#[test]
fn all_pages_are_read() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    emulator.control("options", &json!({ "extra_applications": 2_500 }));
    assert_eq!(
        names(&user, &format!("{SEARCH} -s *application*")).len(),
        2_501
    );
    let pages = emulator.requests();
    let pages = pages
        .iter()
        .filter(|request| request["path"] == "/v1.0/applications");
    assert_eq!(pages.count(), 3);
}

#[test]
fn the_token_goes_to_no_other_host() {
    let emulator = Emulator::start();
    let stranger = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let options = json!({ "extra_applications": 2_500, "foreign_next_link": stranger.authority() });
    emulator.control("options", &options);
    let outcome = user.run(SEARCH_ALL);
    let (error, _) = outcome.failure(5);
    assert!(
        error.contains("another address, which gets no token"),
        "{error}"
    );
    assert!(stranger.requests().is_empty());
}

const SEARCH_ALL: &str = "discover -p my-api-client -s *";

#[test]
fn a_missing_permission_is_named_and_not_remembered() {
    let emulator = Emulator::start();
    let user = User::new();
    let line = format!(
        "config create --name middle --tenant-id contoso.onmicrosoft.com --client-id 77777777-6666-5555-4444-333333333333 \
         --client-secret - --scope api://downstream-api/.default --authority {} --non-interactive",
        emulator.authority()
    );
    user.run_with(&line, "your-api-secret").quiet_success();
    for requests in [2, 5] {
        let outcome = user.run("discover -p middle -s *");
        let (error, hint) = outcome.failure(2);
        assert!(
            error.contains("Authorization_RequestDenied (HTTP 403"),
            "{error}"
        );
        assert!(
            hint.contains("add the application permission `Application.Read.All` of Microsoft Graph to app `77777777-6666-5555-4444-333333333333`"),
            "{hint}"
        );
        // The second time the cached token is tried, then a new one: the permission may have been granted since.
        assert_eq!(emulator.requests().len(), requests);
    }
}

#[test]
fn a_person_signs_in_at_microsofts_own_client() {
    let emulator = Emulator::start();
    let mut user = User::new();
    user.set("AZURE_AUTHORITY_HOST", emulator.authority());
    let line = "discover -t your-tenant-id -s YourAPI*";
    let (error, hint) = {
        let outcome = user.run(line);
        let (error, hint) = outcome.failure(2);
        (error.to_owned(), hint.to_owned())
    };
    assert_eq!(
        error,
        "a person has to sign in for this search, and there is no terminal"
    );
    assert!(hint.contains("`-p`"), "{hint}");
    assert!(emulator.requests().is_empty(), "nothing was sent");

    emulator.control("options", &json!({ "device_interval": 1 }));
    let mut terminal = Terminal::start(&user.command(line));
    terminal.shown_until("Falling back to device code flow");
    terminal.shown_until("code");
    while !emulator
        .requests()
        .iter()
        .any(|request| request["path"].as_str().unwrap().ends_with("/devicecode"))
    {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    emulator.control("device", &json!({ "action": "approve", "user": ALICE }));
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("access_as_user, read, write"), "{shown}");
    assert!(shown.contains(&format!("Signed in as {ALICE}")), "{shown}");

    // From now on nobody has to be there.
    assert!(
        user.run(line)
            .quiet_success()
            .starts_with("YourAPI\t77777777")
    );
}

#[test]
fn the_environments_client_searches_any_tenant_named() {
    let emulator = Emulator::start();
    let mut user = User::new();
    for (name, value) in [
        ("AZURE_AUTHORITY_HOST", emulator.authority()),
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", support::CLIENT_ID),
        ("AZURE_CLIENT_SECRET", SECRET),
    ] {
        user.set(name, value);
    }
    assert_eq!(
        names(&user, "discover -t your-tenant-id -s YourAPI*"),
        ["YourAPI"]
    );
    assert_eq!(names(&user, "discover -s YourAPI*"), ["YourAPI"]);
}

#[test]
fn the_demo_tenant_can_be_searched() {
    assert_eq!(
        names(&User::new(), "discover -p demo -s YourAPI*"),
        ["YourAPI"]
    );
}

#[test]
fn a_token_is_checked_wherever_it_stands() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let token = user.run(GET_TOKEN).quiet_success();
    let token = token.trim();
    let file = user.home().join("token.txt");
    fs::write(&file, format!("{token}\n")).unwrap();
    let runs = [
        user.run(&format!("discover -t {token}")),
        user.run(&format!("discover --token {token}")),
        user.run("discover -f token.txt"),
        user.run("discover --file token.txt -o json"),
        user.run("discover -p my-api-client"),
        user.run("discover"),
        user.run_with("discover", token),
        user.run_with("discover -t -", token),
    ];
    for outcome in runs {
        let document: Value = serde_json::from_str(&outcome.quiet_success()).unwrap();
        assert_eq!(document["valid"], true);
        assert_eq!(document["expired"], false);
        assert_eq!(document["aud"], "api://your-api-id");
        assert_eq!(document["roles"], json!(["Data.Read"]));
        assert!(document["exp"].is_number() && document["expires_in"].is_number());
    }
    assert_eq!(
        user.run("discover -p my-api-client --quiet")
            .quiet_success(),
        ""
    );
    let text = user
        .run("discover -p my-api-client -o text")
        .quiet_success();
    assert!(
        text.starts_with("Token Status: Valid\nFormat: JWT\nType: Bearer\n"),
        "{text}"
    );
    assert!(text.contains("\nProfile: my-api-client\n"), "{text}");
    assert!(
        text.contains("Remaining: 59 minutes") || text.contains("Remaining: 1 hour"),
        "{text}"
    );
    let yaml = user
        .run("discover -p my-api-client -o yaml")
        .quiet_success();
    assert!(yaml.starts_with("valid: true\nformat: JWT\n"), "{yaml}");
}

/// Header, claims `{"exp":1}` or `{"nbf":9999999999,"exp":9999999999}`, and a signature.
const EXPIRED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln";
const EARLY: &str = "eyJhbGciOiJSUzI1NiJ9.eyJuYmYiOjk5OTk5OTk5OTksImV4cCI6OTk5OTk5OTk5OX0.c2ln";

#[test]
fn the_exit_code_is_the_verdict() {
    let user = User::new();
    for (line, code) in [
        (format!("discover -t {EXPIRED}"), 1),
        (format!("discover -t {EARLY}"), 1),
        (format!("discover -q -t {EXPIRED}"), 1),
        ("discover -t eyJx".to_owned(), 4),
        ("discover --token nonsense".to_owned(), 4),
        ("discover -p nobody".to_owned(), 3),
        ("discover -f nowhere.txt".to_owned(), 1),
        ("discover -q".to_owned(), 3),
        (format!("discover -t {EXPIRED} -s x"), 4),
        (format!("discover --token {EXPIRED} -s x"), 4),
        (format!("discover --token {EXPIRED} -f x"), 4),
        ("discover -o xml".to_owned(), 4),
        ("discover -s a -p nobody".to_owned(), 3),
    ] {
        let outcome: Outcome = user.run(&line);
        assert_eq!(outcome.code, code, "{line}: {outcome:?}");
    }
    let expired = user.run(&format!("discover -t {EXPIRED}"));
    let document: Value = serde_json::from_str(&expired.stdout).unwrap();
    assert_eq!(
        (document["valid"].clone(), document["expired"].clone()),
        (json!(false), json!(true))
    );
    assert_eq!(expired.stderr, "");
}
