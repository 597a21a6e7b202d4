//! The guests: which crates they are, for which target they are compiled, and how they become components.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wit_component::ComponentEncoder;

/// A target without WASI: a guest built for it and wrapped afterwards imports exactly what its world names, while the
/// standard library of a WASI target brings a dozen interfaces that nobody asked for.
pub(crate) const BARE: &str = "wasm32-unknown-unknown";

/// A target with WASI, for guests that need arguments, streams or files.
pub(crate) const WASI: &str = "wasm32-wasip2";

/// The cargo profile of guests; see the workspace's `Cargo.toml`.
const PROFILE: &str = "guest";

/// The linker leaves five bytes for each number that it fills in, where most take two.
const SHORT_NUMBERS: &str = "-Clink-arg=--compress-relocations";

/// A guest crate.
#[derive(Clone, Copy)]
pub(crate) enum Guest {
    Cli,
    Client,
    Gate,
    KeyvalueCache,
    Sealer,
    Service,
    Proxy,
    /// Stands in for the client where the gate is tested.
    Trespasser,
    /// Stands in for the proxy there.
    TrespassingPump,
    Warden,
    WasiCapabilities,
}

impl Guest {
    /// The crate's name, which is its folder's name too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Client => "client",
            Self::Gate => "gate",
            Self::KeyvalueCache => "keyvalue-cache",
            Self::Sealer => "sealer",
            Self::Service => "service",
            Self::Proxy => "proxy",
            Self::Trespasser => "trespasser",
            Self::TrespassingPump => "trespassing-pump",
            Self::Warden => "warden",
            Self::WasiCapabilities => "wasi-capabilities",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Client
            | Self::Gate
            | Self::KeyvalueCache
            | Self::Proxy
            | Self::Sealer
            | Self::Service
            | Self::Trespasser
            | Self::TrespassingPump
            | Self::Warden => BARE,
            Self::Cli | Self::WasiCapabilities => WASI,
        }
    }
}

/// The guests of a composition as components.
pub(crate) struct Built {
    pub(crate) cli: Vec<u8>,
    pub(crate) client: Vec<u8>,
    pub(crate) gate: Vec<u8>,
    pub(crate) keyvalue_cache: Vec<u8>,
    pub(crate) sealer: Vec<u8>,
    pub(crate) service: Vec<u8>,
    pub(crate) proxy: Vec<u8>,
    pub(crate) warden: Vec<u8>,
    pub(crate) wasi_capabilities: Vec<u8>,
}

/// Compiles the guests of `workspace`, with `client` as the token logic and `proxy` as what moves requests.
pub(crate) fn build(workspace: &Path, client: Guest, proxy: Guest) -> Result<Built> {
    // A folder of its own: cargo holds a lock on the outer one while a build script runs.
    let folder = workspace.join("target/guests");
    let bare = [
        client,
        Guest::Gate,
        Guest::KeyvalueCache,
        proxy,
        Guest::Sealer,
        Guest::Service,
        Guest::Warden,
    ];
    compile(workspace, &folder, &bare)?;
    compile(workspace, &folder, &[Guest::Cli, Guest::WasiCapabilities])?;
    let component = |guest| component(&folder, guest);
    Ok(Built {
        cli: component(Guest::Cli)?,
        client: component(client)?,
        gate: component(Guest::Gate)?,
        keyvalue_cache: component(Guest::KeyvalueCache)?,
        sealer: component(Guest::Sealer)?,
        service: component(Guest::Service)?,
        proxy: component(proxy)?,
        warden: component(Guest::Warden)?,
        wasi_capabilities: component(Guest::WasiCapabilities)?,
    })
}

/// Runs cargo for guests that share a target.
fn compile(workspace: &Path, folder: &Path, guests: &[Guest]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace)
        .args([
            "build",
            "--quiet",
            "--locked",
            "--profile",
            PROFILE,
            "--target-dir",
        ])
        .arg(folder);
    for guest in guests {
        command.args(["--target", guest.target(), "--package", guest.name()]);
    }
    forget_outer_build(&mut command);
    let flags = format!("{SHORT_NUMBERS} {}", without_local_paths(workspace));
    command.env("RUSTFLAGS", flags);
    let status = command.status().context("cannot run `cargo`")?;
    ensure!(status.success(), "the guests do not compile");
    Ok(())
}

/// Removes what an outer cargo (or clippy) set for its own compilation.
fn forget_outer_build(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let outer = text.starts_with("CARGO_") && text != "CARGO_HOME" || text.starts_with("RUSTC");
        if outer
            || matches!(
                text,
                "CLIPPY_ARGS" | "CLIPPY_CONF_DIR" | "RUSTFLAGS" | "RUSTDOCFLAGS"
            )
        {
            command.env_remove(name);
        }
    }
}

/// Compiler flags that keep the paths of this machine out of the components, so that the same sources give the same
/// bytes anywhere, whichever registry they came from.
fn without_local_paths(workspace: &Path) -> String {
    let home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        PathBuf::from,
    );
    let registries = fs::read_dir(home.join("registry/src"));
    let mut folders: Vec<PathBuf> = registries
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    folders.sort();
    // Of several that fit, the compiler takes the last.
    let mut flags = vec![renamed(&home, "cargo")];
    flags.extend(folders.iter().map(|folder| renamed(folder, "registry")));
    flags.push(renamed(workspace, "."));
    flags.join(" ")
}

fn renamed(folder: &Path, name: &str) -> String {
    format!("--remap-path-prefix={}={name}", folder.display())
}

fn component(folder: &Path, guest: Guest) -> Result<Vec<u8>> {
    let path = artifact(folder, guest);
    let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if guest.target() == WASI {
        return Ok(bytes);
    }
    ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .with_context(|| format!("cannot wrap `{}`", guest.name()))
}

fn artifact(folder: &Path, guest: Guest) -> PathBuf {
    let file = guest.name().replace('-', "_");
    let name = if matches!(guest, Guest::Cli) {
        guest.name()
    } else {
        &file
    };
    folder
        .join(guest.target())
        .join(PROFILE)
        .join(name)
        .with_extension("wasm")
}
