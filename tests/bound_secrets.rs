//! A stored secret knows whom it is for, and a secret of the environment whose it is: neither goes anywhere else, whatever a
//! profile says.
#![cfg(test)]

mod support;

use std::fs;

use serde_json::Value;
use support::{CLIENT_ID, Emulator, GET_TOKEN, Outcome, SECRET, User};

/// The saved profiles, changed by somebody else than the program.
fn rewrite(user: &User, change: impl Fn(&mut Value)) {
    let mut document: Value = serde_json::from_slice(&fs::read(user.profiles()).unwrap()).unwrap();
    change(&mut document[0]);
    fs::write(user.profiles(), document.to_string()).unwrap();
}

#[test]
fn a_stored_secret_goes_nowhere_else_whatever_the_profile_says() {
    let (ours, theirs) = (Emulator::start(), Emulator::start());
    let user = User::with_profile(ours.authority());
    let original = fs::read(user.profiles()).unwrap();
    let stranger = theirs.authority().to_owned();
    for (member, value) in [
        ("authority", stranger.as_str()),
        ("tenantId", "fabrikam.onmicrosoft.com"),
        ("clientId", "99999999-8888-7777-6666-000000000000"),
    ] {
        rewrite(&user, |profile| profile[member] = value.into());
        for line in [GET_TOKEN, "get-token", "refresh -p my-api-client"] {
            let outcome = user.run(line);
            let (error, hint) = outcome.failure(4);
            assert!(
                error.contains("this secret was stored for"),
                "{member} {line}: {error}"
            );
            assert!(hint.contains("store it again"), "{hint}");
        }
        let sealed = "config export -p my-api-client --include-secrets --passphrase-stdin";
        let outcome = user.run_with(sealed, "passphrase\n");
        assert!(
            outcome.failure(4).0.contains("was stored for"),
            "{member}: {outcome:?}"
        );
        fs::write(user.profiles(), &original).unwrap();
    }
    let elsewhere = format!("{GET_TOKEN} --authority {stranger}");
    assert!(user.run(&elsewhere).failure(4).0.contains("was stored for"));
    assert_eq!((ours.requests().len(), theirs.requests().len()), (0, 0));
    user.run(GET_TOKEN).quiet_success();
}

#[test]
fn what_a_lost_profile_left_is_not_the_next_ones() {
    let (ours, theirs) = (Emulator::start(), Emulator::start());
    let user = User::with_profile(ours.authority());
    fs::remove_file(user.profiles()).unwrap();
    let profile = format!(
        r#"{{"name":"my-api-client","tenantId":"contoso.onmicrosoft.com","clientId":"{CLIENT_ID}","authority":"{}","scopes":["api://your-api-id/.default"]}}"#,
        theirs.authority()
    );
    let outcome = user.run_with("config import --verbose", &profile);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("that an earlier profile 'my-api-client' had left was removed"),
        "{outcome:?}"
    );
    let outcome = user.run(GET_TOKEN);
    assert!(
        outcome.failure(4).0.contains("no secret is stored"),
        "{outcome:?}"
    );
    assert_eq!(theirs.requests().len(), 0);
}

#[test]
fn an_edited_profile_asks_for_its_secret_again_and_loses_nothing() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let edit = |options: &str, stdin: &str| {
        user.run_with(&format!("config edit -p my-api-client {options}"), stdin)
    };
    let outcome = edit("--tenant-id fabrikam.onmicrosoft.com --verbose", "");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("config edit -p my-api-client --client-secret -"),
        "{outcome:?}"
    );
    assert!(user.run(GET_TOKEN).failure(4).0.contains("was stored for"));
    edit("--tenant-id contoso.onmicrosoft.com", "").quiet_success();
    user.run(GET_TOKEN).quiet_success();
    edit(
        "--tenant-id fabrikam.onmicrosoft.com --client-secret -",
        SECRET,
    )
    .quiet_success();
    assert_ne!(
        user.run(GET_TOKEN).code,
        4,
        "the secret is for the new tenant now"
    );
}

#[test]
fn a_secret_of_the_environment_goes_to_the_identity_that_it_names() {
    let (ours, theirs) = (Emulator::start(), Emulator::start());
    let mut user = User::new();
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    let options = "--auth-method ClientSecret --scope api://your-api-id/.default";
    user.set("AZURE_CLIENT_SECRET", SECRET);
    user.create("saved", CLIENT_ID, theirs.authority(), options, "")
        .quiet_success();

    // Nobody chose that authority.
    let outcome = user.run("get-token");
    let (error, hint) = outcome.failure(4);
    assert!(
        hint.contains("AZURE_CLIENT_SECRET is not used for profile 'saved'"),
        "{error} {hint}"
    );
    assert_eq!(theirs.requests().len(), 0);

    // A complete identity goes before a profile that is merely the only one.
    user.name_client(ours.authority());
    let outcome = user.run("get-token -s api://your-api-id/.default --verbose");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.stderr.contains("the environment's client counts"),
        "{outcome:?}"
    );
    assert_eq!((ours.requests().len(), theirs.requests().len()), (1, 0));

    // A profile that is named is a choice, but the secret is still for somebody else.
    for line in [
        "get-token -p saved",
        "get-token -p saved --flow ClientCredentials",
    ] {
        let outcome = user.run(line);
        assert!(
            outcome
                .failure(4)
                .1
                .contains("AZURE_AUTHORITY_HOST names another authority"),
            "{outcome:?}"
        );
    }
    assert_eq!(theirs.requests().len(), 0);

    for name in ["AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
        user.unset(name);
    }
    user.run("get-token -p saved").quiet_success();
    assert_eq!(theirs.requests().len(), 1);
}

#[test]
fn a_federated_token_goes_to_no_authority_of_a_profile_that_says_something_else() {
    let theirs = Emulator::start();
    let mut user = User::new();
    user.create(
        "saved",
        CLIENT_ID,
        theirs.authority(),
        "--auth-method FederatedToken --scope api://your-api-id/.default",
        "",
    )
    .quiet_success();
    let managed = format!(
        r#"{{"name":"platform","authMethod":"ManagedIdentity","authority":"{}","scopes":["api://your-api-id/.default"]}}"#,
        theirs.authority()
    );
    user.run_with("config import", &managed).quiet_success();
    let token = user.home().join("token");
    fs::write(&token, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln").unwrap();
    user.set("AZURE_FEDERATED_TOKEN_FILE", token.to_str().unwrap());
    // A port where nobody listens stands for the platform's own authority.
    user.name_client("http://127.0.0.1:9");
    for name in ["saved", "platform"] {
        let outcome = user.run(&format!("get-token -p {name} --timeout 5s"));
        assert_ne!(outcome.code, 0, "{outcome:?}");
    }
    assert_eq!(theirs.requests().len(), 0);
}

#[test]
fn no_token_is_handed_out_that_another_credential_got() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let token = user.run(GET_TOKEN).quiet_success();
    assert_eq!(user.run(GET_TOKEN).quiet_success(), token);
    assert_eq!(emulator.requests().len(), 1);

    user.run_with("config edit -p my-api-client --client-secret -", "wrong")
        .quiet_success();
    assert_eq!(user.run(GET_TOKEN).code, 2, "the new secret is wrong");
    user.run_with("config edit -p my-api-client --client-secret -", SECRET)
        .quiet_success();
    user.run(GET_TOKEN).quiet_success();

    user.create(
        "my-api-client",
        CLIENT_ID,
        emulator.authority(),
        "--overwrite --client-secret - --scope api://your-api-id/.default",
        "wrong",
    )
    .quiet_success();
    assert_eq!(user.run(GET_TOKEN).code, 2, "the replaced secret is wrong");

    let given = format!("{GET_TOKEN} --client-secret -");
    user.run_with(&given, SECRET).quiet_success();
    assert_eq!(
        user.run_with(&given, "wrong").code,
        2,
        "the given secret is wrong"
    );
    // What is renamed is still the same.
    user.run_with("config edit -p my-api-client --client-secret -", SECRET)
        .quiet_success();
    user.run(GET_TOKEN).quiet_success();
    let before = emulator.requests().len();
    user.run("config edit -p my-api-client --new-name other --scope api://your-api-id/.default")
        .quiet_success();
    user.run("get-token -p other").quiet_success();
    assert_eq!(emulator.requests().len(), before);
}

#[test]
fn a_command_that_fails_at_its_second_step_leaves_everything_as_it_was() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let with_secrets = format!(
        r#"[{{"name":"my-api-client","tenantId":"contoso.onmicrosoft.com","clientId":"{CLIENT_ID}","authority":"{}","scopes":["api://your-api-id/.default"],"clientSecret":"other"}},{{"name":"new","clientSecret":"x"}}]"#,
        emulator.authority()
    );
    let lines = [
        ("config delete -p my-api-client --force", ""),
        ("config edit -p my-api-client --client-secret -", "other"),
        ("config edit -p my-api-client --new-name other", ""),
        ("config edit -p my-api-client --auth-method Public", ""),
        (
            "config create -p my-api-client --tenant-id common --client-id 99999999-8888-7777-6666-555555555555 --auth-method Public --scope x --overwrite --non-interactive",
            "",
        ),
        ("config import --overwrite", with_secrets.as_str()),
    ];
    let document = fs::read(user.profiles()).unwrap();
    for lock in [".profiles.lock", ".secrets.lock"] {
        for (line, stdin) in lines {
            let outcome = blocked(&user, lock, || user.run_with(line, stdin));
            assert_ne!(outcome.code, 0, "{lock} {line}: {outcome:?}");
            assert_eq!(
                fs::read(user.profiles()).unwrap(),
                document,
                "{lock} {line}"
            );
            user.run(&format!("{GET_TOKEN} --force")).quiet_success();
        }
    }
    user.run_with("config import --overwrite", &with_secrets)
        .quiet_success();
    assert_eq!(user.run(GET_TOKEN).code, 2, "nothing else stood in the way");
}

/// Run it while what is behind the lock can be read, but not changed.
fn blocked(user: &User, lock: &str, run: impl FnOnce() -> Outcome) -> Outcome {
    let path = user.config().join(lock);
    drop(fs::remove_file(&path));
    fs::create_dir(&path).unwrap();
    let outcome = run();
    fs::remove_dir(&path).unwrap();
    outcome
}

#[test]
fn an_import_shows_whom_each_profile_is_for_and_keeps_no_secret_in_clear() {
    let user = User::new();
    let document = r#"[{"name":"My Profile","tenantId":"t.example","clientId":"c","authority":"http://127.0.0.1:8471","password":"CLEAR","x":{"apiKey":"CLEAR"},"note":"kept"}]"#;
    let planned = user
        .run_with("config import --dry-run", document)
        .quiet_success();
    assert_eq!(
        planned,
        "create My-Profile: client `c` of tenant `t.example` at `http://127.0.0.1:8471`\n"
    );
    let outcome = user.run_with("config import --verbose", document);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for part in [
        "profile 'My Profile' is imported as 'My-Profile'",
        "`password` of profile 'My-Profile' is left out",
        "`x.apiKey` of profile 'My-Profile' is left out",
        "at `http://127.0.0.1:8471`",
        "without encryption",
    ] {
        assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
    }
    let saved = fs::read_to_string(user.profiles()).unwrap();
    assert!(
        saved.contains("kept") && !saved.contains("CLEAR"),
        "{saved}"
    );
    // Another program may put some there; they stay on this machine.
    rewrite(&user, |profile| {
        profile["auth"]["clientSecret"] = "CLEAR".into()
    });
    for line in [
        "config export -p My-Profile",
        "config show -p My-Profile -o json",
    ] {
        let shown = user.run(line).quiet_success();
        assert!(
            shown.contains("kept") && !shown.contains("CLEAR"),
            "{line}: {shown}"
        );
    }
}

/// Names that a shell would obey, that look like another one, or that are options.
const BAD_NAMES: [&str; 9] = [
    "prod$(touch PWN)",
    "qa;touch$IFS'PWN'",
    "`id`",
    "!x",
    "{a,b}",
    "~root",
    "-o",
    "prod\\u200b",
    "\\u202eprod",
];

#[test]
fn a_name_that_no_profile_can_be_given_is_not_imported_and_not_offered() {
    let user = User::new();
    for name in BAD_NAMES {
        let document = format!(r#"[{{"name":"{name}","tenantId":"t.example","clientId":"c"}}]"#);
        let outcome = user.run_with("config import", &document);
        assert!(
            outcome.failure(4).0.contains("whose name cannot be used"),
            "{name}: {outcome:?}"
        );
        // A document that others share is read all the same.
        fs::write(user.profiles(), &document).unwrap();
        user.run("config list").quiet_success();
        let mut command = user.command("");
        command.env("COMP_LINE", "entra-auth-cli get-token -p ");
        let offered = Outcome::of(command.output().unwrap()).quiet_success();
        assert_eq!(offered, "demo\n", "{name}");
        fs::remove_file(user.profiles()).unwrap();
    }
}

#[test]
fn what_a_document_says_twice_is_refused() {
    let user = User::new();
    for (document, part) in [
        (
            r#"[{"name":"p","authority":"https://login.microsoftonline.com","authority":"http://127.0.0.1:8471"}]"#,
            "a member stands twice",
        ),
        (
            r#"[{"name":"p","authority":"https://login.microsoftonline.com","Authority":"http://127.0.0.1:8471"}]"#,
            "which say different things",
        ),
    ] {
        let outcome = user.run_with("config import", document);
        assert!(outcome.failure(4).0.contains(part), "{outcome:?}");
        fs::write(user.profiles(), document).unwrap();
        let outcome = user.run("get-token -p p");
        assert!(outcome.failure(1).0.contains(part), "{outcome:?}");
        fs::remove_file(user.profiles()).unwrap();
    }
}
