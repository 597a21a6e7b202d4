//! Programs that nobody here wrote, and the components that they run.

use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A built component, such as `entra-auth-cli.wasm`.
pub(crate) fn component(name: &str) -> PathBuf {
    let path = workspace().join("target/components").join(name);
    assert!(
        path.is_file(),
        "{} is missing: run `cargo build --release`",
        path.display()
    );
    path
}

/// A file that `remedy` builds besides the program. Without it a test has nothing to do.
pub(crate) fn built(path: &str, remedy: &str) -> Option<PathBuf> {
    let file = workspace().join(path);
    if file.is_file() {
        Some(file)
    } else {
        missing(path, remedy)
    }
}

/// A program that `tests/install` provides, in its own folder or on the path. Without it a test has nothing to do.
pub(crate) fn foreign_program(name: &str) -> Option<PathBuf> {
    let own = workspace().join("target/tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::iter::once(own).chain(std::env::split_paths(&path));
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()));
    found.or_else(|| missing(name, "tests/install"))
}

/// The folder of Python packages that `tests/install` provides.
pub(crate) fn python_packages() -> Option<PathBuf> {
    let folder = workspace().join("target/tools/python");
    if folder.is_dir() {
        Some(folder)
    } else {
        missing("msal", "tests/install")
    }
}

/// Says that a test is skipped until `remedy` has provided what is missing; in continuous integration nothing may be.
pub(super) fn missing(name: &str, remedy: &str) -> Option<PathBuf> {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "`{name}` is missing: run `{remedy}`"
    );
    // Not by a macro of the standard library: the test harness would hide it.
    writeln!(
        std::io::stderr(),
        "skipped: `{name}` is missing; `{remedy}` provides it"
    )
    .unwrap();
    None
}
