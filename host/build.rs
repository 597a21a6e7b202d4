//! Compiles the composed components ahead for the target, to be embedded.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, anyhow};
use wasmtime::Engine;

#[path = "native/src/engine/config.rs"]
mod engine_config;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=native/src/engine/config.rs");
    embed(composed::NATIVE, "entra-auth-cli.cwasm")?;
    embed(composed::NATIVE_PROXY, "entra-auth-proxy.cwasm")?;
    #[cfg(feature = "trespasser")]
    embed(composed::TRESPASSER, "trespasser.cwasm")?;
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
