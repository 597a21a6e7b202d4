//! Completion in shells, as bash asks for it.
#![cfg(test)]

mod support;

use std::fs;
use std::path::Path;

use support::{Emulator, PROGRAM, Terminal, User, foreign_program};

fn candidates(user: &mut User, line: &str) -> String {
    user.set("COMP_LINE", line);
    let outcome = user.run("");
    user.unset("COMP_LINE");
    outcome.quiet_success()
}

#[test]
fn the_variables_of_bash_ask_for_candidates() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    for (line, expected) in [
        ("entra-auth-cli get-token -p ", "my-api-client\ndemo\n"),
        ("entra-auth-cli get-token -p my", "my-api-client\n"),
        ("entra-auth-cli get-token --flow inter", ""),
        (
            "entra-auth-cli get-token --flow Inter",
            "InteractiveBrowser\n",
        ),
        ("entra-auth-cli conf", "config\n"),
        ("entra-auth-cli config show -p d", "demo\n"),
    ] {
        assert_eq!(candidates(&mut user, line), expected, "{line}");
    }
    user.set("COMP_POINT", "16");
    assert_eq!(
        candidates(&mut user, "entra-auth-cli reget-token"),
        "refresh\n"
    );
}

/// A shell, its options, and what it reads when it starts, if that is a file.
const SHELLS: &[(&str, &[&str], &str)] = &[
    ("bash", &["--rcfile", "start", "-i"], BASH),
    ("zsh", &["-i"], ZSH),
    ("fish", &["--no-config", "-i", "-C", FISH], ""),
];

const BASH: &str = "PS1='ready> '\nsource <(entra-auth-cli completion bash)\n";

const ZSH: &str =
    "PS1='ready> '\nautoload -Uz compinit\ncompinit -u\nsource <(entra-auth-cli completion zsh)\n";

const FISH: &str =
    "function fish_prompt; echo 'ready> '; end; entra-auth-cli completion fish | source";

/// A command, a profile, an option and a format, each by its beginning and the key for completion.
const TYPED: &str = "entra-auth-cli config sh\t-p my\t--out\tjs\t| tr a-z A-Z";

#[test]
fn every_shell_completes_commands_profiles_options_and_values() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    let folder = Path::new(PROGRAM).parent().unwrap().to_str().unwrap();
    user.set(
        "PATH",
        &format!("{folder}:{}", std::env::var("PATH").unwrap()),
    );
    user.set("TERM", "xterm");
    let home = user.home().to_str().unwrap().to_owned();
    user.set("ZDOTDIR", &home);
    // No file is meant where a command is.
    fs::create_dir(user.home().join("shelf")).unwrap();
    for (name, options, start) in SHELLS {
        let Some(shell) = foreign_program(name) else {
            continue;
        };
        fs::write(user.home().join("start"), start).unwrap();
        fs::write(user.home().join(".zshrc"), start).unwrap();
        let mut command = user.foreign_command(&shell);
        command.args(*options);
        let mut terminal = Terminal::start(&command);
        terminal.answer("ready> ", TYPED);
        // Only the result is in capitals.
        let shown = terminal.shown_until("\"CLIENTID\"");
        assert!(shown.contains("MY-API-CLIENT"), "{name}: {shown}");
    }
}

#[test]
fn every_shell_has_its_script() {
    let user = User::new();
    for shell in ["bash", "zsh", "fish", "powershell", "pwsh"] {
        let script = user.run(&format!("completion {shell}")).quiet_success();
        assert!(script.contains("entra-auth-cli"), "{script}");
    }
    assert_eq!(user.run("completion csh").code, 4);
}
