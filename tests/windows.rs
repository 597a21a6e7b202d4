//! What is different on Windows: secrets in the Credential Manager, questions at the console, the browser. Shown under wine.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs;

use serde_json::json;
use support::{
    ALICE, Browser, CLIENT_ID, Emulator, GET_TOKEN, Outcome, PUBLIC_CLIENT, SECRET, Terminal, User,
    windows, workspace,
};

/// Where wine's Credential Manager keeps its entries.
const CREDENTIALS: &str = r"HKCU\Software\Wine\Credential Manager";

/// The names of the entries, as another program sees them.
fn credentials() -> String {
    windows::run(&["reg", "query", CREDENTIALS, "/s"]).stdout
}

#[test]
fn secrets_live_in_the_credential_manager() {
    let Some(mut user) = User::on_windows() else {
        return;
    };
    user.unset("ENTRA_AUTH_CLI_SECRET_STORE");
    user.unset("ENTRA_AUTH_CLI_PASSPHRASE");
    let emulator = Emulator::start();
    let storage = user.run("config show --storage").quiet_success();
    assert!(storage.contains("Store: keyring"), "{storage}");
    assert!(
        storage.contains("Reason: the Credential Manager answers"),
        "{storage}"
    );

    user.create_profile(emulator.authority(), SECRET);
    assert!(credentials().contains("profile:my-api-client:client-secret"));
    assert!(!credentials().contains(SECRET));
    let token = user.run(GET_TOKEN).quiet_success();
    assert_eq!(user.run(GET_TOKEN).quiet_success(), token);
    assert_eq!(emulator.requests().len(), 1);
    assert!(credentials().contains("token-cache:key"));
    for (path, content) in user.files() {
        let content = String::from_utf8_lossy(&content);
        assert!(!content.contains(SECRET), "{}", path.display());
        assert!(!content.contains("eyJ"), "{}", path.display());
    }

    user.run("config delete -p my-api-client --force")
        .quiet_success();
    assert!(!credentials().contains("profile:my-api-client:client-secret"));
}

#[test]
fn a_secret_that_the_credential_manager_cannot_hold_is_refused_and_the_old_one_stays() {
    let Some(mut user) = User::on_windows() else {
        return;
    };
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "keyring");
    let emulator = Emulator::start();
    let authority = emulator.authority();
    let create = |secret: &str| {
        let options = "--client-secret - --scope api://your-api-id/.default --force";
        user.create("large", CLIENT_ID, authority, options, secret)
    };
    create(SECRET).quiet_success();
    let outcome = create(&"x".repeat(3000));
    let (error, hint) = outcome.failure(1);
    assert!(error.contains("2560 bytes"), "{outcome:?}");
    assert!(
        hint.contains("ENTRA_AUTH_CLI_SECRET_STORE=file"),
        "{outcome:?}"
    );
    user.run("get-token -p large").quiet_success();
    user.run("config delete -p large --force").quiet_success();
}

#[test]
fn everything_is_in_the_users_own_folders() {
    let Some(mut user) = User::on_windows() else {
        return;
    };
    user.unset("ENTRA_AUTH_CLI_CONFIG_PATH");
    let storage = user.run("config show --storage").quiet_success();
    let file = r"\AppData\Roaming\entra-auth-cli\secrets.sealed";
    assert!(storage.contains(file), "{storage}");
}

/// The console while it asks for the first thing about a new profile.
fn create_profile(user: &User, options: &str) -> Terminal {
    let mut terminal = Terminal::start(&user.command(&format!("config create {options}")));
    terminal.shown_until("Profile name:");
    terminal.wait_for_keys();
    terminal
}

#[test]
fn answers_are_unicode() {
    let Some(user) = User::on_windows() else {
        return;
    };
    let certificate = "host/emulator/key/client-credential/client.pfx";
    fs::copy(
        workspace().join(certificate),
        user.home().join("Zertifikät.pfx"),
    )
    .unwrap();
    let mut terminal = create_profile(&user, "");
    for (question, answer) in [
        ("Profile name:", "by-certificate"),
        ("Tenant ID:", "contoso.onmicrosoft.com"),
        ("Client ID:", CLIENT_ID),
        ("Authentication method:", "Certificate"),
        ("Certificate path:", "Zertifikät.pfx"),
        ("Certificate password:", "emulator"),
        ("Scopes:", ""),
        ("Default OAuth2 flow:", ""),
        ("Cloud:", ""),
    ] {
        terminal.answer(question, answer);
    }
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    let profile = user.run("config show -p by-certificate -o json");
    assert!(profile.quiet_success().contains("Zertifikät.pfx"));
}

#[test]
fn a_secret_is_typed_hidden() {
    let Some(user) = User::on_windows() else {
        return;
    };
    let emulator = Emulator::start();
    let mut terminal = create_profile(&user, &format!("--authority {}", emulator.authority()));
    for (question, answer) in [
        ("Profile name:", "my-api-client"),
        ("Tenant ID:", "contoso.onmicrosoft.com"),
        ("Client ID:", CLIENT_ID),
        ("Authentication method:", ""),
        ("Client secret:", SECRET),
    ] {
        terminal.answer(question, answer);
    }
    let shown = terminal.shown_until("Scopes:").to_owned();
    assert!(!shown.contains("S3cr3t"), "{shown}");
    terminal.answer("Scopes:", "api://your-api-id/.default");
    terminal.answer("Default OAuth2 flow:", "");
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    user.run(GET_TOKEN).quiet_success();
}

#[test]
fn a_browser_signs_a_person_in() {
    let Some(mut user) = User::on_windows() else {
        return;
    };
    let Some(browser) = Browser::of_windows(&mut user) else {
        return;
    };
    let emulator = Emulator::start();
    emulator.control("options", &json!({ "sign_in_as": ALICE }));
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    user.create("person", PUBLIC_CLIENT, emulator.authority(), options, "")
        .quiet_success();
    let program = user.start("get-token -p person -f InteractiveBrowser");
    browser.sign_in(&emulator);
    let token = Outcome::of(program.wait_with_output().unwrap()).success();
    assert_eq!(user.run("get-token -p person").quiet_success(), token);
    assert_eq!(emulator.grant_types(), ["authorization_code"]);
}

#[test]
fn a_damaged_cached_token_is_got_anew() {
    let Some(user) = User::on_windows() else {
        return;
    };
    let emulator = Emulator::start();
    user.create_profile(emulator.authority(), SECRET);
    user.run(GET_TOKEN).quiet_success();
    let files = user.files();
    let mut tokens = files
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|name| name == "token"));
    let (path, good) = tokens.next().unwrap();
    for bad in [&good[..good.len() / 2], b"", &[0; 300]] {
        fs::write(path, bad).unwrap();
        let requests = emulator.requests().len();
        user.run(GET_TOKEN).quiet_success();
        assert_eq!(emulator.requests().len(), requests + 1);
    }
}
