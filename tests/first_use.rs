//! What somebody does first, exactly as the documentation writes it.
#![cfg(test)]

mod support;

use std::fs;

use support::{CLIENT_ID, Emulator, GET_TOKEN, Outcome, PROGRAM, SECRET, Terminal, User};

#[test]
fn the_demo_profile_needs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let outcome = Outcome::of(
        std::process::Command::new(PROGRAM)
            .args(["get-token", "-p", "demo"])
            .env_clear()
            .current_dir(home.path())
            .output()
            .unwrap(),
    );
    assert!(is_one_jwt(&outcome.quiet_success()));
    assert_eq!(
        fs::read_dir(home.path()).unwrap().count(),
        0,
        "it leaves nothing behind"
    );
}

#[test]
fn the_demo_profile_says_that_its_tokens_are_worth_nothing() {
    for line in ["--help", "config show -p demo"] {
        let text = User::new().run(line).quiet_success();
        assert!(text.contains("worth nothing"), "{text}");
    }
}

#[test]
fn the_documented_dialogue_creates_a_profile() {
    let emulator = Emulator::start();
    let user = User::new();
    let authority = emulator.authority();
    let mut terminal =
        Terminal::start(&user.command(&format!("config create --authority {authority}")));
    for (question, answer) in [
        ("Profile name: ", "my-api-client"),
        ("Tenant ID: ", "contoso.onmicrosoft.com"),
        ("Client ID: ", CLIENT_ID),
        ("Authentication method: ", "ClientSecret"),
        ("Client secret: ", SECRET),
        ("Scopes: ", "api://your-api-id/.default"),
        ("Default OAuth2 flow: ", ""),
    ] {
        terminal.answer(question, answer);
    }
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("✓ Profile 'my-api-client' created"),
        "{shown}"
    );
    assert!(is_one_jwt(&user.run(GET_TOKEN).quiet_success()));
}

#[test]
fn a_secret_is_not_shown_while_it_is_typed() {
    let user = User::new();
    let mut terminal = Terminal::start(&user.command("config create"));
    for (question, answer) in [
        ("Profile name: ", "p"),
        ("Tenant ID: ", "contoso.onmicrosoft.com"),
        ("Client ID: ", CLIENT_ID),
        ("Authentication method: ", ""),
        ("Client secret: ", SECRET),
    ] {
        terminal.answer(question, answer);
    }
    let shown = terminal.shown_until("Scopes: ");
    assert!(!shown.contains("S3cr3t"), "{shown}");
}

#[test]
fn a_profile_can_be_listed_shown_and_deleted() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    assert_eq!(user.run("config list").quiet_success(), "my-api-client\n");
    let shown = user.run("config show -p my-api-client").quiet_success();
    assert!(
        shown.contains(CLIENT_ID) && !shown.contains("S3cr3t"),
        "{shown}"
    );
    user.run(GET_TOKEN).quiet_success();
    user.run("config delete -p my-api-client --force")
        .quiet_success();
    assert_eq!(user.run("config list").quiet_success(), "");
    let outcome = user.run(GET_TOKEN);
    assert!(outcome.failure(3).0.contains("not found"), "{outcome:?}");
    let tokens = user
        .files()
        .into_keys()
        .filter(|path| path.extension().is_some_and(|end| end == "token"));
    assert_eq!(tokens.count(), 0, "cached tokens go with the profile");
}

#[test]
fn refresh_gets_a_new_token_and_caches_it() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let first = user.run(GET_TOKEN).quiet_success();
    let second = user.run("refresh -p my-api-client").quiet_success();
    assert!(is_one_jwt(&second));
    assert_ne!(first, second);
    assert_eq!(user.run(GET_TOKEN).quiet_success(), second);
    assert_eq!(emulator.requests().len(), 2);
}

#[test]
fn nothing_at_rest_shows_a_secret_or_a_token() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    user.run(GET_TOKEN).quiet_success();
    let files = user.files();
    assert!(
        files.len() >= 3,
        "profiles, secrets, a token: {:?}",
        files.keys()
    );
    for (path, bytes) in files {
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["S3cr3t", "eyJ"] {
            assert!(!text.contains(secret), "{} holds {secret}", path.display());
        }
    }
}

/// Three parts in base64url and one line end, nothing else.
fn is_one_jwt(stdout: &str) -> bool {
    let Some(token) = stdout.strip_suffix('\n') else {
        return false;
    };
    let is_base64url = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    token.split('.').count() == 3 && token.split('.').all(is_base64url)
}
