//! Completion in shells, as bash asks for it.
#![cfg(test)]

mod support;

use std::path::Path;

use support::{Emulator, Outcome, PROGRAM, User, foreign_program};

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

/// A shell, its options, and a script that completes `get-token -p my`.
const SHELLS: &[(&str, &[&str], &str)] = &[(
    "bash",
    &["-c"],
    "source <(entra-auth-cli completion bash)\n\
     # What readline does for the word before the cursor.\n\
     registered=$(complete -p entra-auth-cli)\n\
     test \"$registered\" = 'complete -o default -C entra-auth-cli entra-auth-cli'\n\
     COMP_LINE='entra-auth-cli get-token -p my' COMP_POINT=30 entra-auth-cli entra-auth-cli my -p",
)];

#[test]
fn the_scripts_register_with_their_shells() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    let folder = Path::new(PROGRAM).parent().unwrap().to_str().unwrap();
    user.set(
        "PATH",
        &format!("{folder}:{}", std::env::var("PATH").unwrap()),
    );
    for (shell, options, script) in SHELLS {
        let Some(shell) = foreign_program(shell) else {
            return;
        };
        let mut command = user.foreign_command(&shell);
        command.args(*options).arg(script);
        let outcome = Outcome::of(command.output().unwrap());
        assert_eq!(outcome.quiet_success(), "my-api-client\n");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "pwsh"] {
        let script = user.run(&format!("completion {shell}")).quiet_success();
        assert!(script.contains("entra-auth-cli"), "{script}");
    }
    assert_eq!(user.run("completion csh").code, 4);
}
