//! Secrets are where they belong: every byte that the program writes anywhere, its result aside, is searched for them.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{
    ALICE, CLIENT_ID, Emulator, GET_TOKEN, Outcome, PASSPHRASE, PROGRAM, PUBLIC_CLIENT, SECRET,
    User, foreign_program, sign_in_by_device, workspace,
};

const PFX_PASSWORD: &str = "pfx-Passw0rd-to-search-for";

/// Everything that must not be found, in the forms in which it could be.
fn assert_absent(secrets: &[String], place: &str, bytes: &[u8]) {
    for secret in secrets {
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let escaped = serde_json::to_string(secret).unwrap();
        let encoded = form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
        for form in [
            secret.as_str(),
            hexadecimal.as_str(),
            escaped.trim_matches('"'),
            &encoded,
        ] {
            assert!(
                !bytes
                    .windows(form.len())
                    .any(|part| part == form.as_bytes()),
                "{place} shows a secret"
            );
        }
    }
}

/// Every file below the user's folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

fn create(user: &User, name: &str, emulator: &Emulator, client: &str, rest: &str, stdin: &str) {
    user.create(name, client, emulator.authority(), rest, stdin)
        .quiet_success();
}

/// The tokens in the answer to a request, which only the emulator and the program know.
fn refresh_tokens(emulator: &Emulator) -> Vec<String> {
    let forms = emulator.requests().into_iter();
    forms
        .filter_map(|request| {
            let form: Vec<(String, String)> =
                serde_json::from_value(request["form"].clone()).ok()?;
            let (_, token) = form.into_iter().find(|(name, _)| name == "refresh_token")?;
            Some(token)
        })
        .collect()
}

#[test]
fn no_secret_is_written_anywhere() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let mut secrets = vec![
        SECRET.to_owned(),
        PASSPHRASE.to_owned(),
        PFX_PASSWORD.to_owned(),
    ];
    let mut said = Vec::new();
    let mut run = |line: &str| {
        let outcome = user.run(&format!("{line} --verbose"));
        said.push((line.to_owned(), outcome.stderr.into_bytes()));
        outcome.stdout.trim_end().to_owned()
    };

    secrets.push(run(GET_TOKEN));
    secrets.push(run(&format!("{GET_TOKEN} --force")));
    run(&format!(
        "{GET_TOKEN} --force --authority http://127.0.0.1:1"
    ));
    let pfx = workspace().join("host/emulator/key/client-credential/client.pfx");
    let certificate = format!(
        "--force --scope api://your-api-id/.default --certificate-path {} --certificate-password -",
        pfx.display()
    );
    create(
        &user,
        "pfx",
        &emulator,
        CLIENT_ID,
        &certificate,
        PFX_PASSWORD,
    );
    run("get-token -p pfx");
    let device = "--auth-method Public --flow DeviceCode --scope api://your-api-id/access_as_user";
    create(&user, "device", &emulator, PUBLIC_CLIENT, device, "");
    let signed_in = sign_in_by_device(&user, &emulator, "get-token -p device --verbose");
    secrets.push(signed_in.stdout.trim_end().to_owned());
    secrets.push(run("refresh -p device"));
    secrets.push(run("refresh -p device"));
    secrets.extend(refresh_tokens(&emulator));
    emulator.control("revoke", &json!({ "user": ALICE }));
    run("refresh -p device");
    emulator.fail_with(&json!({ "body": "truncated" }));
    run(&format!("{GET_TOKEN} --force"));
    run("config show -p my-api-client");
    run("config list");

    secrets.retain(|secret| !secret.is_empty());
    assert!(secrets.len() >= 9, "{}", secrets.len());
    said.push(("device".to_owned(), signed_in.stderr.into_bytes()));
    for (place, bytes) in said.iter().chain(&files(user.home())) {
        assert_absent(&secrets, place, bytes);
    }
}

/// Stands in for a browser: writes down what another process sees of it.
const BROWSER: &str = "#!/bin/sh
tr '\\0' '\\n' < /proc/self/environ > \"$0.environ\"
tr '\\0' '\\n' < /proc/$PPID/cmdline > \"$0.parent\"
mv \"$0.parent\" \"$0.done\"
";

#[test]
fn programs_that_are_started_learn_no_secret() {
    let emulator = Emulator::start();
    let mut user = User::new();
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    create(&user, "browser", &emulator, PUBLIC_CLIENT, options, "");
    let browser = user.home().join("browser");
    fs::write(&browser, BROWSER).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let secrets = [
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_ACCESSTOKEN",
        "ENTRA_AUTH_CLI_EXPORT_PASSPHRASE",
    ]
    .map(|name| {
        let value = format!("value-of-{name}");
        user.set(name, &value);
        value
    });
    user.set("BROWSER", browser.to_str().unwrap());
    let command = "get-token -p browser -f InteractiveBrowser --timeout 20s";
    let mut process = user.command(command).stderr(Stdio::null()).spawn().unwrap();
    let seen = browser.with_extension("done");
    let started = Instant::now();
    while !seen.exists() {
        assert!(started.elapsed() < Duration::from_secs(20));
        sleep(Duration::from_millis(10));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let environment = fs::read(browser.with_extension("environ")).unwrap();
    assert!(String::from_utf8_lossy(&environment).contains("BROWSER="));
    let secrets = [&secrets[..], &[PASSPHRASE.to_owned()]].concat();
    assert_absent(&secrets, "the browser's environment", &environment);
    assert_absent(&secrets, "the command line", &fs::read(seen).unwrap());
}

/// True if the program, aborted while it waits for the server, left a core file, or could have.
fn dumps_core(user: &User, program: &str, arguments: &str) -> bool {
    let script = format!("ulimit -c unlimited; exec {program} {arguments}");
    let mut command = user.foreign_command(Path::new("sh"));
    let mut process = command.args(["-c", &script]).spawn().unwrap();
    sleep(Duration::from_millis(500));
    let pid = process.id().to_string();
    Command::new("kill").args(["-ABRT", &pid]).status().unwrap();
    process.wait().unwrap().core_dumped()
}

#[test]
fn a_crash_leaves_no_core_file() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    if !dumps_core(&user, "sleep", "60") {
        writeln!(
            std::io::stderr(),
            "\nskipped: this machine makes no core files"
        )
        .unwrap();
        return;
    }
    emulator.control("faults", &json!({ "delay_ms": 30_000 }));
    assert!(!dumps_core(&user, PROGRAM, GET_TOKEN));
}

/// The program as a user who may start no further thread, which libraries that it uses take for impossible.
fn without_threads(user: &User, line: &str) -> Command {
    let mut command = user.foreign_command(Path::new("setpriv"));
    if rustix::process::geteuid().is_root() {
        // No limit holds for the administrator.
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        let program = user.home().join("program");
        fs::copy(PROGRAM, &program).unwrap();
        for path in [user.home(), &user.config(), &program] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        command.args(["prlimit", "--nproc=1"]).arg(program);
    } else {
        command.args(["prlimit", "--nproc=1", PROGRAM]);
    }
    command.args(line.split_whitespace());
    command
}

#[test]
fn a_panic_tells_its_place_and_nothing_else() {
    let emulator = Emulator::start();
    let mut user = User::new();
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    user.set("AZURE_CLIENT_SECRET", SECRET);
    // Looking up a name takes a thread. By then the request with the secret is ready to be sent.
    let authority = emulator.authority().replace("127.0.0.1", "localhost");
    user.name_client(&authority);
    let line = "get-token --scope api://your-api-id/.default --verbose";
    let outcome = Outcome::of(without_threads(&user, line).output().unwrap());
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let [.., error, hint] = lines[..] else {
        panic!("{outcome:?}")
    };
    // What the panic says comes after its place, and could quote anything.
    assert!(error.contains("panic at ") && error.contains(".rs:"));
    assert!(error.ends_with(|last: char| last.is_ascii_digit()));
    assert!(hint.starts_with("hint: this is a defect"));
    assert_absent(&[SECRET.to_owned()], "stderr", outcome.stderr.as_bytes());
    assert_eq!(user.files().len(), 0);
    assert!(emulator.requests().is_empty());

    // The same with a thread: it is the panic that this test is about.
    user.run(line).success();
}

#[test]
fn a_cached_token_takes_the_listed_files_and_no_network() {
    let Some(strace) = foreign_program("strace") else {
        return;
    };
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let token = user.run(GET_TOKEN).quiet_success();
    let log = user.home().join("log");
    let traced = user
        .foreign_command(&strace)
        .args(["-f", "-e", "trace=%file,%network,%process", "-o"])
        .args([&log, Path::new(PROGRAM)])
        .args(GET_TOKEN.split_whitespace())
        .output()
        .unwrap();
    assert_eq!(Outcome::of(traced).quiet_success(), token);
    let config = user.config().display().to_string();
    let seen: BTreeSet<String> = fs::read_to_string(&log)
        .unwrap()
        .lines()
        .filter_map(|line| shown(line, &config))
        .collect();
    let golden = workspace().join("tests/golden/cached-get-token.calls");
    let seen = seen.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(seen, fs::read_to_string(golden).unwrap());
}

/// A traced call without what differs from machine to machine; nothing for what every process does.
fn shown(line: &str, config: &str) -> Option<String> {
    let (_, call) = line.split_once(' ')?;
    let (name, rest) = call.trim_start().split_once('(')?;
    let path = rest.split('"').nth(1).unwrap_or_default();
    let path = match path.strip_prefix(config) {
        Some(below) => {
            let parts: Vec<_> = below.split('/').map(hidden_digest).collect();
            format!("CONFIG{}", parts.join("/"))
        }
        None if path == PROGRAM => "the program".to_owned(),
        None if path.contains(".so.") && path.contains("/lib") => "a library".to_owned(),
        None => path.to_owned(),
    };
    match name {
        "exit_group" | "exit" | "wait4" | "newfstatat" | "fstat" | "statx" => None,
        "clone" | "clone3" if rest.contains("CLONE_THREAD") => Some("a thread".to_owned()),
        "clone" | "clone3" | "fork" | "vfork" => Some("a process".to_owned()),
        _ => Some(format!("{name} {path}").trim_end().to_owned()),
    }
}

/// A part of a path in the cache without the digest that names it.
fn hidden_digest(part: &str) -> &str {
    let digest = part.trim_end_matches(".token");
    if digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        if part == digest { "*" } else { "*.token" }
    } else {
        part
    }
}

#[test]
fn a_passphrase_comes_through_a_descriptor() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "0");
    user.unset("ENTRA_AUTH_CLI_PASSPHRASE");
    user.set("ENTRA_AUTH_CLI_PASSPHRASE_FD", "3");
    let run = |redirection: &str| {
        let script = format!("exec \"$0\" {GET_TOKEN} --no-cache {redirection}");
        let mut command = user.foreign_command(Path::new("bash"));
        Outcome::of(command.args(["-c", &script, PROGRAM]).output().unwrap())
    };
    run(&format!("3< <(echo '{PASSPHRASE}')")).quiet_success();
    run(&format!("3<<< '{PASSPHRASE}'")).quiet_success();
    for (redirection, part) in [
        ("", "passphrase"),
        ("3< /dev/null", "passphrase"),
        ("3<<< $'two\\nlines'", "exactly one line"),
        ("3<<< wrong", "does not open"),
    ] {
        let outcome = run(redirection);
        let (error, hint) = outcome.failure(1);
        assert!(error.contains(part), "{redirection}: {outcome:?}");
        assert!(hint.contains("ENTRA_AUTH_CLI_PASSPHRASE_FD"), "{outcome:?}");
    }
    assert_eq!(emulator.requests().len(), 2);
}
