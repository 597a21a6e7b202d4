//! What a component is lent: the command line, or one instance of the proxy. Each imports less than all of it.

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::p2::pipe::ClosedOutputStream;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::{environment, wasi};
use crate::capability::access_log::{self, AccessLog, AccessLogView};
use crate::capability::arc_agent::{self, ArcAgent, ArcAgentView};
use crate::capability::clipboard::{self, ClipboardView};
use crate::capability::files::{self, FilesView};
use crate::capability::identity_endpoint::{self, IdentityEndpoint, IdentityEndpointView};
use crate::capability::local_time::{self, LocalTimeView};
use crate::capability::network::Network;
use crate::capability::peer::{self, PeerView, Place};
use crate::capability::profile_store::{self, ProfileStore, ProfileStoreView};
use crate::capability::progress::{self, ProgressView};
use crate::capability::prompt::{self, Prompt, PromptView};
use crate::capability::proxy_server::{self, ProxyServer};
use crate::capability::secret_store::{self, SecretStore, SecretStoreView};
use crate::capability::sign_in::{self, SignIn, SignInView};
use crate::capability::token_cache::{self, TokenCache, TokenCacheView};
use crate::capability::transport::{self, TransportView};
use crate::system::folders::Folders;
use crate::system::streams;
use crate::system::terminal::Terminal;

/// What all instances share.
#[derive(Clone)]
pub(crate) struct Shared {
    folders: Folders,
    network: Network,
    proxy: Arc<ProxyServer>,
    secrets: Arc<SecretStore>,
    terminal: Terminal,
    tokens: Arc<TokenCache>,
}

impl Shared {
    /// As the environment of this process says; `proxy` serves where it is asked to.
    pub(crate) fn from_environment(proxy: Arc<ProxyServer>) -> Self {
        Self::new(proxy, |cache| cache)
    }

    /// The same for many requests: tokens are kept in memory too.
    pub(crate) fn for_many(proxy: Arc<ProxyServer>) -> Self {
        Self::new(proxy, TokenCache::with_memory)
    }

    fn new(proxy: Arc<ProxyServer>, cached: impl Fn(TokenCache) -> TokenCache) -> Self {
        let folders = Folders::from_environment();
        let terminal = Terminal::controlling();
        let secrets = Arc::new(SecretStore::from_environment(
            folders.clone(),
            terminal.clone(),
        ));
        let tokens = TokenCache::from_environment(folders.clone(), Arc::clone(&secrets));
        Self {
            network: Network::from_environment(),
            tokens: Arc::new(cached(tokens)),
            folders,
            proxy,
            secrets,
            terminal,
        }
    }

    /// For the command line, with this process's arguments and streams.
    pub(crate) fn for_command(&self) -> State {
        let mut wasi = WasiCtx::builder();
        wasi.inherit_stdio()
            .args(&environment::arguments())
            .envs(&environment::variables());
        if streams::stdout_takes_nothing() {
            wasi.stdout(ClosedOutputStream);
        }
        self.lent(wasi.build())
    }

    /// For an instance of the proxy, which sees these variables.
    pub(crate) fn for_proxy(&self, variables: &[(String, String)]) -> State {
        let mut wasi = WasiCtx::builder();
        wasi.inherit_stderr().envs(variables);
        self.lent(wasi.build())
    }

    fn lent(&self, wasi: WasiCtx) -> State {
        State {
            access_log: AccessLog::default(),
            arc_agent: ArcAgent::of_this_machine(),
            endpoint: IdentityEndpoint::default(),
            wasi,
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            network: self.network.apart(),
            peer: Place::Unknown,
            profiles: ProfileStore::new(self.folders.clone()),
            prompt: Prompt::new(self.terminal.clone()),
            proxy: Arc::clone(&self.proxy),
            secrets: Arc::clone(&self.secrets),
            sign_in: SignIn::from_environment(),
            tokens: Arc::clone(&self.tokens),
        }
    }
}

/// Everything that one instance can reach.
pub(crate) struct State {
    pub(crate) access_log: AccessLog,
    arc_agent: ArcAgent,
    endpoint: IdentityEndpoint,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    network: Network,
    pub(crate) peer: Place,
    profiles: ProfileStore,
    prompt: Prompt,
    proxy: Arc<ProxyServer>,
    secrets: Arc<SecretStore>,
    sign_in: SignIn,
    tokens: Arc<TokenCache>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.network,
        }
    }
}

/// Lends it.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    access_log::add_to_linker(&mut linker, |state: &mut State| AccessLogView {
        log: &state.access_log,
    })?;
    arc_agent::add_to_linker(&mut linker, |state: &mut State| ArcAgentView {
        agent: &state.arc_agent,
    })?;
    clipboard::add_to_linker(&mut linker, |_: &mut State| ClipboardView)?;
    files::add_to_linker(&mut linker, |_: &mut State| FilesView)?;
    identity_endpoint::add_to_linker(&mut linker, |state: &mut State| IdentityEndpointView {
        endpoint: &mut state.endpoint,
    })?;
    local_time::add_to_linker(&mut linker, |_: &mut State| LocalTimeView)?;
    peer::add_to_linker(&mut linker, |state: &mut State| PeerView {
        place: state.peer,
    })?;
    profile_store::add_to_linker(&mut linker, |state| ProfileStoreView {
        store: &state.profiles,
    })?;
    progress::add_to_linker(&mut linker, |_: &mut State| ProgressView)?;
    prompt::add_to_linker(&mut linker, |state| PromptView {
        prompt: &state.prompt,
    })?;
    proxy_server::add_to_linker(&mut linker, |state: &mut State| state.proxy.view())?;
    secret_store::add_to_linker(&mut linker, |state| SecretStoreView {
        store: &state.secrets,
    })?;
    sign_in::add_to_linker(&mut linker, |state| SignInView {
        sign_in: &mut state.sign_in,
        table: &mut state.table,
    })?;
    token_cache::add_to_linker(&mut linker, |state| TokenCacheView {
        cache: &state.tokens,
        table: &mut state.table,
    })?;
    transport::add_to_linker(&mut linker, |state| TransportView {
        network: &state.network,
    })?;
    Ok(linker)
}
