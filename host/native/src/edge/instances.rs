//! Instances of the proxy: each serves one request at a time, and is used again, because what it knows of keys and tokens is what
//! makes it quick.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::{Component, InstancePre};
use wasmtime::{Engine, Store};
use wasmtime_wasi_http::p2::bindings::Proxy;

use super::bindings::ProxyPlanning;
use crate::capability::bindings::entra_auth::core::errors::Problem;
use crate::capability::bindings::entra_auth::core::proxy_plan::Plan;
use crate::capability::proxy_server::{Nobody, ProxyServer};
use crate::engine::embedded::{self, Embedded};
use crate::engine::environment;
use crate::engine::lent::{self, Shared, State};

/// The text of the configuration, for the component.
const CONFIGURATION: &str = "ENTRA_AUTH_PROXY_CONFIG";

/// So many wait for the next request; more are only made when there are more requests at once.
const MOST_IDLE: usize = 64;

/// After so many requests an instance makes room for a new one: whatever it may have gathered goes with it.
const MOST_REQUESTS: u32 = 100_000;

/// Makes them, and keeps those that have nothing to do.
pub(super) struct Instances {
    engine: Engine,
    component: InstancePre<State>,
    shared: Shared,
    variables: Vec<(String, String)>,
    idle: Mutex<Vec<Instance>>,
}

/// One that can take a request.
pub(super) struct Instance {
    pub(super) store: Store<State>,
    pub(super) proxy: Proxy,
    left: u32,
}

impl Instances {
    #[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
    pub(super) fn of(embedded: &'static Embedded) -> wasmtime::Result<Self> {
        // SAFETY: whoever made the server vouches for the component.
        let (engine, component): (Engine, Component) = unsafe { embedded::load(embedded)? };
        let linker = lent::linker(&engine)?;
        Ok(Self {
            component: linker.instantiate_pre(&component)?,
            engine,
            // A proxy starts no other.
            shared: Shared::for_many(Arc::new(ProxyServer::new(Nobody))),
            variables: Vec::new(),
            idle: Mutex::default(),
        })
    }

    /// The same for a configuration, and the variables that it names as far as they are set.
    pub(super) fn with(self, configuration: &str, named: &[String]) -> Self {
        let usual = environment::variables();
        let usual = usual
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let named = named
            .iter()
            .filter_map(|name| Some((name.clone(), std::env::var(name).ok()?)));
        let own = (CONFIGURATION.to_owned(), configuration.to_owned());
        Self {
            variables: usual.chain(named).chain([own]).collect(),
            ..self
        }
    }

    /// What the configuration says.
    pub(super) async fn read(
        &self,
        configuration: &str,
    ) -> wasmtime::Result<Result<Plan, Problem>> {
        let mut store = self.store();
        let planning = self.planning(&mut store).await?;
        let planner = planning.entra_auth_core_proxy_planner();
        planner.call_read(&mut store, configuration).await
    }

    /// Whether everything is there that the configuration names.
    pub(super) async fn prepare(&self) -> wasmtime::Result<Result<(), Problem>> {
        let mut store = self.store();
        let planning = self.planning(&mut store).await?;
        let planner = planning.entra_auth_core_proxy_planner();
        planner.call_prepare(&mut store).await
    }

    async fn planning(&self, store: &mut Store<State>) -> wasmtime::Result<ProxyPlanning> {
        let instance = self.component.instantiate_async(&mut *store).await?;
        ProxyPlanning::new(store, &instance)
    }

    /// One that served before, or a new one.
    pub(super) async fn take(&self) -> wasmtime::Result<Instance> {
        let idle = self.idle().pop();
        match idle {
            Some(instance) => Ok(instance),
            None => self.make().await,
        }
    }

    /// Takes one back that has done well. One that trapped is dropped by whoever had it.
    pub(super) fn give_back(&self, mut instance: Instance) {
        instance.left = instance.left.saturating_sub(1);
        let mut idle = self.idle();
        if instance.left > 0 && idle.len() < MOST_IDLE {
            idle.push(instance);
        }
    }

    async fn make(&self) -> wasmtime::Result<Instance> {
        let mut store = self.store();
        let instance = self.component.instantiate_async(&mut store).await?;
        Ok(Instance {
            proxy: Proxy::new(&mut store, &instance)?,
            store,
            left: MOST_REQUESTS,
        })
    }

    fn store(&self) -> Store<State> {
        Store::new(&self.engine, self.shared.for_proxy(&self.variables))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Instance>> {
        // Nothing is left half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
