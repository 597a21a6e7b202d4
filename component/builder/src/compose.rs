//! Composition of components: who gets which interface from whom.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

/// The interface by which a WASI command is started; its version follows the Rust standard library's.
const RUN: &str = "wasi:cli/run";

/// What the names of this project's interfaces begin with (`wit/`).
const OURS: &str = "entra-auth:";

/// The interfaces by which a proxy is called, in WASI 0.2 and 0.3.
const HANDLER: &str = "wasi:http/incoming-handler";
const SERVICE: &str = "wasi:http/handler";

/// How a host learns what a proxy is configured to do.
const PLANNER: &str = "entra-auth:core/proxy-planner";

/// The switch of the gate in front of the sign-in service, that of the one in front of servers behind a proxy, and what a gate
/// guards.
pub(crate) const GATE: &str = "entra-auth:core/gate";
pub(crate) const UPSTREAMS: &str = "entra-auth:core/upstreams";
pub(crate) const OUTGOING: &str = "wasi:http/outgoing-handler";

/// Every interface of this project.
pub(crate) const ALL: &[&str] = &[OURS];

/// A composition in the making. What nobody in it exports stays an import of the whole.
#[derive(Default)]
pub(crate) struct Composition {
    graph: CompositionGraph,
    /// What is connected: an import of an instance has one source.
    connected: BTreeSet<(usize, String)>,
}

/// One component placed in a composition.
#[derive(Clone, Copy)]
pub(crate) struct Instance {
    node: NodeId,
    package: PackageId,
    /// Which one of the composition.
    number: usize,
}

impl Composition {
    /// Places one instance of `component`, known by `name` in messages.
    pub(crate) fn add(&mut self, name: &str, component: &[u8]) -> Result<Instance> {
        let package = Package::from_bytes(name, None, component, self.graph.types_mut())
            .with_context(|| format!("`{name}` is no component"))?;
        let package = self.graph.register_package(package)?;
        Ok(self.instantiate(package))
    }

    /// Places another instance of the same component, which shares nothing with the first.
    pub(crate) fn again(&mut self, instance: Instance) -> Instance {
        self.instantiate(instance.package)
    }

    fn instantiate(&mut self, package: PackageId) -> Instance {
        let node = self.graph.instantiate(package);
        Instance {
            node,
            package,
            number: self.graph.node_ids().count(),
        }
    }

    /// Gives `to` every interface that it imports, `from` exports, and nobody has given to it before.
    pub(crate) fn connect(&mut self, from: Instance, to: Instance) -> Result<()> {
        self.connect_only(&[""], from, to)
    }

    /// The same for those whose names begin so.
    pub(crate) fn connect_only(
        &mut self,
        beginnings: &[&str],
        from: Instance,
        to: Instance,
    ) -> Result<()> {
        let wanted = self.names(to, |world| world.imports.keys().cloned().collect());
        let offered = self.names(from, |world| world.exports.keys().cloned().collect());
        let is_meant = |name: &&String| begins(name, beginnings) && wanted.contains(name);
        for name in offered.iter().filter(is_meant) {
            if !self.connected.insert((to.number, name.clone())) {
                continue;
            }
            let export = self.graph.alias_instance_export(from.node, name)?;
            self.graph
                .set_instantiation_argument(to.node, name, export)
                .with_context(|| format!("cannot connect `{name}`"))?;
        }
        Ok(())
    }

    /// Encodes the composition as a command that is started through `main`.
    pub(crate) fn finish_command(self, main: Instance) -> Result<Vec<u8>> {
        self.finish_with(RUN, main)
    }

    /// Encodes the composition as a handler of requests, with what a host asks it besides.
    pub(crate) fn finish_handler(self, main: Instance) -> Result<Vec<u8>> {
        self.finish_library(&[(main, &[HANDLER, SERVICE, PLANNER])])
    }

    fn finish_with(mut self, interface: &str, main: Instance) -> Result<Vec<u8>> {
        let exports = self.names(main, |world| world.exports.keys().cloned().collect());
        let export = exports
            .iter()
            .find(|name| name.starts_with(interface))
            .with_context(|| format!("it does not export `{interface}`"))?;
        self.export(main, export)?;
        self.encode()
    }

    /// Encodes the composition as a library of the interfaces that each instance exports under such names.
    pub(crate) fn finish_library(mut self, instances: &[(Instance, &[&str])]) -> Result<Vec<u8>> {
        for (instance, beginnings) in instances {
            let exports = self.names(*instance, |world| world.exports.keys().cloned().collect());
            for name in exports.iter().filter(|name| begins(name, beginnings)) {
                self.export(*instance, name)?;
            }
        }
        self.encode()
    }

    fn export(&mut self, instance: Instance, name: &str) -> Result<()> {
        let export = self.graph.alias_instance_export(instance.node, name)?;
        self.graph.export(export, name)?;
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        Ok(self.graph.encode(EncodeOptions::default())?)
    }

    fn names(
        &self,
        instance: Instance,
        select: impl Fn(&wac_graph::types::World) -> Vec<String>,
    ) -> Vec<String> {
        let package = self
            .graph
            .nodes()
            .zip(self.graph.node_ids())
            .find(|(_, id)| *id == instance.node)
            .and_then(|(node, _)| node.package());
        package.map_or_else(Vec::new, |package| {
            select(&self.graph.types()[self.graph[package].ty()])
        })
    }
}

fn begins(name: &str, beginnings: &[&str]) -> bool {
    beginnings
        .iter()
        .any(|beginning| name.starts_with(beginning))
}
