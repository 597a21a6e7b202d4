//! Secrets from elsewhere than the store: one case for each source, and which one counts where there are several.
#![cfg(test)]

mod support;

use std::fs;

use support::{CLIENT_ID, Emulator, SECRET, User, workspace};

/// The password of every key of the emulator.
const PFX_PASSWORD: &str = "emulator";

type Variables<'a> = &'a [(&'a str, &'a str)];

/// Somewhere that a client's proof can come from: variables, options that a profile is created with (without a profile the
/// variables name the client), options of the call, stdin, and the form field that proves who the client is.
type Source<'a> = (Variables<'a>, Option<&'a str>, &'a str, &'a str, &'a str);

const NO_PROFILE: Option<&str> = None;

fn key(file: &str) -> String {
    let keys = workspace().join("host/emulator/key/client-credential");
    keys.join(file).to_str().unwrap().to_owned()
}

#[test]
fn each_source_serves_without_any_store() {
    let [pfx, pem, without_password] =
        ["client.pfx", "client.pem", "client-without-password.pfx"].map(key);
    let with_certificate = format!("--certificate-path {pfx}");
    let without_certificate = format!("--certificate-path {without_password}");
    let secret = ("AZURE_CLIENT_SECRET", SECRET);
    let password = ("AZURE_CLIENT_CERTIFICATE_PASSWORD", PFX_PASSWORD);
    let certificate = |path| ("AZURE_CLIENT_CERTIFICATE_PATH", path);
    let [pfx, pem, without_password] = [&pfx, &pem, &without_password].map(String::as_str);
    let (by_secret, by_certificate) = ("client_secret", "client_assertion");
    let rows: [(&str, Source<'_>); 9] = [
        (
            "a secret in a variable",
            (&[secret], NO_PROFILE, "", "", by_secret),
        ),
        (
            "a secret on stdin",
            (&[], NO_PROFILE, "--client-secret -", SECRET, by_secret),
        ),
        (
            "a PFX and its password in variables",
            (
                &[certificate(pfx), password],
                NO_PROFILE,
                "",
                "",
                by_certificate,
            ),
        ),
        (
            "a PFX without a password",
            (
                &[certificate(without_password)],
                NO_PROFILE,
                "",
                "",
                by_certificate,
            ),
        ),
        (
            "a PEM file",
            (&[certificate(pem)], NO_PROFILE, "", "", by_certificate),
        ),
        (
            "a profile and a secret in a variable",
            (
                &[secret],
                Some("--auth-method ClientSecret"),
                "-p profile",
                "",
                by_secret,
            ),
        ),
        (
            "a profile and a secret on stdin",
            (
                &[],
                Some("--auth-method Public"),
                "-p profile --client-secret -",
                SECRET,
                by_secret,
            ),
        ),
        (
            "a profile's PFX and its password in a variable",
            (
                &[password],
                Some(&with_certificate),
                "-p profile",
                "",
                by_certificate,
            ),
        ),
        (
            "a profile's PFX without a password, and one for another file",
            (
                &[password],
                Some(&without_certificate),
                "-p profile",
                "",
                by_certificate,
            ),
        ),
    ];
    for (name, source) in rows {
        serves(name, source);
    }
}

fn serves(name: &str, (variables, profile, options, stdin, proof): Source<'_>) {
    let emulator = Emulator::start();
    let authority = emulator.authority();
    let mut user = User::new();
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    for (name, value) in variables {
        user.set(name, value);
    }
    let scope = "--scope api://your-api-id/.default";
    match profile {
        None => user.name_client(authority),
        Some(described) => {
            let described = format!("{scope} {described}");
            user.create("profile", CLIENT_ID, authority, &described, "")
                .quiet_success();
        }
    }
    let before = user.files();
    let token = user
        .run_with(&format!("get-token {scope} {options}"), stdin)
        .quiet_success();
    assert_eq!(token.matches('.').count(), 2, "{name}");
    let form = emulator.only_form();
    let proofs: Vec<&str> = form
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| matches!(*name, "client_secret" | "client_assertion"))
        .collect();
    assert_eq!(proofs, [proof], "{name}");
    assert_eq!(user.files(), before, "{name}: nothing is kept");
}

#[test]
fn the_nearest_secret_counts() {
    let wrong = "wrong";
    let rows = [
        ("stored, not the variable's", SECRET, Some(wrong), None),
        ("given, not the stored one", wrong, None, Some(SECRET)),
        (
            "given, not the variable's",
            wrong,
            Some(wrong),
            Some(SECRET),
        ),
    ];
    for (name, stored, variable, given) in rows {
        let emulator = Emulator::start();
        let mut user = User::new();
        user.create_profile(emulator.authority(), stored);
        if let Some(secret) = variable {
            user.set("AZURE_CLIENT_SECRET", secret);
        }
        let option = given.map_or("", |_| "--client-secret -");
        let line = format!("get-token -p my-api-client {option}");
        let outcome = user.run_with(&line, given.unwrap_or_default());
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
    }
}

#[test]
fn what_cannot_serve_is_named_before_anything_is_sent() {
    let pfx = key("client.pfx");
    let password = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
    let rows: [(Variables<'_>, &str, i32, &str); 4] = [
        (&[("AZURE_CLIENT_CERTIFICATE_PATH", &pfx)], "", 4, password),
        (
            &[("AZURE_CLIENT_CERTIFICATE_PATH", &pfx), (password, "wrong")],
            "",
            4,
            "password",
        ),
        (
            &[("AZURE_CLIENT_CERTIFICATE_PATH", "/nonexistent.pfx")],
            "",
            1,
            "/nonexistent.pfx",
        ),
        (&[], "--client-secret -", 4, "empty"),
    ];
    for (variables, options, code, part) in rows {
        let emulator = Emulator::start();
        let mut user = User::new();
        user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
        user.name_client(emulator.authority());
        for (name, value) in variables {
            user.set(name, value);
        }
        let outcome = user.run(&format!(
            "get-token --scope api://your-api-id/.default {options}"
        ));
        outcome.failure(code);
        assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
        assert!(emulator.requests().is_empty());
    }
}

#[test]
fn a_secret_in_a_file_comes_by_redirection() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    let file = user.home().join("secret");
    // As editors leave it.
    fs::write(&file, format!("{SECRET}\r\n")).unwrap();
    let mut command = user.command("get-token -p my-api-client --client-secret -");
    command.stdin(fs::File::open(&file).unwrap());
    support::Outcome::of(command.output().unwrap()).quiet_success();
}
