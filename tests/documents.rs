//! Every command line of the documentation, as it stands there.
#![cfg(test)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{
    Block, Internet, Outcome, SECRET, User, block_scalars, blocks, foreign_program, workspace,
};

fn pages() -> Vec<PathBuf> {
    let files = fs::read_dir(workspace().join("docs")).unwrap();
    let mut pages: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.retain(|page| !FOLLOWED.iter().any(|name| page.ends_with(name)));
    pages.sort();
    pages
}

/// Pages that `first_hour.rs` follows from the first line to the last, with the tenant to try with and nothing else.
const FOLLOWED: [&str; 2] = ["custom-apis.md", "flows.md"];

/// The page's shell blocks in a row. What a block sets, later blocks use. The line number tells which one failed.
fn script(name: &str, blocks: impl Iterator<Item = Block>) -> String {
    let blocks = blocks.filter(|block| block.language == "bash");
    let traps = blocks.map(|block| {
        let Block { line, text, .. } = block;
        format!("trap 'echo \"{name}, block at line {line}\" >&2' ERR\n{text}")
    });
    traps.collect()
}

/// Runs a script whose every line has to succeed.
fn shell(user: &User, script: &str) -> Outcome {
    let mut shell = user.foreign_command(Path::new("bash"));
    Outcome::of(
        shell
            .args(["-euo", "pipefail", "-c", script])
            .output()
            .unwrap(),
    )
}

#[test]
fn every_shell_block_runs() {
    if foreign_program("jq").is_none() || foreign_program("curl").is_none() {
        return;
    }
    let Some(internet) = Internet::start() else {
        return;
    };
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let name = page.file_name().unwrap().to_str().unwrap();
        let blocks = blocks(&text);
        count += blocks
            .iter()
            .filter(|block| block.language == "bash")
            .count();
        let script = script(name, blocks.into_iter());
        if !script.is_empty() {
            let outcome = shell(&internet.user(), &script);
            assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        }
    }
    assert!(count > 25, "only {count} blocks were found");
}

#[test]
fn every_pipeline_gets_its_token() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let text = fs::read_to_string(workspace().join("docs/ci.md")).unwrap();
    let pipelines = blocks(&text)
        .into_iter()
        .filter(|block| block.language == "yaml");
    let mut count = 0;
    for block in pipelines {
        let mut user = internet.user();
        // Nothing of a person's machine.
        fs::remove_file(user.profiles()).unwrap();
        user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
        user.set("AZURE_TENANT_ID", "contoso.onmicrosoft.com");
        user.set("AZURE_CLIENT_ID", support::CLIENT_ID);
        user.set(
            "GITHUB_ENV",
            user.home().join("github-env").to_str().unwrap(),
        );
        if block.text.contains("id-token: write") {
            let url = format!(
                "{}/token?api-version=2.0",
                internet.platform("github-actions")
            );
            user.set("ACTIONS_ID_TOKEN_REQUEST_URL", &url);
            user.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "github-request-token");
        } else {
            user.set("AZURE_CLIENT_SECRET", SECRET);
        }
        let mut scripts = block_scalars(&block.text);
        scripts.retain(|script| script.contains("entra-auth-cli"));
        for script in scripts {
            let outcome = shell(&user, &script);
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (0, ""),
                "line {}: {outcome:?}",
                block.line
            );
            count += 1;
        }
    }
    assert_eq!(count, 5);
}

#[test]
fn what_powershell_captures_is_one_line() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let user = internet.user();
    // As `Out-File` of Windows PowerShell writes it.
    let token = user.run("get-token -p my-api-client").quiet_success();
    let units = std::iter::once(0xfeff).chain(token.trim().encode_utf16().chain([13, 10]));
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    fs::write(user.home().join("token.txt"), bytes).unwrap();
    let text = fs::read_to_string(workspace().join("docs/powershell.md")).unwrap();
    let mut count = 0;
    for block in blocks(&text)
        .into_iter()
        .filter(|block| block.language == "powershell")
    {
        for line in block
            .text
            .lines()
            .filter(|line| line.contains("entra-auth-cli "))
        {
            let (before, command) = line.split_once("entra-auth-cli ").unwrap();
            let command = command.split(" | ").next().unwrap().trim_end_matches(" }");
            let stdin = if before.contains("$token |") {
                token.as_str()
            } else {
                ""
            };
            let outcome = user.run_with(command, stdin);
            let stdout = outcome.quiet_success();
            let lines = stdout.lines().count();
            match (command.starts_with("get-token"), command.contains("json")) {
                (true, false) => assert_eq!(lines, 1, "{line}"),
                (true, true) => assert!(lines > 1, "{line}"),
                // A document, in as many lines as it likes: `ConvertFrom-Json` joins them.
                (false, _) => {}
            }
            count += 1;
        }
    }
    assert_eq!(count, 7);
}
