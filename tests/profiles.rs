//! Profiles: changed, renamed, listed and deleted, with their secrets and tokens.
#![cfg(test)]

mod support;

use std::fs;

use serde_json::Value;
use support::{CLIENT_ID, Emulator, GET_TOKEN, SECRET, Terminal, User, foreign_program};

fn saved(user: &User, name: &str) -> Value {
    let shown = user.run(&format!("config show {name} -o json"));
    serde_json::from_str(&shown.quiet_success()).unwrap()
}

/// Options of `config edit`, the member that changes, and its new value.
const EDITS: &[(&str, &str, &str)] = &[
    ("--tenant-id common", "tenantId", "\"common\""),
    (
        "--client-id 88888888-7777-6666-5555-444444444444",
        "clientId",
        "\"88888888-7777-6666-5555-444444444444\"",
    ),
    (
        "--scope api://x/a,api://x/b",
        "scopes",
        "[\"api://x/a\",\"api://x/b\"]",
    ),
    ("--flow device", "defaultFlow", "\"DeviceCode\""),
    ("--flow automatic", "defaultFlow", "null"),
    (
        "--redirect-uri http://localhost:8080",
        "redirectUri",
        "\"http://localhost:8080\"",
    ),
    ("--redirect-uri=", "redirectUri", "null"),
    ("--auth-method public", "authMethod", "\"None\""),
    (
        "--certificate-path c.pfx --force",
        "authMethod",
        "\"PasswordlessCertificate\"",
    ),
    ("--new-name other", "name", "\"other\""),
];

#[test]
fn an_option_of_edit_changes_its_field_and_no_other() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    for (options, member, expected) in EDITS {
        let before = saved(&user, "my-api-client");
        let original = fs::read(user.profiles()).unwrap();
        user.run(&format!("config edit -p my-api-client {options}"))
            .quiet_success();
        let name = if *member == "name" {
            "other"
        } else {
            "my-api-client"
        };
        let after = saved(&user, name);
        assert_eq!(after[member].to_string(), *expected, "{options}");
        // Those that follow from others, and the time.
        let derived = [
            "updatedAt",
            "scope",
            "flow",
            "useClientSecret",
            "useCertificate",
        ];
        for (other, value) in before.as_object().unwrap() {
            if other != member && !derived.contains(&other.as_str()) {
                assert_eq!(&after[other], value, "{options} changed {other}");
            }
        }
        if !member.contains("Uri") && !member.contains("Flow") {
            fs::write(user.profiles(), original).unwrap();
        }
    }
}

#[test]
fn the_documented_menu_is_worked_through_on_stdin() {
    let emulator = Emulator::start();
    let user = User::new();
    user.create_profile(emulator.authority(), "wrong");
    assert_eq!(user.run(GET_TOKEN).code, 2);
    let answers = format!("3\n{SECRET}\n4\napi://your-api-id/.default\nq\n");
    user.run_with("config edit -p my-api-client", &answers)
        .quiet_success();
    user.run(GET_TOKEN).quiet_success();
}

/// Input of the menu, and a part of the error.
const BAD_MENUS: &[(&str, &str)] = &[
    ("", "there is nothing to change"),
    ("4\n", "the input ends before the value of `Scope`"),
    ("4\napi://x/y\n13\n", "unknown entry of the menu"),
    ("4\napi://x/y\n1\nno-guid\nq\n", "the client id is no GUID"),
];

#[test]
fn a_menu_with_a_mistake_changes_nothing() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let before = user.files();
    for (answers, error) in BAD_MENUS {
        let outcome = user.run_with("config edit -p my-api-client", answers);
        assert!(
            outcome.failure(4).0.contains(error),
            "{answers}: {outcome:?}"
        );
        assert_eq!(user.files(), before, "{answers}");
    }
}

#[test]
fn the_menu_works_on_a_terminal() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let mut terminal = Terminal::start(&user.command("config edit -p my-api-client"));
    for (question, answer) in [
        ("Change (1-11, q): ", "1"),
        ("Client ID: ", "my-app"),
        ("Client ID: ", CLIENT_ID),
        ("Change (1-11, q): ", "secret"),
        ("Change (1-11, q): ", "3"),
        ("Client Secret: ", "typed-S3cr3t"),
        ("Change (1-11, q): ", "q"),
    ] {
        assert!(!terminal.shown_until(question).contains("S3cr3t"));
        terminal.answer(question, answer);
    }
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("updated"), "{shown}");
    assert_eq!(user.run(GET_TOKEN).code, 2, "the typed secret is wrong");
}

#[test]
fn a_renamed_profile_keeps_its_secret_and_its_tokens() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let token = user.run(GET_TOKEN).quiet_success();
    user.run("config edit -p my-api-client --new-name other")
        .quiet_success();
    assert_eq!(user.run("config list").quiet_success(), "other\n");
    assert_eq!(user.run("get-token -p other").quiet_success(), token);
    user.run("get-token -p other --force").quiet_success();
    user.run("config edit -p other --new-name Other")
        .quiet_success();
    user.run("get-token -p other --force").quiet_success();
    assert_eq!(user.run(GET_TOKEN).code, 3);
    // Nothing is left for a new profile of the old name.
    user.run_with("config create -n my-api-client --tenant-id common --client-id 99999999-8888-7777-6666-555555555555 --client-secret -", "x").quiet_success();
    let outcome = user.run("config edit -p other --new-name MY-API-client");
    assert!(outcome.failure(4).0.contains("already exists"));
}

#[test]
fn a_profile_that_changes_its_client_loses_the_old_tokens() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    user.run(GET_TOKEN).quiet_success();
    assert_eq!(cached_tokens(&user), 1);
    user.run("config edit -p my-api-client --client-id 88888888-7777-6666-5555-444444444444")
        .quiet_success();
    assert_eq!(cached_tokens(&user), 0);
}

#[test]
fn clear_cache_forgets_tokens_and_nothing_else() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    for line in [
        "clear-cache -p my-api-client",
        "clear-cache --profile MY-API-CLIENT",
        "clear-cache",
        "clear-cache --all",
    ] {
        user.run(GET_TOKEN).quiet_success();
        assert_eq!(cached_tokens(&user), 1);
        assert_eq!(user.run(line).quiet_success(), "");
        assert_eq!(cached_tokens(&user), 0, "{line}");
    }
    assert_eq!(emulator.requests().len(), 4);
    assert_eq!(user.run("clear-cache -p nobody").code, 3);
    assert_eq!(user.run("clear-cache -p x --all").code, 4);
}

fn cached_tokens(user: &User) -> usize {
    let is_token = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "token");
    user.files().keys().filter(|path| is_token(path)).count()
}

#[test]
fn az_gets_what_its_readers_expect() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    user.set("TZ", "America/New_York");
    let printed = user
        .run(&format!("{GET_TOKEN} --output az"))
        .quiet_success();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let names: Vec<_> = printed.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "accessToken",
            "expiresOn",
            "expires_on",
            "tenant",
            "tokenType"
        ]
    );
    assert_eq!(printed["tenant"], "11111111-2222-3333-4444-555555555555");
    let Some(python) = foreign_program("python3") else {
        return;
    };
    // As Azure's own libraries read it.
    let script = "import sys,datetime; print(int(datetime.datetime.strptime(sys.argv[1], '%Y-%m-%d %H:%M:%S.%f').timestamp()))";
    let mut command = user.foreign_command(&python);
    command.args(["-c", script, printed["expiresOn"].as_str().unwrap()]);
    let seconds = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert_eq!(seconds.trim(), printed["expires_on"].to_string());
}

#[test]
fn the_token_is_copied_on_request() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    let folder = user.home().join("bin");
    fs::create_dir(&folder).unwrap();
    let copied = user.home().join("copied");
    let script = format!(
        "#!/bin/sh\n/bin/cat > {}\n/usr/bin/env > {0}.env; echo \"$@\" > {0}.arguments\n",
        copied.display()
    );
    // Written by another process, so that no test's child holds it open for writing.
    let draft = user.home().join("draft");
    fs::write(&draft, script).unwrap();
    let install = std::process::Command::new("install")
        .args(["-m", "755"])
        .args([draft, folder.join("xclip")])
        .status();
    assert!(install.unwrap().success());
    user.set("PATH", folder.to_str().unwrap());
    let outcome = user.run(&format!("{GET_TOKEN} --clipboard"));
    assert!(outcome.failure(1).0.contains("no clipboard"), "{outcome:?}");
    user.set("DISPLAY", ":99");
    let token = user
        .run(&format!("{GET_TOKEN} --clipboard"))
        .quiet_success();
    assert_eq!(fs::read_to_string(&copied).unwrap(), token.trim());
    let arguments = fs::read_to_string(copied.with_extension("arguments")).unwrap();
    assert_eq!(arguments.trim(), "-selection clipboard");
    let environment = fs::read_to_string(copied.with_extension("env")).unwrap();
    assert!(!environment.contains("PASSPHRASE"), "{environment}");
    assert_eq!(user.run("get-token --clipboard --no-clipboard").code, 4);
}

#[test]
fn older_names_and_spellings_of_commands_work() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    for (line, expected) in [
        ("list-profiles", "my-api-client\n"),
        ("show-profile --name:my-api-client --output:json", "{"),
        ("get-token --profile:my-api-client --json:true", "{"),
        ("get-token -p:my-api-client --force false", "eyJ"),
        ("edit-profile -n my-api-client --flow=ClientCredentials", ""),
        ("delete-profile -p my-api-client --force true", ""),
        ("list-profiles", ""),
    ] {
        let stdout = user.run(line).quiet_success();
        assert!(stdout.starts_with(expected), "{line}: {stdout}");
    }
}

#[test]
fn a_secret_is_shown_when_asked_for_and_not_before() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    for (options, is_shown) in [
        ("", false),
        ("-o json", false),
        ("-o yaml", false),
        ("--verbose", false),
        ("--show-secrets", true),
        ("--show-secrets -o json", true),
    ] {
        let shown = user
            .run(&format!("config show -p my-api-client {options}"))
            .quiet_success();
        assert_eq!(shown.contains("S3cr3t"), is_shown, "{options}: {shown}");
    }
    let listed = user.run("config list --json").quiet_success();
    assert!(!listed.contains("S3cr3t"), "{listed}");
    let storage = user.run("config show --storage -o json").quiet_success();
    let storage: Value = serde_json::from_str(&storage).unwrap();
    assert_eq!(storage["kind"], "file");
    assert!(storage["reason"].as_str().unwrap().contains("SECRET_STORE"));
}

/// The place of a token is that of its client, and whoever has another proof hears why it is not theirs.
#[test]
fn a_token_that_another_profile_got_is_told_of_and_not_handed_out() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let first = user.run(GET_TOKEN).quiet_success();
    let create = format!(
        "config create --non-interactive -p other --tenant-id contoso.onmicrosoft.com --client-id {CLIENT_ID} \
         --scope api://your-api-id/.default --authority {} --client-secret -",
        emulator.authority()
    );
    user.run_with(&create, SECRET).quiet_success();
    let outcome = user.run("get-token -p other --verbose");
    assert!(
        outcome.stderr.contains("another proof got it"),
        "{outcome:?}"
    );
    assert_ne!(outcome.success(), first);
    assert_eq!(emulator.requests().len(), 2);
}

#[test]
fn the_menu_takes_no_dead_end() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let mut terminal = Terminal::start(&user.command("config edit -p my-api-client"));
    for (question, answer) in [
        ("Change (1-11, q): ", ""),
        ("Change (1-11, q): ", "4"),
        ("Scope: ", "api://your-api-id"),
        ("Scope: ", "api://your-api-id/read"),
        // There is no certificate file.
        ("Change (1-11, q): ", "9"),
        ("Change (1-11, q): ", "3"),
        ("Client Secret: ", ""),
        ("Change (1-11, q): ", "7"),
        ("Authentication Method: ", "Certificate"),
        ("Change (1-11, q): ", "q"),
    ] {
        terminal.answer(question, answer);
    }
    terminal.shown_until("needs a certificate file");
    for (question, answer) in [
        ("Change (1-11, q): ", "7"),
        ("Authentication Method: ", "ClientSecret"),
        ("Change (1-11, q): ", "q"),
    ] {
        terminal.answer(question, answer);
    }
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    let saved = user.run("config show -p my-api-client").quiet_success();
    assert!(saved.contains("api://your-api-id/read"), "{saved}");
}
