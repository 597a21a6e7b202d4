//! The commit that the components are made from.

use std::path::Path;
use std::process::Command;

/// What the components are made of, seen from the workspace.
pub const SOURCES: [&str; 5] = [
    "component",
    "wit",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
];

/// The last commit that changed the sources of the components.
///
/// Not the newest commit: one that leaves these sources alone leaves the components' bytes and digests alone too, and nothing is
/// composed again for it. `None` for sources that are not as they were committed, and where there is no git to ask, as in an
/// unpacked archive.
pub(crate) fn of(workspace: &Path) -> Option<String> {
    // An archive that was unpacked inside of somebody's repository is no commit of it.
    let is_whole = git(workspace, &["rev-parse", "--show-prefix"])?.is_empty();
    let is_clean = git_of_sources(workspace, &["status", "--porcelain"])?.is_empty();
    let commit = git_of_sources(workspace, &["log", "-1", "--format=%H"])?;
    (is_whole && is_clean && !commit.is_empty()).then_some(commit)
}

fn git_of_sources(workspace: &Path, arguments: &[&str]) -> Option<String> {
    git(workspace, &[arguments, &["--"], &SOURCES].concat())
}

/// What git prints; `None` where it fails.
fn git(workspace: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // A build that is started by a hook is told of the repository of the hook.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    let output = command
        .current_dir(workspace)
        .arg("--no-optional-locks")
        .args(arguments)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
