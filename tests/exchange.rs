//! Profiles in files: exported and imported, with their secrets and without, and held against other programs.
#![cfg(test)]

mod support;

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use support::{
    CLIENT_ID, Emulator, GET_TOKEN, Outcome, PASSPHRASE, SECRET, Terminal, User, at_once,
    foreign_program, python_packages, workspace,
};

/// For exports; not the one of the secret store.
const SHARED: &str = "shared between colleagues";

/// Runs `tests/python/exports.py`; nothing if Python is missing.
fn python(command: &str, passphrase: &str, stdin: &str) -> Option<String> {
    let python = foreign_program("python3")?;
    let packages = python_packages()?;
    let mut script = std::process::Command::new(python);
    script
        .env("PYTHONPATH", packages)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(workspace().join("tests/python/exports.py"))
        .args([command, passphrase]);
    Some(Outcome::of_fed(script, stdin).success())
}

fn write(user: &User, name: &str, text: &str) {
    fs::write(user.home().join(name), text).unwrap();
}

fn read(user: &User, name: &str) -> String {
    fs::read_to_string(user.home().join(name)).unwrap()
}

/// As the .NET tool writes it before it encrypts.
fn older_document(emulator: &Emulator, secret: Option<&str>) -> String {
    json!({
        "Profile": {
            "name": "my-api-client", "tenantId": "contoso.onmicrosoft.com", "clientId": CLIENT_ID,
            "scopes": ["api://your-api-id/.default"], "resource": null, "authMethod": "ClientSecret",
            "authority": emulator.authority(), "redirectUri": null, "certificatePath": null,
            "cacheCertificatePassword": false, "defaultFlow": null,
            "createdAt": "2025-12-28T15:30:00.1234567+00:00",
            "updatedAt": "2025-12-28T15:30:00.1234567+00:00"
        },
        "ClientSecret": secret,
        "CertificatePassword": null,
        "ExportedAt": "2025-12-28T15:31:00.1234567+00:00"
    })
    .to_string()
}

#[test]
fn an_export_with_secrets_works_elsewhere() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    user.run_with(
        "config export -p my-api-client --include-secrets --passphrase-stdin -o backup.enc",
        SHARED,
    )
    .quiet_success();
    let text = read(&user, "backup.enc");
    assert!(
        !text.contains("S3cr3t") && !text.contains(CLIENT_ID),
        "{text}"
    );
    let colleague = User::new();
    write(&colleague, "backup.enc", &text);
    colleague
        .run_with(
            "config import -i backup.enc -n theirs",
            &format!("{SHARED}\n"),
        )
        .quiet_success();
    colleague.run("get-token -p theirs").quiet_success();
    for bytes in colleague.files().into_values() {
        assert!(!String::from_utf8_lossy(&bytes).contains("S3cr3t"));
    }
}

#[test]
fn libsodium_opens_our_export() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let text = user
        .run_with("config export --include-secrets --passphrase-stdin", SHARED)
        .quiet_success();
    let Some(opened) = python("open", SHARED, &text) else {
        return;
    };
    let opened: Value = serde_json::from_str(&opened).unwrap();
    assert_eq!(opened["profiles"][0]["clientSecret"], SECRET);
    assert_eq!(opened["profiles"][0]["clientId"], CLIENT_ID);
}

#[test]
fn an_export_of_the_dotnet_tool_is_read() {
    let emulator = Emulator::start();
    let document = older_document(&emulator, Some(SECRET));
    let Some(container) = python("older", PASSPHRASE, &document) else {
        return;
    };
    // Its console wraps what it prints.
    let wrapped: String = container
        .as_bytes()
        .chunks(80)
        .map(|line| format!("{}\r\n", str::from_utf8(line).unwrap()))
        .collect();
    let user = User::new();
    for (text, name) in [(container.clone(), "one"), (wrapped, "two")] {
        write(&user, "profile.enc", &text);
        user.run_with(
            &format!("config import -i profile.enc -n {name}"),
            PASSPHRASE,
        )
        .quiet_success();
        user.run(&format!("get-token -p {name}")).quiet_success();
    }
    let shown: Value =
        serde_json::from_str(&user.run("config show one -o json").success()).unwrap();
    assert_eq!(shown["createdAt"], "2025-12-28T15:30:00.1234567+00:00");
    let before = user.files();
    write(&user, "profile.enc", &container);
    let outcome = user.run_with("config import -i profile.enc -n three", "wrong");
    assert!(
        outcome.failure(4).0.contains("wrong passphrase"),
        "{outcome:?}"
    );
    assert_eq!(user.files(), before);
}

#[test]
fn an_export_without_secrets_is_json_that_comes_back() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let one = user.run("config export -p my-api-client").quiet_success();
    let one: Value = serde_json::from_str(&one).unwrap();
    assert_eq!(one["clientId"], CLIENT_ID);
    user.run("config export -o all-profiles.json")
        .quiet_success();
    let all = read(&user, "all-profiles.json");
    assert!(!all.contains("S3cr3t"), "{all}");
    let mut colleague = User::new();
    write(&colleague, "all-profiles.json", &all);
    colleague
        .run("config import -f all-profiles.json")
        .quiet_success();
    colleague.set("AZURE_CLIENT_SECRET", SECRET);
    colleague.run(GET_TOKEN).quiet_success();
}

/// Documents that people write by hand or that have been published.
const DOCUMENTS: &[&str] = &[
    r#"{"name":"p","clientId":"99999999-8888-7777-6666-555555555555","tenantId":"common","scope":"https://graph.microsoft.com/.default","flow":"ClientCredentials","useClientSecret":true}"#,
    r#"{"profiles":[{"name":"p","client_id":"99999999-8888-7777-6666-555555555555","tenant_id":"common","auth_method":"client_secret","scopes":["User.Read"]}]}"#,
    r#"[{"Name":"p","ClientId":"99999999-8888-7777-6666-555555555555","TenantId":"common"}]"#,
];

#[test]
fn documents_of_every_published_shape_are_imported_from_stdin() {
    for document in DOCUMENTS {
        let user = User::new();
        user.run_with("import-profile", document).quiet_success();
        assert_eq!(user.run("config list").quiet_success(), "p\n", "{document}");
    }
}

#[test]
fn a_secret_in_a_document_goes_to_the_store() {
    let emulator = Emulator::start();
    let user = User::new();
    let document = json!({
        "name": "my-api-client", "tenantId": "contoso.onmicrosoft.com", "clientId": CLIENT_ID,
        "scope": "api://your-api-id/.default", "authority": emulator.authority(),
        "clientSecret": SECRET,
    });
    user.run_with("config import", &document.to_string())
        .quiet_success();
    user.run(GET_TOKEN).quiet_success();
    assert!(
        !fs::read_to_string(user.profiles())
            .unwrap()
            .contains("S3cr3t")
    );
}

#[test]
fn a_name_that_is_taken_stops_the_whole_import() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let document = format!(
        r#"[{{"name":"new"}},{{"name":"My-Api-Client","tenantId":"contoso.onmicrosoft.com","clientId":"{CLIENT_ID}","authority":"{}","scope":"api://your-api-id/.default"}}]"#,
        emulator.authority()
    );
    let before = user.files();
    for line in ["config import", "config import --dry-run"] {
        let outcome = user.run_with(line, &document);
        let (error, hint) = outcome.failure(4);
        assert!(error.contains("already exists"), "{error}");
        assert!(hint.contains("--overwrite"), "{hint}");
    }
    let planned = user.run_with("config import --dry-run --overwrite", &document);
    assert_eq!(
        planned.quiet_success(),
        format!(
            "create new: client `` at `https://login.microsoftonline.com`\n\
             replace My-Api-Client: client `{CLIENT_ID}` of tenant `contoso.onmicrosoft.com` at `{}`\n",
            emulator.authority()
        )
    );
    assert_eq!(user.files(), before);
    user.run_with("config import --overwrite", &document)
        .quiet_success();
    assert_eq!(
        user.run("config list").quiet_success(),
        "my-api-client\nnew\n"
    );
    // It is still the same client, so its secret stays.
    user.run(GET_TOKEN).quiet_success();
}

#[test]
fn a_person_chooses_what_becomes_of_a_taken_name() {
    let user = User::new();
    write(&user, "p.json", DOCUMENTS[0]);
    user.run("config import -i p.json").quiet_success();
    for (answer, expected) in [
        ("skip", "p\n"),
        ("3", "p\np-2\n"),
        ("overwrite", "p\np-2\n"),
    ] {
        let mut terminal = Terminal::start(&user.command("config import -i p.json"));
        terminal.answer("Skip, overwrite or rename: ", answer);
        let (shown, code) = terminal.finish();
        assert_eq!(code, 0, "{shown}");
        assert_eq!(user.run("config list").quiet_success(), expected);
    }
}

#[test]
fn the_passphrase_is_asked_for_twice_and_never_shown() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let line = "config export --include-secrets -o backup.enc";
    let mut terminal = Terminal::start(&user.command(line));
    for (question, answer) in [
        ("Passphrase: ", SHARED),
        ("Passphrase again: ", "mistyped"),
        ("Passphrase: ", SHARED),
        ("Passphrase again: ", SHARED),
    ] {
        assert!(!terminal.shown_until(question).contains("colleagues"));
        terminal.answer(question, answer);
    }
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("exported to backup.enc"), "{shown}");
    for (answers, code) in [
        (&[SHARED][..], 0),
        (&["mistyped", "", SHARED], 0),
        (&["mistyped", "again", "and again"], 4),
    ] {
        let line = "config import -i backup.enc --overwrite";
        let mut terminal = Terminal::start(&user.command(line));
        for answer in answers {
            terminal.answer("Passphrase: ", answer);
        }
        let (shown, got) = terminal.finish();
        assert_eq!(got, code, "{shown}");
        assert_eq!(shown.contains("wrong passphrase"), code != 0, "{shown}");
    }
}

#[test]
fn a_passphrase_comes_from_wherever_it_is_said() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    write(&user, "passphrase.txt", &format!("{SHARED}\r\n"));
    let lines = [
        ("--passphrase-file passphrase.txt", ""),
        ("--passphrase-stdin", SHARED),
        ("", SHARED),
    ];
    for (options, stdin) in lines.into_iter().filter(|(options, _)| !options.is_empty()) {
        user.run_with(
            &format!("config export --include-secrets -o backup.enc {options}"),
            stdin,
        )
        .quiet_success();
        for (options, stdin) in lines {
            user.run_with(
                &format!("config import -i backup.enc --overwrite {options}"),
                stdin,
            )
            .quiet_success();
        }
    }
    user.set("ENTRA_AUTH_CLI_EXPORT_PASSPHRASE", SHARED);
    let text = user.run("config export --include-secrets").quiet_success();
    user.run_with("config import --overwrite", &text)
        .quiet_success();
    user.unset("ENTRA_AUTH_CLI_EXPORT_PASSPHRASE");
    for (line, stdin, error) in [
        ("config export --include-secrets", "", "no passphrase"),
        // As in a loop over lines.
        ("config export --include-secrets", "x\ny\n", "no passphrase"),
        (
            "config export --passphrase-stdin",
            "",
            "passphrase is empty",
        ),
        (
            "config import --passphrase-stdin",
            &text,
            "both come from stdin",
        ),
        ("config import", &text, "no passphrase"),
    ] {
        let outcome = user.run_with(line, stdin);
        assert!(outcome.failure(4).0.contains(error), "{line}: {outcome:?}");
    }
}

/// What is imported, exit code, a part of the error.
const NO_EXPORTS: &[(&str, &str)] = &[
    ("", "is empty"),
    ("name: p", "neither JSON nor an encrypted export"),
    ("{\"name\": \"p\"", "failed to parse profile: invalid JSON"),
    ("[{}]", "has no `name`"),
    ("entra-auth-cli export 2\n", "newer version"),
    ("entra-auth-cli export 1\nargon2id", "damaged"),
    ("\u{fffd}", "neither"),
];

#[test]
fn what_is_no_export_changes_nothing() {
    let user = User::new();
    let before = user.files();
    for (text, error) in NO_EXPORTS {
        write(&user, "import", text);
        let outcome = user.run_with("config import -i import --overwrite", SHARED);
        assert!(outcome.failure(4).0.contains(error), "{text}: {outcome:?}");
    }
    let outcome = user.run("config import -i missing");
    assert!(outcome.failure(1).0.contains("missing"), "{outcome:?}");
    assert_eq!(user.run("config export").code, 3);
    assert_eq!(user.files(), before);
}

#[test]
fn a_changed_or_shortened_export_is_refused() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let text = user
        .run_with("config export --include-secrets --passphrase-stdin", SHARED)
        .quiet_success();
    let before = user.files();
    let changed = text.replacen("xchacha20-poly1305 nonce=", "xchacha20-poly1305 nonce=A", 1);
    let flipped = text.replacen("\nend", "A\nend", 1);
    for bad in [
        &changed,
        &flipped,
        &text[..text.len() / 2],
        &text.replace("t=3", "t=2"),
    ] {
        write(&user, "import", bad);
        let outcome = user.run_with("config import -i import -n other", SHARED);
        outcome.failure(4);
        assert_eq!(user.files(), before);
    }
}

#[test]
fn secrets_in_the_older_tools_files_are_taken_over_once() {
    // SHA-256 of `profile:my-api-client:secret`.
    const FILE: &str = "older/fde116e4b5bbf95b3cfaf017056e60dd3bcfb2580a7d13bdbdc858b260ac947e.dat";
    let emulator = Emulator::start();
    let user = User::new();
    let older = older_document(&emulator, None);
    let profile = serde_json::from_str::<Value>(&older).unwrap()["Profile"].to_string();
    user.run_with("config import", &profile).quiet_success();
    let nothing = user.run("config migrate older");
    assert!(nothing.failure(1).0.contains("no secret"), "{nothing:?}");

    fs::create_dir(user.home().join("older")).unwrap();
    let masked: Vec<u8> = SECRET.bytes().map(|byte| byte ^ 0xAA).collect();
    fs::write(user.home().join(FILE), &masked).unwrap();
    let planned = user.run("config migrate older --dry-run").quiet_success();
    assert!(planned.starts_with("would take the client secret of my-api-client\n"));
    assert!(
        planned.contains("Replace these secrets in Entra"),
        "{planned}"
    );
    assert_eq!(user.run(GET_TOKEN).code, 4, "nothing was stored");
    let taken = user.run("config migrate older").quiet_success();
    assert!(
        taken.starts_with("took the client secret of my-api-client\n"),
        "{taken}"
    );
    assert!(!taken.contains(SECRET));
    user.run(GET_TOKEN).quiet_success();

    // What is stored stays, and so do the files.
    fs::write(user.home().join(FILE), [0xAA ^ b'x']).unwrap();
    let kept = user.run("config migrate older").quiet_success();
    assert!(
        kept.starts_with("kept the client secret of my-api-client\n"),
        "{kept}"
    );
    user.run("get-token -p my-api-client --force")
        .quiet_success();
    fs::write(user.home().join(FILE), [0x55]).unwrap();
    let damaged = user.run("config migrate older");
    assert!(
        damaged.failure(1).1.contains("nothing was changed"),
        "{damaged:?}"
    );
}

/// What nobody named is given up after ten seconds; a `-` is a name, by an option or without one.
#[test]
fn stdin_that_was_named_is_waited_for() {
    let document = r#"[{"name":"late","tenantId":"t","clientId":"c","scopes":["x/.default"]}]"#;
    at_once(["config import -", "config import -i -"], |line| {
        let user = User::new();
        let mut command = user.command(line);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        sleep(Duration::from_secs(12));
        stdin.write_all(document.as_bytes()).unwrap();
        drop(stdin);
        Outcome::of(child.wait_with_output().unwrap()).success();
        assert!(
            user.run("config list").quiet_success().contains("late"),
            "{line}"
        );
    });
}
