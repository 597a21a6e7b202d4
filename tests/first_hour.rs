//! The first hour of somebody who knows nothing: what the pages say is typed at a terminal, word for word, on a machine
//! without a keyring, and whatever is asked then is answered.
#![cfg(test)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use support::{
    Block, CLIENT_ID, Emulator, Internet, PASSPHRASE, PROGRAM, SECRET, Terminal, User, blocks_of,
    foreign_program, workspace,
};

/// What a newcomer knows, by what asks for it: their own passphrases, and what stands in the table of the tenant to try with.
const KNOWN: [(&str, &str); 13] = [
    ("Profile name: ", "first"),
    ("Tenant ID: ", "contoso.onmicrosoft.com"),
    ("Client ID: ", CLIENT_ID),
    ("Authentication method: ", ""),
    ("Client secret: ", SECRET),
    ("Scopes: ", "api://your-api-id/.default"),
    ("Default OAuth2 flow: ", ""),
    ("Cloud: ", ""),
    ("New passphrase: ", PASSPHRASE),
    ("The same again: ", PASSPHRASE),
    ("Passphrase for ", PASSPHRASE),
    ("Passphrase", "for the backup"),
    ("Skip, overwrite or rename: ", "Overwrite"),
];

/// What the dialogue asks on such a machine, in this order.
const DIALOGUE: [&str; 10] = [
    "Profile name: ",
    "Tenant ID: ",
    "Client ID: ",
    "Authentication method: ",
    "Client secret: ",
    "Scopes: ",
    "Default OAuth2 flow: ",
    "Cloud: ",
    "New passphrase: ",
    "The same again: ",
];

/// What the shell shows where it waits, behind the exit code of what ran.
const PROMPT: &str = "] ready> ";

/// A shell at a terminal.
struct Shell {
    terminal: Terminal,
}

/// What came of a command.
struct Seen {
    shown: String,
    asked: Vec<&'static str>,
}

impl Shell {
    fn start(user: &mut User) -> Self {
        user.set("PS1", &format!("[$?{PROMPT}"));
        user.set("TERM", "dumb");
        user.set("MANPAGER", "cat");
        let mut bash = user.foreign_command(&foreign_program("bash").unwrap());
        bash.args(["--norc", "--noprofile", "--noediting", "-i"]);
        let mut terminal = Terminal::start(&bash);
        terminal.shown_until(PROMPT);
        let mut shell = Self { terminal };
        // As strict as a script.
        shell.types("set +H -o pipefail");
        shell
    }

    /// Types a command, answers whatever is asked, and sees it succeed.
    fn types(&mut self, command: &str) -> Seen {
        let mut texts = vec![PROMPT];
        texts.extend(KNOWN.map(|(question, _)| question));
        let mut asked = Vec::new();
        self.terminal.answer("", command);
        loop {
            let index = self.terminal.waits_behind(&texts);
            let Some((question, answer)) = index.checked_sub(1).map(|known| KNOWN[known]) else {
                break;
            };
            asked.push(question);
            self.terminal.answer(question, answer);
        }
        let shown = self.terminal.shown_until(PROMPT).replace("\r\n", "\n");
        let code = shown.split(PROMPT).next().unwrap();
        assert!(code.ends_with("[0"), "{command}: {shown}");
        Seen { shown, asked }
    }

    /// Types a block, and gives all that was shown and asked.
    fn follows(&mut self, block: &Block, change: impl Fn(&str) -> String) -> Seen {
        let mut all = Seen {
            shown: String::new(),
            asked: Vec::new(),
        };
        for command in block.commands() {
            let seen = self.types(&change(&command));
            all.shown.push_str(&seen.shown);
            all.asked.extend(seen.asked);
        }
        all
    }
}

/// Somebody whose home is empty, with the program where a build puts it, and nothing that a test would set.
fn newcomer(mut user: User) -> User {
    for name in [
        "ENTRA_AUTH_CLI_CONFIG_PATH",
        "ENTRA_AUTH_CLI_SECRET_STORE",
        "ENTRA_AUTH_CLI_PASSPHRASE",
    ] {
        user.unset(name);
    }
    let home = user.home().to_owned();
    fs::create_dir(home.join("target")).unwrap();
    let built = Path::new(PROGRAM).parent().unwrap();
    symlink(built, home.join("target/release")).unwrap();
    let installed = home.join(".local/bin");
    let path = std::env::var("PATH").unwrap();
    user.set("PATH", &format!("{}:{path}", installed.display()));
    user
}

fn has_programs() -> bool {
    let programs = ["bash", "curl", "jq", "openssl", "python3"];
    programs.iter().all(|name| foreign_program(name).is_some())
}

/// The blocks of the README that are typed, by their headings, and what is seen then.
const README: [(&str, &[&str]); 4] = [
    (
        "First minute",
        &[
            "eyJ",
            "✓ Token for profile 'demo'",
            "Profile:     demo",
            "Data.Read",
        ],
    ),
    (
        "A first real profile",
        &[
            "✓ Profile 'first' created",
            "Next: `entra-auth-cli get-token -p first`",
            "✓ Profile 'my-api-client' created",
            "\"caller\": \"99999999",
            "\napi://your-api-id\n",
            "Status:      valid for",
            "Permissions: application permissions (roles): Data.Read",
        ],
    ),
    (
        "Profiles elsewhere",
        &[
            "exported to team-profiles.json",
            "exported to backup.enc",
            "✓ Profile 'my-api-client' imported",
        ],
    ),
    (
        "Shells and manual pages",
        &["User Commands", "no usable answer"],
    ),
];

#[test]
fn the_readme_is_followed_at_a_terminal() {
    let Some(internet) = has_programs().then(Internet::start).flatten() else {
        return;
    };
    let mut user = newcomer(internet.user());
    let mut shell = Shell::start(&mut user);
    let blocks = blocks_of("README.md");
    for (heading, expected) in README {
        let mut all = String::new();
        let mut asked = Vec::new();
        let of_heading = blocks
            .iter()
            .filter(|block| block.heading == heading && block.is_shell());
        for block in of_heading.filter(|block| !block.text.starts_with("tests/run")) {
            let seen = shell.follows(block, built_already);
            all.push_str(&seen.shown);
            asked.extend(seen.asked);
        }
        for text in expected {
            assert!(all.contains(text), "{heading}, `{text}`: {all}");
        }
        if heading == "A first real profile" {
            assert_eq!(asked.get(..DIALOGUE.len()), Some(&DIALOGUE[..]), "{all}");
        }
        assert!(!all.contains(SECRET), "{all}");
    }
    in_a_container(&mut shell);
}

/// The program is there, and nothing builds it within another build.
fn built_already(command: &str) -> String {
    match command {
        "cargo build --release" => "true".to_owned(),
        command => command.replace("cargo run --release --", "target/release/entra-auth-cli"),
    }
}

/// Without a profile, a keyring or a passphrase.
fn in_a_container(shell: &mut Shell) {
    let blocks = blocks_of("docs/ci.md");
    let block = blocks
        .iter()
        .find(|block| block.heading == "Docker")
        .unwrap();
    let (_, command) = block.text.split_once("IMAGE \\\n").unwrap();
    shell.types("export AZURE_TENANT_ID=contoso.onmicrosoft.com HOME=$PWD/container");
    shell.types(&format!(
        "export AZURE_CLIENT_ID={CLIENT_ID} AZURE_CLIENT_SECRET=\"$SECRET\""
    ));
    let seen = shell.types(command.trim());
    assert!(seen.shown.contains("eyJ"), "{}", seen.shown);
    assert_eq!(seen.asked, [""; 0], "{}", seen.shown);
}

/// Pages from the first line to the last: openssl's certificate, a browser, another device, on-behalf-of, curl, and an API
/// that refuses a token for another one.
const GUIDES: [&str; 2] = ["docs/flows.md", "docs/custom-apis.md"];

#[test]
fn the_guides_are_followed_at_a_terminal() {
    if !has_programs() {
        return;
    }
    let emulator = Emulator::start();
    emulator.control("options", &serde_json::json!({ "device_interval": 1 }));
    let mut user = newcomer(User::new());
    let person = workspace().join("tests/python/browser.py");
    user.set("BROWSER", &format!("python3 -B {}", person.display()));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Somebody at another device.
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                emulator.approve_device();
                thread::sleep(Duration::from_millis(100));
            }
        });
        let _over = Over(&is_over);
        let mut shell = Shell::start(&mut user);
        shell.types("mkdir -p .local/bin && cp target/release/entra-auth-cli .local/bin");
        // The documented port may be taken on this machine.
        let port = format!("127.0.0.1:{}", emulator.port());
        for page in GUIDES {
            for block in blocks_of(page).iter().filter(|block| block.is_shell()) {
                shell.follows(block, |command| command.replace("127.0.0.1:8400", &port));
            }
        }
    });
}

/// Whoever approves stops, whatever comes of the walk.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
