//! Builds and composes the guests.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};
use builder::Components;

fn main() -> Result<()> {
    let folder = folder("CARGO_MANIFEST_DIR")?;
    let workspace = folder
        .ancestors()
        .nth(2)
        .context("the crate lies two folders below the workspace")?;
    let output = self::folder("OUT_DIR")?;
    for source in builder::SOURCES {
        watch(&workspace.join(source));
    }
    let components = Components::build(workspace)?;
    components.write(&workspace.join("target/components"))?;
    fs::write(output.join("native.wasm"), &components.native)?;
    fs::write(output.join("native-proxy.wasm"), &components.native_proxy)?;
    if env::var_os("CARGO_FEATURE_TRESPASSER").is_some() {
        watch(&workspace.join("tests/trespasser"));
        let trespasser = Components::build_trespasser(workspace)?;
        trespasser.write(&workspace.join("target/trespasser"))?;
        let pump = Components::build_trespassing_pump(workspace)?;
        pump.write(&workspace.join("target/trespassing-pump"))?;
        fs::write(output.join("trespasser.wasm"), &trespasser.native)?;
    }
    Ok(())
}

fn folder(variable: &str) -> Result<PathBuf> {
    let path = env::var_os(variable).with_context(|| format!("cargo sets `{variable}`"))?;
    Ok(PathBuf::from(path))
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
