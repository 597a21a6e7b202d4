//! Values of variables in every form in which files, shells and editors hand them over: a token, or the true cause.
#![cfg(test)]
#![cfg(unix)]

mod support;

use support::{CLIENT_ID, Emulator, User, at_once, workspace};

const LINE: &str = "get-token --no-cache --scope api://your-api-id/.default --timeout 20s";
const MANAGED: &str =
    "get-token --no-cache --scope api://your-api-id/.default -f ManagedIdentity --timeout 3s";

/// A way to write a value.
type Form = fn(&str) -> String;

/// What comes along with names, ids, addresses and paths, and is taken off again.
const AROUND: [Form; 10] = [
    |value| format!("{value}\n"),
    |value| format!("{value}\r\n"),
    |value| format!("  {value}\t"),
    |value| format!("\u{feff}{value}"),
    |value| format!("{value}\u{a0}"),
    |value| format!("\u{200b}{value}\u{200b}"),
    |value| format!("\"{value}\""),
    |value| format!("'{value}'\r"),
    |value| format!("\u{201c}{value}\u{201d}"),
    |value| format!("\"{value}\r\n\""),
];

/// What makes another value of it.
const INSIDE: [Form; 10] = [
    |value| format!("{value}\\n"),
    |value| format!("\"{value}"),
    |value| format!("<{value}>"),
    |value| format!("{value} {value}"),
    |value| format!("{value}\u{202e}x"),
    |value| format!("NAME={value}"),
    |value| format!("\u{2010}{value}"),
    |_| "$(value)".to_owned(),
    |_| "***".to_owned(),
    |value| value.repeat(300),
];

/// Somebody whose variables are all as they should be.
fn user(variables: &[(&str, String)]) -> User {
    let mut user = User::new();
    for (name, value) in variables {
        user.set(name, value);
    }
    user
}

fn client(emulator: &Emulator) -> Vec<(&'static str, String)> {
    let key = "host/emulator/key/client-credential/client-without-password.pfx";
    vec![
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com".to_owned()),
        ("AZURE_CLIENT_ID", CLIENT_ID.to_owned()),
        ("AZURE_AUTHORITY_HOST", emulator.authority().to_owned()),
        (
            "AZURE_CLIENT_CERTIFICATE_PATH",
            workspace().join(key).to_str().unwrap().to_owned(),
        ),
    ]
}

fn platform(emulator: &Emulator) -> Vec<(&'static str, String)> {
    let endpoint = format!("{}/app-service/token", emulator.authority());
    vec![
        ("IDENTITY_ENDPOINT", endpoint),
        ("IDENTITY_HEADER", "app-service-identity-header".to_owned()),
    ]
}

/// Each variable in each form, the others as they should be.
fn each(
    variables: &[(&'static str, String)],
    forms: &'static [Form],
    check: impl Fn(&str, &str, &User) + Sync,
) {
    at_once(0..variables.len(), |at| {
        let (name, value) = &variables[at];
        for form in forms {
            let written = form(value);
            let mut user = user(variables);
            user.set(name, &written);
            check(name, &written, &user);
        }
    });
}

#[test]
fn what_stands_around_a_value_makes_no_difference() {
    let emulator = Emulator::start();
    for (variables, line) in [(client(&emulator), LINE), (platform(&emulator), MANAGED)] {
        each(&variables, &AROUND, |name, written, user| {
            let outcome = user.run(line);
            assert_eq!(outcome.code, 0, "{name}={written:?}: {outcome:?}");
        });
    }
}

/// Whatever it is, the error is two lines, shows no invisible character, and nothing has gone elsewhere.
#[test]
fn another_value_has_its_true_cause() {
    let emulator = Emulator::start();
    for (variables, line) in [(client(&emulator), LINE), (platform(&emulator), MANAGED)] {
        each(&variables, &INSIDE, |name, written, user| {
            let outcome = user.run(line);
            let what = format!("{name}={written:?}: {outcome:?}");
            let lines: Vec<&str> = outcome.stderr.lines().collect();
            let [error, hint] = lines[..] else {
                panic!("{what}");
            };
            assert!(
                error.starts_with("error: ") && hint.starts_with("hint: "),
                "{what}"
            );
            assert!(
                (1..=5).contains(&outcome.code) && outcome.stdout.is_empty(),
                "{what}"
            );
            assert!(!error.contains("unexpectedly"), "{what}");
            assert!(!outcome.stderr.contains(['\u{202e}', '\u{feff}']), "{what}");
        });
    }
}
