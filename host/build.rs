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

/// Writes the component, compiled, where a program includes it. One that did not change since the last time is not compiled
/// again: mostly a change concerns one of them.
fn embed(component: &[u8], file: &str) -> Result<()> {
    let target = env::var("TARGET").context("cargo names the target")?;
    let target_os = env::var("CARGO_CFG_TARGET_OS").context("cargo names the target's system")?;
    let output = env::var_os("OUT_DIR").context("cargo names the output folder")?;
    let compiled = Path::new(&output).join(file);
    let origin = compiled.with_extension("origin");
    // The target and the compiler's version are part of the folder's name.
    let made_of = [include_bytes!("native/src/engine/config.rs"), component].concat();
    if compiled.exists() && fs::read(&origin).is_ok_and(|before| before == made_of) {
        return Ok(());
    }
    let bytes = compile(component, &target, &target_os).map_err(|error| anyhow!("{error:?}"))?;
    fs::write(compiled, bytes)?;
    fs::write(origin, made_of)?;
    Ok(())
}

fn compile(component: &[u8], target: &str, target_os: &str) -> wasmtime::Result<Vec<u8>> {
    let mut config = engine_config::for_system(target_os);
    config.target(target)?;
    Engine::new(&config)?.precompile_component(component)
}
