//! The compiler's WebAssembly targets.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Makes sure that the standard library of each target is installed.
///
/// `rust-toolchain.toml` names the targets, but rustup does not act on it everywhere (`RUSTUP_AUTO_INSTALL=0`).
pub(crate) fn require_targets(targets: &[&str]) -> Result<()> {
    let libraries = sysroot()?.join("lib/rustlib");
    let missing: Vec<&str> = targets
        .iter()
        .copied()
        .filter(|target| !libraries.join(target).is_dir())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let status = Command::new("rustup")
        .args(["target", "add"])
        .args(&missing)
        .status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    bail!(
        "the compiler lacks {}; `rustup target add {}` installs it",
        missing.join(" and "),
        missing.join(" ")
    )
}

fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "sysroot"])
        .output()
        .context("cannot run `rustc`")?;
    let text =
        String::from_utf8(output.stdout).context("`rustc --print sysroot` printed no text")?;
    Ok(PathBuf::from(text.trim()))
}
