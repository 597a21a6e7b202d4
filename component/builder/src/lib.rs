//! Builds the guests and composes them into the components of `target/components/`.
//!
//! | file | made of |
//! |---|---|
//! | `entra-auth-client.wasm` | client |
//! | `entra-auth-library.wasm` | client + gate, for programs that permit each authority themselves |
//! | `entra-auth-cli.wasm` | cli + client + gate + wasi-capabilities |
//! | `entra-auth-proxy.wasm` | proxy + warden + client + two gates + wasi-capabilities |
//! | `entra-auth-proxy-kv.wasm` | the same, and keyvalue-cache in place of its token cache |
//! | `entra-auth-service-kv.wasm` | that one + service, for engines that keep instances of WASI 0.3 |
//! | `entra-auth-proxy-native.wasm` | proxy + warden + client + two gates, for a host that lends the capabilities itself |
//! | `entra-auth-native.wasm` | cli + client + gate, for a host that lends the capabilities itself |
//! | `sealing.wasm` | sealer |
//!
//! The client's bytes stand verbatim in every composition.

mod compose;
mod guest;
mod metadata;
mod revision;
mod toolchain;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use compose::{ALL, Composition, GATE, OUTGOING, UPSTREAMS};
use guest::Guest;
use metadata::Metadata;
pub use revision::SOURCES;

/// What each component is for, as it says itself.
mod purpose {
    pub(super) const CLIENT: &str =
        "Microsoft Entra ID tokens: the token logic alone, for embedders";
    pub(super) const LIBRARY: &str =
        "Microsoft Entra ID tokens: the token logic behind a network gate";
    pub(super) const CLI: &str =
        "Microsoft Entra ID tokens: the command line, for any WASI 0.2 runtime with wasi:http";
    pub(super) const NATIVE: &str =
        "Microsoft Entra ID tokens: the command line, for a host that lends the capabilities";
    pub(super) const PROXY: &str = "Microsoft Entra ID tokens verified and exchanged in front of an API, for any WASI 0.2 runtime with wasi:http";
    pub(super) const KEYVALUE_PROXY: &str = "Microsoft Entra ID tokens verified and exchanged in front of an API, kept in a store that many hosts share (wasi:keyvalue)";
    pub(super) const KEYVALUE_SERVICE: &str = "Microsoft Entra ID tokens verified and exchanged in front of an API, kept in a store that many hosts share, for engines of WASI 0.3";
    pub(super) const NATIVE_PROXY: &str = "Microsoft Entra ID tokens verified and exchanged in front of an API, for a host that lends the capabilities";
    pub(super) const SEALING: &str = "How entra-auth-cli seals secrets and tokens at rest";
}

/// The finished components.
pub struct Components {
    /// The token logic alone, for embedders.
    pub client: Vec<u8>,
    /// The token logic behind the gate, as a library.
    pub library: Vec<u8>,
    /// The whole command line over plain WASI.
    pub cli: Vec<u8>,
    /// The command line without the capabilities.
    pub native: Vec<u8>,
    /// Sealing at rest, for hosts that are not written in Rust.
    pub sealing: Vec<u8>,
    /// The proxy over plain WASI.
    pub proxy: Vec<u8>,
    /// The proxy over plain WASI and a store that hosts share.
    pub keyvalue_proxy: Vec<u8>,
    /// The same behind a door of WASI 0.3.
    pub keyvalue_service: Vec<u8>,
    /// The proxy without the capabilities.
    pub native_proxy: Vec<u8>,
}

impl Components {
    /// Builds the guests of the workspace at `workspace` and composes them.
    ///
    /// Fails when a target's standard library is missing and cannot be installed, or when a guest does not compile.
    pub fn build(workspace: &Path) -> Result<Self> {
        Self::build_around(Guest::Client, Guest::Proxy, workspace)
    }

    /// The same around a token logic that tries to reach hosts which nobody permitted, for the test of the gate.
    pub fn build_trespasser(workspace: &Path) -> Result<Self> {
        Self::build_around(Guest::Trespasser, Guest::Proxy, workspace)
    }

    /// The same around a proxy that does so.
    pub fn build_trespassing_pump(workspace: &Path) -> Result<Self> {
        Self::build_around(Guest::Client, Guest::TrespassingPump, workspace)
    }

    fn build_around(client: Guest, proxy: Guest, workspace: &Path) -> Result<Self> {
        toolchain::require_targets(&[guest::BARE, guest::WASI])?;
        let mut built = guest::build(workspace, client, proxy)?;
        let about = Metadata::of(workspace);
        built.client = about.add("entra-auth-client", purpose::CLIENT, &built.client)?;
        let described =
            |name, purpose, component: Result<Vec<u8>>| about.add(name, purpose, &component?);
        Ok(Self {
            library: described("entra-auth-library", purpose::LIBRARY, library(&built))?,
            cli: described("entra-auth-cli", purpose::CLI, whole(&built))?,
            native: described(
                "entra-auth-native",
                purpose::NATIVE,
                without_capabilities(&built),
            )?,
            proxy: described("entra-auth-proxy", purpose::PROXY, whole_proxy(&built))?,
            keyvalue_proxy: described(
                "entra-auth-proxy-kv",
                purpose::KEYVALUE_PROXY,
                shared_proxy(&built),
            )?,
            keyvalue_service: described(
                "entra-auth-service-kv",
                purpose::KEYVALUE_SERVICE,
                shared_service(&built),
            )?,
            native_proxy: described(
                "entra-auth-proxy-native",
                purpose::NATIVE_PROXY,
                proxy_without_capabilities(&built),
            )?,
            sealing: about.add("sealing", purpose::SEALING, &built.sealer)?,
            client: built.client,
        })
    }

    /// Writes each component into `folder` and returns the paths.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        [
            ("entra-auth-client.wasm", &self.client),
            ("entra-auth-library.wasm", &self.library),
            ("entra-auth-cli.wasm", &self.cli),
            ("entra-auth-native.wasm", &self.native),
            ("sealing.wasm", &self.sealing),
            ("entra-auth-proxy.wasm", &self.proxy),
            ("entra-auth-proxy-kv.wasm", &self.keyvalue_proxy),
            ("entra-auth-service-kv.wasm", &self.keyvalue_service),
            ("entra-auth-proxy-native.wasm", &self.native_proxy),
        ]
        .into_iter()
        .map(|(name, bytes)| {
            let path = folder.join(name);
            replace(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
            Ok(path)
        })
        .collect()
    }
}

/// Writes beside the file and renames, so that whoever runs the old component meanwhile keeps it whole.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, bytes)?;
    fs::rename(new, path)
}

fn library(built: &guest::Built) -> Result<Vec<u8>> {
    let mut composition = Composition::default();
    let gate = composition.add(Guest::Gate.name(), &built.gate)?;
    let client = composition.add(Guest::Client.name(), &built.client)?;
    composition.connect(gate, client)?;
    composition.finish_library(&[(client, ALL), (gate, &[GATE])])
}

fn whole(built: &guest::Built) -> Result<Vec<u8>> {
    let mut composition = Composition::default();
    let capabilities = composition.add(Guest::WasiCapabilities.name(), &built.wasi_capabilities)?;
    let cli = core(&mut composition, built, Some(capabilities))?;
    composition.finish_command(cli)
}

fn without_capabilities(built: &guest::Built) -> Result<Vec<u8>> {
    let mut composition = Composition::default();
    let cli = core(&mut composition, built, None)?;
    composition.finish_command(cli)
}

fn whole_proxy(built: &guest::Built) -> Result<Vec<u8>> {
    let mut composition = Composition::default();
    let capabilities = composition.add(Guest::WasiCapabilities.name(), &built.wasi_capabilities)?;
    let proxy = proxy(&mut composition, built, &[capabilities])?;
    composition.finish_handler(proxy)
}

fn shared_proxy(built: &guest::Built) -> Result<Vec<u8>> {
    let mut composition = Composition::default();
    let proxy = proxy_with_store(&mut composition, built)?;
    composition.finish_handler(proxy)
}

/// The proxy behind a door of WASI 0.3.
fn shared_service(built: &guest::Built) -> Result<Vec<u8>> {
    let mut composition = Composition::default();
    let proxy = proxy_with_store(&mut composition, built)?;
    let service = composition.add(Guest::Service.name(), &built.service)?;
    composition.connect(proxy, service)?;
    composition.finish_handler(service)
}

fn proxy_with_store(
    composition: &mut Composition,
    built: &guest::Built,
) -> Result<compose::Instance> {
    let cache = composition.add(Guest::KeyvalueCache.name(), &built.keyvalue_cache)?;
    let capabilities = composition.add(Guest::WasiCapabilities.name(), &built.wasi_capabilities)?;
    proxy(composition, built, &[cache, capabilities])
}

fn proxy_without_capabilities(built: &guest::Built) -> Result<Vec<u8>> {
    let mut composition = Composition::default();
    let proxy = proxy(&mut composition, built, &[])?;
    composition.finish_handler(proxy)
}

/// Wires proxy and client, each behind a gate of its own: the token logic cannot reach a server behind the proxy, and the proxy
/// cannot reach the sign-in service. What opens both gates is in the hands of the warden, which no request reaches. Of `capabilities`
/// the first that has one lends it.
fn proxy(
    composition: &mut Composition,
    built: &guest::Built,
    capabilities: &[compose::Instance],
) -> Result<compose::Instance> {
    let authorities = composition.add(Guest::Gate.name(), &built.gate)?;
    let upstreams = composition.again(authorities);
    let client = composition.add(Guest::Client.name(), &built.client)?;
    let proxy = composition.add(Guest::Proxy.name(), &built.proxy)?;
    let warden = composition.add(Guest::Warden.name(), &built.warden)?;
    composition.connect(authorities, client)?;
    composition.connect_only(&[GATE], authorities, warden)?;
    composition.connect_only(&[UPSTREAMS], upstreams, warden)?;
    composition.connect(client, proxy)?;
    composition.connect(warden, proxy)?;
    composition.connect_only(&[OUTGOING], upstreams, proxy)?;
    for lender in capabilities {
        composition.connect(*lender, client)?;
        composition.connect(*lender, warden)?;
        composition.connect(*lender, proxy)?;
    }
    Ok(proxy)
}

/// Wires cli, client and gate; one `gate` serves both, so that what `cli` permits `client` can reach.
fn core(
    composition: &mut Composition,
    built: &guest::Built,
    capabilities: Option<compose::Instance>,
) -> Result<compose::Instance> {
    let gate = composition.add(Guest::Gate.name(), &built.gate)?;
    let client = composition.add(Guest::Client.name(), &built.client)?;
    let cli = composition.add(Guest::Cli.name(), &built.cli)?;
    composition.connect(gate, client)?;
    composition.connect(gate, cli)?;
    composition.connect(client, cli)?;
    if let Some(capabilities) = capabilities {
        composition.connect(capabilities, client)?;
        composition.connect(capabilities, cli)?;
    }
    Ok(cli)
}
