//! Each symptom of `docs/troubleshooting.md`, provoked as it comes about: the page says what the program says.
#![cfg(test)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::sync::Mutex;

use serde_json::json;
use support::{CLIENT_ID, Emulator, Outcome, User, at_once, person, sign_in_by_device, workspace};

const SCOPE: &str = "--scope api://your-api-id/.default";
const GET: &str = "get-token -p my-api-client --no-cache";
const CERTIFICATE: &str = "host/emulator/key/client-credential/client.pfx";

/// The first column of every table of the page; `…` is any text.
fn symptoms() -> Vec<String> {
    let page = fs::read_to_string(workspace().join("docs/troubleshooting.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split_once("` |").unwrap().0)
        // Where there are such marks inside, they are doubled around.
        .map(|cell| cell.trim_matches(['`', ' ']).to_owned())
        .collect()
}

/// Whether the line is the symptom, from its beginning; one that ends in `…` may go on.
fn shows(line: &str, symptom: &str) -> bool {
    let mut parts = symptom.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap()) else {
        return false;
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty() || symptom.ends_with('…')
}

/// The line of the error, and the exit code.
fn error_of(outcome: &Outcome) -> String {
    assert_ne!(outcome.code, 0, "{outcome:?}");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("error: "))
        .unwrap_or_else(|| panic!("{outcome:?}"));
    assert!(lines[at + 1].starts_with("hint: "), "{outcome:?}");
    lines[at].trim_start_matches("error: ").to_owned()
}

/// Somebody with the variables of a pipeline.
fn pipeline(emulator: &Emulator) -> User {
    let mut user = User::new();
    user.name_client(emulator.authority());
    user
}

/// The command where the emulator's next answer is this one.
fn under(fault: &serde_json::Value, line: &str) -> Outcome {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    emulator.control("faults", fault);
    user.run(line)
}

fn refused(error: &str, code: u32) -> Outcome {
    under(&json!({ "status": 400, "error": error, "code": code }), GET)
}

/// Stdin stays open, and nobody writes.
fn with_open_stdin(user: &User, line: &str) -> Outcome {
    let mut command = user.command(line);
    let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = streams.stderr(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take();
    let outcome = Outcome::of(child.wait_with_output().unwrap());
    drop(stdin);
    outcome
}

/// A run for each row, by words that its symptom begins with or holds.
/// Words that tell a symptom from all others, and how it comes about beside this emulator.
type Provocation = (&'static str, fn(&Emulator) -> Outcome);

const PROVOCATIONS: &[Provocation] = &[
    ("no profiles found", |_| User::new().run("get-token")),
    ("several profiles", |emulator| {
        let user = person(emulator.authority());
        user.create_profile(emulator.authority(), "some-secret");
        user.run("get-token")
    }),
    ("profile '", |emulator| {
        with_profile(emulator).run("get-token -p nobody")
    }),
    ("environment names no client", |_| {
        let mut user = User::new();
        user.set("AZURE_CLIENT_SECRET", "some-secret");
        user.run("get-token")
    }),
    ("none of AZURE_CLIENT_SECRET", |emulator| {
        pipeline(emulator).run(&format!("get-token {SCOPE}"))
    }),
    ("has no proof of its own", |emulator| {
        person(emulator.authority()).run("get-token -p person")
    }),
    ("no refresh token", |emulator| {
        person(emulator.authority()).run("refresh -p person")
    }),
    ("nobody entered the code", |_| {
        let idle = Emulator::start();
        person(idle.authority()).run("get-token -p person -f DeviceCode --timeout 2s")
    }),
    ("it was", |emulator| {
        let user = person(emulator.authority());
        let line = "get-token -p person -f DeviceCode --login-hint bob@contoso.onmicrosoft.com";
        sign_in_by_device(&user, emulator, line)
    }),
    ("the path of a file", |emulator| {
        let assertion = "@eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln";
        with_profile(emulator).run(&format!(
            "get-token -p my-api-client -f OnBehalfOf --assertion {assertion}"
        ))
    }),
    ("AADSTS50173", |_| refused("invalid_grant", 50173)),
    ("AADSTS7000215", |_| refused("invalid_client", 7_000_215)),
    ("AADSTS7000222", |_| refused("invalid_client", 7_000_222)),
    ("AADSTS700016", |_| refused("unauthorized_client", 700_016)),
    ("AADSTS90002", |_| refused("invalid_request", 90002)),
    ("AADSTS70011", |_| refused("invalid_scope", 70011)),
    ("AADSTS500011", |_| refused("invalid_resource", 500_011)),
    ("AADSTS700027", |_| refused("invalid_client", 700_027)),
    ("HTML page", |_| under(&json!({ "body": "html" }), GET)),
    ("temporarily_unavailable", |_| {
        under(&json!({ "status": 503, "times": 9 }), GET)
    }),
    ("did not answer within", |_| {
        under(
            &json!({ "delay_ms": 60_000 }),
            &format!("{GET} --timeout 6s"),
        )
    }),
    ("cannot connect to …: the", |emulator| {
        let line = "get-token -p my-api-client --no-cache --client-secret - --authority http://127.0.0.1:1 --timeout 4s";
        with_profile(emulator).run_with(line, "some-secret")
    }),
    ("that `HTTPS_PROXY` names", |_| {
        through("http://user:pass#word@proxy.example:8080")
    }),
    ("to the proxy", |_| through("http://127.0.0.1:1")),
    ("invalid token format", |_| User::new().run("inspect hello")),
    ("a token was expected", |_| {
        with_open_stdin(&User::new(), "inspect")
    }),
    ("this secret was stored", |emulator| {
        let user = with_profile(emulator);
        user.run("config edit -p my-api-client --tenant-id fabrikam.example")
            .success();
        user.run(GET)
    }),
    ("no secret is stored", |emulator| {
        let user = with_profile(emulator);
        fs::remove_file(user.config().join("secrets.sealed")).unwrap();
        user.run(GET)
    }),
    ("the passphrase", |emulator| {
        let mut user = with_profile(emulator);
        user.set("ENTRA_AUTH_CLI_PASSPHRASE", "another passphrase");
        user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "0");
        user.run("config show -p my-api-client --show-secrets")
    }),
    ("Identity not found", |emulator| {
        let mut user = User::new();
        user.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.authority());
        let identity = "12345678-1234-1234-1234-123456789012";
        user.run(&format!(
            "get-token -f ManagedIdentity --identity {identity} {SCOPE}"
        ))
    }),
    ("GitHub's", |emulator| {
        let mut user = pipeline(emulator);
        let url = format!(
            "{}/external/github-actions/token?api-version=2.0",
            emulator.authority()
        );
        user.set("ACTIONS_ID_TOKEN_REQUEST_URL", &url);
        user.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "another");
        user.run(&format!("get-token {SCOPE}"))
    }),
    ("cannot read", |_| create_by_certificate("nowhere.pfx")),
    ("the password of the certificate file", |_| {
        let file = workspace().join(CERTIFICATE);
        create_by_certificate(&format!("{} --certificate-password -", file.display()))
    }),
];

fn with_profile(emulator: &Emulator) -> User {
    User::with_profile(emulator.authority())
}

/// Somebody whose way out is this proxy.
fn through(proxy: &str) -> Outcome {
    let mut user = User::new();
    user.name_client("https://login.microsoftonline.com");
    user.set("AZURE_CLIENT_SECRET", "some-secret");
    user.set("HTTPS_PROXY", proxy);
    user.run(&format!("get-token {SCOPE} --timeout 4s"))
}

fn create_by_certificate(path_and_options: &str) -> Outcome {
    let line = format!(
        "config create --non-interactive --name c --tenant-id contoso.onmicrosoft.com --client-id {CLIENT_ID} --certificate-path {path_and_options}"
    );
    User::new().run_with(&line, "wrong")
}

fn provoked() -> BTreeMap<&'static str, Outcome> {
    let emulator = Emulator::start();
    let runs = Mutex::default();
    at_once(PROVOCATIONS, |(words, provoke)| {
        let outcome = provoke(&emulator);
        let runs: &Mutex<BTreeMap<_, _>> = &runs;
        runs.lock().unwrap().insert(*words, outcome);
    });
    runs.into_inner().unwrap()
}

#[test]
fn every_symptom_is_what_the_program_says() {
    let symptoms = symptoms();
    let runs = provoked();
    for symptom in &symptoms {
        let named: Vec<_> = runs
            .iter()
            .filter(|(words, _)| symptom.contains(**words))
            .collect();
        // The longest words are the most particular.
        let (words, outcome) = named
            .into_iter()
            .max_by_key(|(words, _)| words.len())
            .unwrap_or_else(|| panic!("nothing provokes `{symptom}`"));
        let error = error_of(outcome);
        assert!(shows(&error, symptom), "{words}:\n{error}\n{symptom}");
    }
    for words in runs.keys() {
        let is_told = symptoms.iter().any(|symptom| symptom.contains(words));
        assert!(is_told, "the page does not have `{words}`");
    }
}
