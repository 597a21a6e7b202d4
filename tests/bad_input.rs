//! Every bad input ends in one error line, one hint and the documented exit code, and nothing is lost.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::{CLIENT_ID, Emulator, GET_TOKEN, Outcome, PROGRAM, SECRET, Terminal, User, rows};
use tempfile::TempDir;

/// The exit codes that the program documents.
const GENERAL: i32 = 1;
const AUTHENTICATION_FAILED: i32 = 2;
const BAD_ARGUMENTS: i32 = 4;
const NETWORK_FAILED: i32 = 5;
const CANCELLED: i32 = 6;

/// Command line, exit code, a part of the error.
const WRONG_COMMAND_LINES: &str = "
--nonsense                                        | 4 | unknown option `--nonsense`
get-token --nonsense                              | 4 | unknown option `--nonsense`
nonsense                                          | 4 | unknown command `nonsense`
get-token -p                                      | 4 | `--profile` needs a value
get-token -p nobody                               | 3 | profile 'nobody' not found
get-token                                         | 3 | no profiles found
refresh -p nobody                                 | 3 | profile 'nobody' not found
inspect -p nobody                                 | 3 | profile 'nobody' not found
config show -p nobody                             | 3 | profile 'nobody' not found
config delete -p nobody --force                   | 3 | profile 'nobody' not found
config create --non-interactive                   | 4 | missing --profile, --tenant-id, --client-id
config create --name a/b --non-interactive        | 4 | invalid profile name
config create --name demo --non-interactive       | 4 | 'demo' is reserved
config create --authority http://login.example -n p --tenant-id common --client-id 99999999-8888-7777-6666-555555555555 --auth-method none | 4 | http
";

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let user = User::new();
    for [line, code, error] in rows(WRONG_COMMAND_LINES) {
        let outcome = user.run(line);
        let lines = outcome.failure(code.parse().unwrap());
        assert!(lines.0.contains(error), "{line}: {outcome:?}");
    }
    assert_eq!(user.files().len(), 0, "nothing was written");
}

/// Text on stdin, a part of the error.
const NO_TOKENS: &str = "
                                                  | no token provided
hello                                             | invalid token format
eyJhbGciOiJSUzI1NiJ9.e30                          | invalid token format
eyJhbGciOiJSUzI1NiJ9.!!!.x                        | invalid token format
<!DOCTYPE html><title>Bad gateway</title>         | invalid token format
";

#[test]
fn what_is_no_token_cannot_be_inspected() {
    let user = User::new();
    for [text, error] in rows(NO_TOKENS) {
        let outcome = user.run_with("inspect -", text);
        let lines = outcome.failure(BAD_ARGUMENTS);
        assert!(lines.0.contains(error), "{text}: {outcome:?}");
    }
}

/// The emulator's fault, exit code, a part of the error, a part of the hint.
const BAD_ANSWERS: &str = r#"
{"status": 401, "error": "invalid_client", "code": 7000215}  | 2 | AADSTS7000215           | secret
{"status": 400}                                              | 2 | invalid_request         |
{"status": 400, "body": "html"}                              | 5 |                         |
{"status": 404, "body": "empty"}                             | 5 |                         |
{"status": 500}                                              | 5 | temporarily_unavailable | again
{"status": 502, "body": "html"}                              | 5 | 502                     | again
{"status": 429, "retry_after": "17"}                         | 5 | temporarily_unavailable | 17 seconds
{"status": 429, "retry_after": "17", "body": "html"}         | 5 | 429                     | 17 seconds
{"body": "huge"}                                             | 5 |                         |
{"body": "html"}                                             | 5 |                         |
{"body": "truncated"}                                        | 5 |                         |
{"body": "empty"}                                            | 5 |                         |
{"close": true}                                              | 5 | broke off               |
{"omit": ["access_token"]}                                   | 5 |                         |
{"set": {"token_type": "mac"}}                               | 5 |                         |
{"redirect": "http://127.0.0.1:1/elsewhere"}                 | 5 |                         |
{"delay_ms": 20000}                                          | 6 | did not answer within   |
"#;

#[test]
fn a_bad_answer_of_the_server_costs_nothing_but_the_call() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let before = user.files();
    for [fault, code, error, hint] in rows(BAD_ANSWERS) {
        emulator.reset();
        emulator.fail_with(&serde_json::from_str(fault).unwrap());
        let outcome = user.run(&format!("{GET_TOKEN} --timeout 2s"));
        let lines = outcome.failure(code.parse().unwrap());
        assert!(
            lines.0.contains(error) && lines.1.contains(hint),
            "{fault}: {outcome:?}"
        );
        for (file, bytes) in &before {
            assert_eq!(
                &fs::read(file).unwrap(),
                bytes,
                "{fault}: {}",
                file.display()
            );
        }
    }
    emulator.reset();
    user.run(GET_TOKEN).quiet_success();
}

#[test]
fn a_redirect_is_not_followed() {
    let (emulator, elsewhere) = (Emulator::start(), Emulator::start());
    let user = User::with_profile(emulator.authority());
    let token_endpoint = format!("{}/your-tenant-id/oauth2/v2.0/token", elsewhere.authority());
    emulator.fail_with(&json!({ "redirect": token_endpoint }));
    user.run(GET_TOKEN).failure(NETWORK_FAILED);
    assert_eq!(elsewhere.requests(), Vec::<Value>::new());
}

#[test]
fn a_wrong_secret_is_told_in_the_servers_terms() {
    let emulator = Emulator::start();
    let user = User::new();
    user.create_profile(emulator.authority(), "not-the-secret");
    let outcome = user.run(GET_TOKEN);
    let (error, hint) = outcome.failure(AUTHENTICATION_FAILED);
    assert!(
        error.contains("AADSTS7000215") && error.contains("correlation id"),
        "{error}"
    );
    assert!(hint.contains("secret"), "{hint}");
    assert!(!outcome.stderr.contains("not-the-secret"), "{outcome:?}");
    assert_eq!(
        emulator.requests().len(),
        1,
        "asking again would be refused again"
    );
}

#[test]
fn an_authority_that_nobody_serves_is_a_network_failure() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for authority in [here.as_str(), "https://login.entra-auth-cli.invalid"] {
        let outcome = User::with_profile(authority).run(GET_TOKEN);
        let (error, _) = outcome.failure(NETWORK_FAILED);
        // A name that no network has is asked for once.
        let is_repeated = !authority.ends_with(".invalid");
        assert_eq!(error.contains(" tries in "), is_repeated, "{error}");
    }
}

#[test]
fn a_server_that_cannot_prove_who_it_is_gets_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let certificate_authority = folder.path().join("ca.pem");
    let emulator = Emulator::start_tls(&certificate_authority);
    let mut user = User::with_profile(emulator.authority());
    let outcome = user.run(GET_TOKEN);
    assert!(
        outcome
            .failure(NETWORK_FAILED)
            .0
            .contains("could not prove who it is"),
        "{outcome:?}"
    );
    user.set(
        "ENTRA_AUTH_CLI_CA_FILE",
        certificate_authority.to_str().unwrap(),
    );
    user.run(GET_TOKEN).quiet_success();
}

#[test]
fn a_broken_profile_document_is_never_overwritten() {
    let create = format!(
        "config create --name p --tenant-id common --client-id {CLIENT_ID} --client-secret -"
    );
    for broken in [
        "[{\"name\": \"a\"",
        "\u{0}\u{1}",
        "{\"profiles\": 1}",
        "[1]",
    ] {
        let user = User::with_profile("http://127.0.0.1:1");
        fs::write(user.profiles(), broken).unwrap();
        let before = user.files();
        for line in [
            GET_TOKEN,
            &create,
            "config list",
            "config show -p my-api-client",
            "config delete -p my-api-client --force",
        ] {
            let outcome = user.run_with(line, SECRET);
            let error = outcome.failure(GENERAL).0;
            assert!(error.contains("profiles.json"), "{line}: {outcome:?}");
        }
        assert_eq!(user.files(), before, "{broken}");
    }
}

#[test]
fn a_dialogue_that_is_cancelled_leaves_nothing_behind() {
    let user = User::new();
    let mut terminal = Terminal::start(&user.command("config create"));
    terminal.answer("Profile name: ", "p");
    terminal.answer("Tenant ID: ", CTRL_C);
    let (shown, code) = terminal.finish();
    assert_eq!(code, CANCELLED, "{shown}");
    assert_eq!(user.files().len(), 0, "nothing was written");
}

const CTRL_C: &str = "\u{3}";

#[test]
fn a_read_only_folder_is_told_and_left_alone() {
    let place = Place::new();
    let folder = place.folder();
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    place.fails_to_create_a_profile();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn a_file_in_place_of_the_folder_is_told_and_left_alone() {
    let place = Place::new();
    fs::write(place.folder(), "mine").unwrap();
    place.fails_to_create_a_profile();
    assert_eq!(fs::read(place.folder()).unwrap(), b"mine");
}

#[test]
fn a_token_that_cannot_be_cached_is_printed_all_the_same() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let place = Place::new();
    fs::create_dir(place.folder()).unwrap();
    for file in user.files().into_keys() {
        let copy = place.folder().join(file.file_name().unwrap());
        fs::copy(file, &copy).unwrap();
        fs::set_permissions(copy, PermissionsExt::from_mode(0o444)).unwrap();
    }
    fs::set_permissions(place.folder(), PermissionsExt::from_mode(0o555)).unwrap();
    let output = place.command(GET_TOKEN).output().unwrap();
    let token = Outcome::of(output).quiet_success();
    assert_eq!(token.split('.').count(), 3, "{token}");
}

/// Where somebody works whom file permissions bind, which root is not.
struct Place {
    user: User,
    outside: TempDir,
}

impl Place {
    fn new() -> Self {
        let outside = tempfile::tempdir().unwrap();
        fs::set_permissions(outside.path(), PermissionsExt::from_mode(0o755)).unwrap();
        Self {
            user: User::new(),
            outside,
        }
    }

    fn folder(&self) -> PathBuf {
        self.outside.path().join("config")
    }

    fn command(&self, line: &str) -> Command {
        let mut command = if rustix::process::geteuid().is_root() {
            // The build folder may be root's alone.
            let program = self.outside.path().join("entra-auth-cli");
            fs::copy(PROGRAM, &program).unwrap();
            let mut command = self.user.foreign_command(Path::new("setpriv"));
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
            command
                .arg(program)
                .args(line.split_whitespace())
                .current_dir("/");
            command
        } else {
            self.user.command(line)
        };
        command.env("ENTRA_AUTH_CLI_CONFIG_PATH", self.folder());
        command
    }

    fn fails_to_create_a_profile(&self) {
        let line = format!(
            "config create --name p --tenant-id common --client-id {CLIENT_ID} --client-secret -"
        );
        let outcome = Outcome::of_fed(self.command(&line), SECRET);
        let error = outcome.failure(GENERAL).0;
        assert!(error.contains("config"), "{outcome:?}");
    }
}
