//! Builds the guests, composes them and compiles the result ahead for the target, to be embedded.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, anyhow};
use builder::Components;
use wasmtime::Engine;

#[path = "src/engine/config.rs"]
mod engine_config;

fn main() -> Result<()> {
    let folder = PathBuf::from(
        env::var_os("CARGO_MANIFEST_DIR").context("cargo names the package's folder")?,
    );
    let workspace = folder.parent().context("the host lies in the workspace")?;
    for source in ["component", "wit", "Cargo.toml", "Cargo.lock"] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    println!("cargo::rerun-if-changed=src/engine/config.rs");

    let components = Components::build(workspace)?;
    components.write(&workspace.join("target/components"))?;
    embed(&components.native, "entra-auth-cli.cwasm")?;
    if env::var_os("CARGO_FEATURE_TRESPASSER").is_some() {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join("tests/trespasser").display()
        );
        let trespasser = Components::build_trespasser(workspace)?;
        trespasser.write(&workspace.join("target/trespasser"))?;
        embed(&trespasser.native, "trespasser.cwasm")?;
    }
    Ok(())
}

/// Writes the component, compiled, where a program includes it.
fn embed(component: &[u8], file: &str) -> Result<()> {
    let target = env::var("TARGET").context("cargo names the target")?;
    let target_os = env::var("CARGO_CFG_TARGET_OS").context("cargo names the target's system")?;
    let compiled = compile(component, &target, &target_os).map_err(|error| anyhow!("{error:?}"))?;
    let output = env::var_os("OUT_DIR").context("cargo names the output folder")?;
    fs::write(Path::new(&output).join(file), compiled)?;
    Ok(())
}

fn compile(component: &[u8], target: &str, target_os: &str) -> wasmtime::Result<Vec<u8>> {
    let mut config = engine_config::for_system(target_os);
    config.target(target)?;
    Engine::new(&config)?.precompile_component(component)
}
