//! Questions at a terminal: what is typed as a secret is never shown, what is missing is asked for, and nothing twice or in
//! vain.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use linux_keyutils::{KeyRing, KeyRingIdentifier};
use support::{
    ALICE, CLIENT_ID, Emulator, GET_TOKEN, PASSPHRASE, PROGRAM, PUBLIC_CLIENT, SECRET, Terminal,
    User, sign_in_by_device, workspace,
};

/// Typed where a secret is asked for.
const CANARY: &str = "typed-by-hand";

/// A file under the password `emulator`.
fn pfx() -> String {
    let path = "host/emulator/key/client-credential/client.pfx";
    workspace().join(path).to_str().unwrap().to_owned()
}

/// `config create` without a proof.
fn create(name: &str, authority: &str) -> String {
    format!(
        "config create -p {name} --tenant-id contoso.onmicrosoft.com --client-id {CLIENT_ID} \
         --scope api://your-api-id/.default --authority {authority}"
    )
}

#[test]
fn no_secret_that_is_typed_is_shown() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let create = |name| create(name, emulator.authority());
    let edit = "config edit -p my-api-client";
    for (line, question, expected) in [
        (
            format!("{} --client-secret -", create("a")),
            "Client secret: ",
            0,
        ),
        (
            format!("{} --auth-method ClientSecret", create("b")),
            "Client secret: ",
            0,
        ),
        (
            format!(
                "{} --certificate-path {} --certificate-password - --force",
                create("c"),
                pfx()
            ),
            "Certificate password: ",
            0,
        ),
        (
            // A wrong secret is one that was read.
            format!("{GET_TOKEN} --no-cache --client-secret -"),
            "Client secret: ",
            2,
        ),
        (
            format!("{GET_TOKEN} -f OnBehalfOf --assertion -"),
            "Token: ",
            2,
        ),
        ("inspect -".to_owned(), "Token: ", 4),
        ("discover -t -".to_owned(), "Token: ", 4),
        (format!("{edit} --client-secret -"), "Client secret: ", 0),
        (
            format!(
                "{edit} --certificate-path {} --certificate-password - --force",
                pfx()
            ),
            "Certificate password: ",
            0,
        ),
    ] {
        let mut terminal = Terminal::start(&user.command(&line));
        terminal.answer(question, CANARY);
        let (shown, code) = terminal.finish();
        assert!(!shown.contains(CANARY), "{line}: {shown}");
        assert_eq!(code, expected, "{line}: {shown}");
    }
}

#[test]
fn the_password_of_a_certificate_is_asked_for_until_it_opens_the_file() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let create = create("by-pfx", emulator.authority());
    for line in [
        format!("{create} --certificate-path {}", pfx()),
        format!("config edit -p my-api-client --certificate-path {}", pfx()),
    ] {
        let mut terminal = Terminal::start(&user.command(&line));
        terminal.answer("Certificate password: ", CANARY);
        terminal.answer("Certificate password: ", "emulator");
        let (shown, code) = terminal.finish();
        assert_eq!(code, 0, "{line}: {shown}");
    }
    for name in ["by-pfx", "my-api-client"] {
        let token = user.run(&format!("get-token -p {name}")).quiet_success();
        assert!(token.starts_with("eyJ"), "{token}");
    }
}

#[test]
fn a_secret_that_is_missing_is_asked_for_at_a_terminal_alone() {
    let emulator = Emulator::start();
    let mut user = User::new();
    user.set("AZURE_CLIENT_SECRET", SECRET);
    let create = create("my-api-client", emulator.authority());
    user.run(&format!(
        "{create} --non-interactive --auth-method ClientSecret"
    ))
    .quiet_success();
    user.unset("AZURE_CLIENT_SECRET");
    let outcome = user.run(GET_TOKEN);
    let (error, hint) = outcome.failure(4);
    assert!(error.contains("no secret is stored"), "{error}");
    assert!(
        hint.contains("config edit -p my-api-client --client-secret -"),
        "{hint}"
    );
    let mut terminal = Terminal::start(&user.command(GET_TOKEN));
    terminal.answer("Client secret: ", SECRET);
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("eyJ"), "{shown}");
}

#[test]
fn what_was_probably_meant_is_taken_by_enter() {
    let emulator = Emulator::start();
    let user = User::new();
    let mut terminal = Terminal::start(&user.command("config create -p a --client-secret -"));
    terminal.answer("Tenant ID: ", "contoso.onmicrosoft.com");
    terminal.answer("Client ID: ", CLIENT_ID);
    terminal.answer("Client secret: ", SECRET);
    terminal.answer("Scopes: ", "your-api-id");
    terminal.shown_until("Enter = api://your-api-id/.default");
    terminal.answer("Scopes: ", "");
    terminal.answer("Enter = automatic (ClientCredentials)", "");
    terminal.answer("Cloud: ", emulator.authority());
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    let scopes = user.run("config show -p a").quiet_success();
    assert!(
        scopes.contains("Default Scopes: api://your-api-id/.default\n"),
        "{scopes}"
    );
}

#[test]
fn a_certificate_without_its_key_is_asked_for_the_key() {
    let emulator = Emulator::start();
    let user = User::new();
    let folder = workspace().join("host/emulator/key/client-credential");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let line = format!(
        "config create -p a --auth-method PasswordlessCertificate --authority {}",
        emulator.authority()
    );
    let mut terminal = Terminal::start(&user.command(&line));
    for (question, answer) in [
        ("Tenant ID: ", "contoso.onmicrosoft.com"),
        ("Client ID: ", CLIENT_ID),
        ("Certificate path: ", "nowhere.pem"),
        ("Certificate path: ", &file("client-certificate.pem")),
        ("Private key path: ", ""),
        // What lacks is asked for; the file itself is in order, unless another was meant.
        ("Private key path: ", ""),
        ("Certificate path: ", ""),
        ("Private key path: ", ""),
        ("Private key path: ", &file("client-private-key.pem")),
        ("Scopes: ", "api://your-api-id/.default"),
        ("Default OAuth2 flow: ", ""),
    ] {
        terminal.answer(question, answer);
    }
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    assert!(
        user.run("get-token -p a")
            .quiet_success()
            .starts_with("eyJ")
    );
}

/// A profile for which somebody signs in.
fn create_person(user: &User, emulator: &Emulator) {
    let options = "--auth-method Public --scope api://your-api-id/read";
    user.create("person", PUBLIC_CLIENT, emulator.authority(), options, "")
        .quiet_success();
}

/// A user whose secrets are behind a passphrase that nobody gives.
fn locked(emulator: &Emulator) -> User {
    let mut user = User::with_profile(emulator.authority());
    create_person(&user, emulator);
    user.unset("ENTRA_AUTH_CLI_PASSPHRASE");
    user
}

#[test]
fn the_passphrase_is_asked_for_once_a_session_of_work() {
    // Containers may forbid it; then it is asked for each time.
    if KeyRing::from_special_id(KeyRingIdentifier::User, false).is_err() {
        return;
    }
    let emulator = Emulator::start();
    let mut user = locked(&emulator);
    let mut terminal = Terminal::start(&user.command(GET_TOKEN));
    terminal.answer("Passphrase for", PASSPHRASE);
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    // Without a terminal, where a question would be a failure: another secret is stored, read, and used.
    for line in [
        "get-token -p my-api-client --force",
        "config show -p my-api-client --show-secrets",
        "config edit -p my-api-client --client-secret -",
    ] {
        user.run_with(line, SECRET).quiet_success();
    }
    // Whoever has tokens removed is asked again, as is another process that wants nothing kept.
    user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "0");
    assert_eq!(user.run("get-token -p my-api-client --force").code, 1);
    user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "60");
    user.run("clear-cache -p my-api-client").quiet_success();
    assert_eq!(user.run("get-token -p my-api-client --force").code, 1);
}

#[test]
fn commands_that_need_no_secret_ask_for_no_passphrase() {
    let emulator = Emulator::start();
    let user = locked(&emulator);
    for line in [
        "config list --verbose",
        "config show -p my-api-client",
        "config show --storage",
        "config export -p my-api-client",
        "config edit -p my-api-client --scope api://your-api-id/read",
        "config edit -p person --new-name somebody",
        "config delete -p somebody --force",
        "get-token -p demo",
        "clear-cache -p my-api-client",
    ] {
        // Without a terminal a question would be a failure.
        user.run(line).quiet_success();
    }
}

#[test]
fn advice_does_not_lead_back_where_no_token_is_kept() {
    let emulator = Emulator::start();
    let mut user = User::new();
    create_person(&user, &emulator);
    for (store, is_told) in [("none", true), ("file", false)] {
        user.set("ENTRA_AUTH_CLI_SECRET_STORE", store);
        let outcome = user.run("inspect -p person");
        let (_, hint) = outcome.failure(1);
        assert_eq!(hint.contains("none is kept here"), is_told, "{hint}");
    }
}

/// Who has signed in is worth showing, and not worth a question.
#[test]
fn a_profile_is_shown_without_a_passphrase_where_somebody_has_signed_in() {
    let emulator = Emulator::start();
    let mut user = locked(&emulator);
    user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "0");
    user.set("ENTRA_AUTH_CLI_PASSPHRASE", PASSPHRASE);
    sign_in_by_device(&user, &emulator, "get-token -p person -f DeviceCode").success();
    let shown = user.run("config show -p person").quiet_success();
    assert!(shown.contains(ALICE), "{shown}");
    user.unset("ENTRA_AUTH_CLI_PASSPHRASE");
    let mut command = user.foreign_command("timeout".as_ref());
    command.args(["--foreground", "20", PROGRAM]);
    command.args(["config", "show", "-p", "person"]);
    let (shown, code) = Terminal::start(&command).finish();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("assphrase"), "{shown}");
}

#[test]
fn a_passphrase_that_is_refused_is_not_asked_for_again() {
    let emulator = Emulator::start();
    let user = locked(&emulator);
    for line in [GET_TOKEN, "config edit -p my-api-client --client-secret -"] {
        let mut terminal = Terminal::start(&user.command(line));
        if line.contains("edit") {
            terminal.answer("Client secret: ", SECRET);
        }
        terminal.answer("Passphrase for", "\u{3}");
        let (shown, code) = terminal.finish();
        assert_eq!(code, 6, "{line}: {shown}");
        assert!(!shown.contains("Passphrase"), "{line}: {shown}");
    }
}

#[test]
fn three_misses_lose_no_answers() {
    let emulator = Emulator::start();
    let user = locked(&emulator);
    let line = create("a", emulator.authority());
    let mut terminal = Terminal::start(&user.command(&format!("{line} --client-secret -")));
    terminal.answer("Client secret: ", SECRET);
    for _ in 0..3 {
        terminal.answer("assphrase", "wrong");
    }
    terminal.answer("Try again with the same answers?", "");
    terminal.answer("Passphrase for", PASSPHRASE);
    let (shown, code) = terminal.finish();
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("Next: `entra-auth-cli get-token -p a`"),
        "{shown}"
    );
    assert!(shown.contains("passphrase will be asked for"), "{shown}");
}

#[test]
fn a_sign_in_says_where_it_goes_on() {
    let emulator = Emulator::start();
    let mut user = User::new();
    create_person(&user, &emulator);
    // No display: what the device code cannot do is not passed over.
    let line = "get-token -p person --prompt login";
    let mut terminal = Terminal::start(&user.command(line));
    terminal.shown_until("a device code cannot demand `--prompt login`");
    drop(terminal);
    // A browser that does nothing.
    user.set("BROWSER", "true");
    let mut terminal = Terminal::start(&user.command(line));
    terminal.shown_until("A browser was opened.");
    terminal.shown_until("add `--show-url`");
}

/// Words that people bring from elsewhere, and what is said to each.
#[test]
fn words_that_people_type_are_understood_or_answered() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let token = user.run(GET_TOKEN).quiet_success();
    std::fs::write(user.home().join("token.txt"), &token).unwrap();
    for (line, expected) in [
        ("get-token my-api-client", "eyJ"),
        ("token my-api-client", "eyJ"),
        ("refresh my-api-client", "eyJ"),
        ("list", "my-api-client"),
        ("version", "entra-auth-cli "),
        (
            "whoami",
            "Profile:     my-api-client\nStatus:      valid for ",
        ),
        (
            "status my-api-client",
            "Permissions: application permissions (roles): Data.Read",
        ),
        (
            "status --scope api://your-api-id/.default",
            "Status:      valid for",
        ),
        ("inspect token.txt", "\"aud\": \"api://your-api-id\""),
        ("config show", CLIENT_ID),
        ("clear-cache my-api-client", ""),
    ] {
        let stdout = user.run(line).quiet_success();
        assert!(stdout.contains(expected), "{line}: {stdout}");
    }
    for (line, error, hint) in [
        ("login", "`login`", "entra-auth-cli get-token"),
        (
            "logout my-api-client",
            "`logout`",
            "entra-auth-cli clear-cache",
        ),
        ("init", "`init`", "entra-auth-cli config create"),
        ("export", "`export`", "entra-auth-cli config export"),
        ("completion", "<SHELL>", "entra-auth-cli completion --help"),
        ("get-token -o jsn", "`jsn`", "did you mean `json`"),
        ("get-token my-api-client staging", "`staging`", "--help"),
        (
            "config edit --scope your-api-id",
            "`your-api-id`",
            "api://your-api-id/.default",
        ),
    ] {
        let outcome = user.run(line);
        let said = outcome.failure(4);
        assert!(
            said.0.contains(error) && said.1.contains(hint),
            "{line}: {said:?}"
        );
    }
}
