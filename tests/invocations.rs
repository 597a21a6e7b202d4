//! Every published command line does what its page says, placeholders filled in.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};
use support::{CLIENT_ID, Emulator, Outcome, PROGRAM, SECRET, Terminal, User, foreign_program};

const LINES: &str = include_str!("invocations.txt");

const PUBLIC_CLIENT: &str = "88888888-7777-6666-5555-444444444444";
const ALICE: &str = "alice@contoso.onmicrosoft.com";

/// For exports.
const SHARED: &str = "shared between colleagues";

/// A row of the data file.
struct Invocation<'a> {
    expected: &'a str,
    folder: &'a str,
    line: &'a str,
}

fn invocations() -> Vec<Invocation<'static>> {
    let lines = LINES.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut columns = line.split('\t');
            let mut column = || columns.next().expect(line);
            let invocation = Invocation {
                expected: column(),
                folder: column(),
                line: column(),
            };
            let is_wrong = invocation.expected.starts_with("wrong");
            assert_eq!(
                columns.next().is_some(),
                is_wrong,
                "a mistake has its reason: {line}"
            );
            invocation
        })
        .collect()
}

/// What stands in the lines for something that only their reader knows.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("/usr/local/bin/entra-auth-cli", "entra-auth-cli"),
    ("/var/log/", "$HOME/"),
    (" /tmp/", " $HOME/"),
    ("~/.cache/", "$HOME/"),
    ("sudo ", ""),
    ("${{ matrix.environment }}", "staging"),
    ("<profile>", "myprofile"),
    ("<file>", "exported.enc"),
    ("[--include-secrets]", "--include-secrets"),
    ("<token>", "$TOKEN"),
    (" TOKEN", " $TOKEN"),
    (" NAME", " myprofile"),
    (" PROFILE", " myprofile"),
    (" FILE", " team-profiles.json"),
    (" FLOW", " ClientCredentials"),
    ("\"SCOPE\"", "api://your-api-id/.default"),
    ("--scope \"...\"", "--scope api://your-api-id/.default"),
    ("your-token-here", "$TOKEN"),
    ("AZURE_CLIENT_SECRET=...", "AZURE_CLIENT_SECRET=unused"),
    (
        "12345678-1234-1234-1234-123456789012",
        "11111111-2222-3333-4444-555555555555",
    ),
    (
        "api://12345678-1234-1234-1234-123456789abc",
        "api://your-api-id",
    ),
    ("api://my-api/", "api://your-api-id/"),
    // PowerShell.
    ("2>$null", "2> /dev/null"),
    ("@Arguments", "get-token -p myprofile"),
    ("@arguments", "get-token -p myprofile"),
    // No shell takes this name, but the operating system does.
    (
        "entra-auth-cli_CONFIG_PATH=",
        "env entra-auth-cli_CONFIG_PATH=",
    ),
];

/// Variables that the pages set before.
const VARIABLES: &[(&str, &str)] = &[
    ("AZURE_CLIENT_ID", CLIENT_ID),
    ("AZURE_CLIENT_SECRET", SECRET),
    ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
    ("BACKUP_DIR", "."),
    ("CACHE_DIR", "."),
    ("CLIENT_ID", CLIENT_ID),
    ("CLIENT_SECRET", SECRET),
    ("ENVIRONMENT", "production"),
    ("NO_PROXY", "127.0.0.1"),
    ("PASSPHRASE", SHARED),
    ("PROFILE", "myprofile"),
    ("Profile", "myprofile"),
    ("ProfileName", "myprofile"),
    ("Scope", "api://your-api-id/.default"),
    ("TENANT_ID", "contoso.onmicrosoft.com"),
    ("TIMESTAMP", "20251228"),
    ("TOKEN_CACHE", "token.txt"),
    ("TOKEN_FILE", "token.txt"),
    ("cache", "token.txt"),
    ("clientId", CLIENT_ID),
    ("clientSecret", "without-blanks"),
    ("plainSecret", "without-blanks"),
    ("profile", "myprofile"),
    ("tenant", "contoso"),
    ("tenantId", "contoso.onmicrosoft.com"),
    ("tokenCache", "token.txt"),
    ("token_file", "token.txt"),
];

/// Stand-ins for PowerShell's commands, and for a browser that posts the form with which a sign-in ends.
const PROGRAMS: &[(&str, &str)] = &[
    ("ConvertFrom-Json", "#!/bin/sh\nexec jq .\n"),
    ("Select-Object", "#!/bin/sh\nexec jq -r .access_token\n"),
    ("browser", BROWSER),
];

const BROWSER: &str = r#"#!/usr/bin/env python3
import html, re, sys, urllib.parse, urllib.request
page = urllib.request.urlopen(sys.argv[1]).read().decode()
action = html.unescape(re.search(r'action="([^"]+)"', page).group(1))
fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
form = urllib.parse.urlencode([(html.unescape(n), html.unescape(v)) for n, v in fields]).encode()
urllib.request.urlopen(action, form).read()
"#;

fn filled_in(line: &str) -> String {
    let mut filled = line.to_owned();
    for (placeholder, value) in PLACEHOLDERS {
        filled = filled.replace(placeholder, value);
    }
    // Tokens are shown cut off: `eyJ0eXAi...`.
    while let Some(start) = filled.find("eyJ") {
        let length = filled[start..].find("...").unwrap() + 3;
        filled.replace_range(start..start + length, "$TOKEN");
    }
    filled
}

/// The profiles that the lines name.
fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = ["default", "myprofile", "staging", "tenant-contoso"]
        .map(str::to_owned)
        .into();
    names.extend(["production-profile".to_owned(), "production".to_owned()]);
    for invocation in invocations() {
        let mut words = invocation.line.split_whitespace();
        while let Some(word) = words.next() {
            if matches!(word, "-p" | "--profile")
                && let Some(name) = words.next()
                && name.chars().all(|character| {
                    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
                })
            {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// All profiles as a document, with a secret or for a person.
fn document(emulator: &Emulator, is_person: bool) -> String {
    let profiles: Vec<Value> = names()
        .into_iter()
        .map(|name| {
            let mut profile = json!({
                "name": name, "tenantId": "contoso.onmicrosoft.com", "authority": emulator.authority(),
            });
            let rest = if is_person {
                json!({"clientId": PUBLIC_CLIENT, "authMethod": "None", "scope": "api://your-api-id/access_as_user"})
            } else {
                json!({"clientId": CLIENT_ID, "scope": "api://your-api-id/.default", "clientSecret": SECRET})
            };
            profile.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            profile
        })
        .collect();
    json!({ "profiles": profiles }).to_string()
}

/// What the lines start with.
struct Stage {
    emulator: Emulator,
    app: User,
    person: User,
    programs: tempfile::TempDir,
    token: String,
    sealed: String,
}

impl Stage {
    fn set() -> Self {
        let emulator = Emulator::start();
        emulator.control(
            "options",
            &json!({ "sign_in_as": ALICE, "device_interval": 1 }),
        );
        let app = User::new();
        let document_of_app = document(&emulator, false);
        app.run_with("config import", &document_of_app)
            .quiet_success();
        let token = app.run("get-token").quiet_success().trim().to_owned();
        let sealed = app
            .run_with(
                "config export -p my-api --include-secrets --passphrase-stdin",
                SHARED,
            )
            .quiet_success();
        let programs = programs();
        let mut person = User::new();
        person
            .run_with("config import", &document(&emulator, true))
            .quiet_success();
        let browser = programs.path().join("browser");
        person.set("BROWSER", browser.to_str().unwrap());
        // Who signed in is said besides.
        person.run("get-token").success();
        Self {
            emulator,
            app,
            person,
            programs,
            token,
            sealed,
        }
    }

    /// Somebody with a copy of a folder, and with everything that the pages have prepared.
    fn user(&self, folder: &str) -> User {
        let mut user = User::new();
        let source = match folder {
            "app" => Some(&self.app),
            "person" => Some(&self.person),
            "none" => None,
            other => panic!("no folder {other}"),
        };
        let home = user.home().to_owned();
        if let Some(source) = source {
            copy(&source.config(), &user.config());
            copy(&source.config(), &home.join(".entra-auth-cli/production"));
        }
        let token = self.token.as_str();
        let one = json!({"name": "imported", "clientId": CLIENT_ID, "tenantId": "common", "scope": "User.Read"});
        for name in [
            "my-profile.json",
            "profile.json",
            "team-profiles.json",
            "myapp-profile.json",
        ] {
            fs::write(home.join(name), one.to_string()).unwrap();
        }
        for name in [
            "profile",
            "myprofile",
            "production-profile",
            "team-profile",
            "profiles-backup",
        ] {
            fs::write(home.join(format!("{name}.enc")), &self.sealed).unwrap();
        }
        fs::create_dir_all(home.join(".config/entra-auth-cli")).unwrap();
        for name in ["token.txt", ".config/entra-auth-cli/last-token.txt"] {
            fs::write(home.join(name), token).unwrap();
        }
        for (name, value) in VARIABLES {
            user.set(name, value);
        }
        user.set("TOKEN", token);
        user.set("AZURE_AUTHORITY_HOST", self.emulator.authority());
        let browser = self.programs.path().join("browser");
        user.set("BROWSER", browser.to_str().unwrap());
        let path = [
            self.programs.path().to_str().unwrap(),
            Path::new(PROGRAM).parent().unwrap().to_str().unwrap(),
            &std::env::var("PATH").unwrap(),
        ];
        user.set("PATH", &path.join(":"));
        user
    }
}

fn programs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in PROGRAMS {
        let path = folder.path().join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let status = Command::new("cp")
        .args(["-a", &format!("{}/.", from.display())])
        .arg(to)
        .status();
    assert!(status.unwrap().success());
}

/// The problem with the line, if there is one.
fn judge(stage: &Stage, invocation: &Invocation) -> Result<(), String> {
    let user = stage.user(invocation.folder);
    let line = filled_in(invocation.line);
    let mut shell = user.foreign_command(Path::new("bash"));
    // `$1` is a profile.
    shell.args(["-c", &line, "bash", "production"]);
    if let Some(question) = invocation.expected.strip_prefix("asks ") {
        // Fails if the question is not asked.
        Terminal::start(&shell).shown_until(question);
        return Ok(());
    }
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let outcome = Outcome::of(output);
    if let Some(code) = invocation.expected.strip_prefix("wrong ") {
        return match outcome.code.to_string() == code {
            true => Ok(()),
            false => Err(format!(
                "exit code {}, not {code}: {}",
                outcome.code, outcome.stderr
            )),
        };
    }
    // Who signed in is said, and `--show-url` prints an address for the person to open.
    let mut lines = outcome.stderr.lines();
    let is_silent =
        lines.all(|line| line.starts_with("Signed in as ")) || line.contains("--show-url");
    if outcome.code != 0 || !is_silent {
        return Err(format!("exit code {}: {}", outcome.code, outcome.stderr));
    }
    match has_shape(&outcome.stdout, invocation.expected) {
        true => Ok(()),
        false => Err(format!("not {}: {:?}", invocation.expected, outcome.stdout)),
    }
}

fn has_shape(stdout: &str, shape: &str) -> bool {
    let lines: Vec<&str> = stdout.lines().collect();
    let is_word = |line: &&str| !line.is_empty() && !line.contains(char::is_whitespace);
    match shape {
        "json" => serde_json::from_str::<Value>(stdout)
            .is_ok_and(|value| value.is_object() || value.is_array()),
        "names" => !lines.is_empty() && lines.iter().all(is_word),
        "nothing" => stdout.is_empty(),
        "rows" => lines.iter().all(|line| line.contains('\t')),
        "text" => lines.len() > 1,
        "token" => {
            lines.len() == 1 && stdout.starts_with("eyJ") && stdout.matches('.').count() == 2
        }
        "word" => lines.len() == 1 && !stdout.trim().is_empty(),
        "yaml" => {
            !lines.is_empty()
                && lines.iter().all(|line| {
                    line.contains(": ")
                        || line.ends_with(':')
                        || line.trim_start().starts_with("- ")
                })
        }
        other => panic!("no shape {other}"),
    }
}

#[test]
fn every_published_command_line_does_what_its_page_says() {
    for program in ["bash", "jq", "python3"] {
        if foreign_program(program).is_none() {
            return;
        }
    }
    let stage = Stage::set();
    let waiting = Mutex::new(invocations());
    let problems = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(invocation) = waiting.lock().unwrap().pop() else {
                        return;
                    };
                    // A question that is not asked is a panic.
                    let judged = catch_unwind(AssertUnwindSafe(|| judge(&stage, &invocation)));
                    if let Err(problem) = judged.unwrap_or(Err("see above".to_owned())) {
                        problems
                            .lock()
                            .unwrap()
                            .push(format!("{}\n    {problem}", invocation.line));
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(
        problems.is_empty(),
        "{} lines:\n{}",
        problems.len(),
        problems.join("\n")
    );
}
