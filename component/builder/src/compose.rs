//! Composition of components: who gets which interface from whom.

use anyhow::{Context, Result};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId};

/// The interface by which a WASI command is started; its version follows the Rust standard library's.
const RUN: &str = "wasi:cli/run";

/// What the names of this project's interfaces begin with (`wit/`).
const OURS: &str = "entra-auth:";

/// A composition in the making. What nobody in it exports stays an import of the whole.
#[derive(Default)]
pub(crate) struct Composition {
    graph: CompositionGraph,
}

/// One component placed in a composition.
#[derive(Clone, Copy)]
pub(crate) struct Instance {
    node: NodeId,
}

impl Composition {
    /// Places one instance of `component`, known by `name` in messages.
    pub(crate) fn add(&mut self, name: &str, component: &[u8]) -> Result<Instance> {
        let package = Package::from_bytes(name, None, component, self.graph.types_mut())
            .with_context(|| format!("`{name}` is no component"))?;
        let id = self.graph.register_package(package)?;
        Ok(Instance {
            node: self.graph.instantiate(id),
        })
    }

    /// Gives `to` every interface that it imports and `from` exports.
    pub(crate) fn connect(&mut self, from: Instance, to: Instance) -> Result<()> {
        let wanted = self.names(to, |world| world.imports.keys().cloned().collect());
        let offered = self.names(from, |world| world.exports.keys().cloned().collect());
        for name in offered.iter().filter(|name| wanted.contains(name)) {
            let export = self.graph.alias_instance_export(from.node, name)?;
            self.graph
                .set_instantiation_argument(to.node, name, export)
                .with_context(|| format!("cannot connect `{name}`"))?;
        }
        Ok(())
    }

    /// Encodes the composition as a command that is started through `main`.
    pub(crate) fn finish_command(mut self, main: Instance) -> Result<Vec<u8>> {
        let exports = self.names(main, |world| world.exports.keys().cloned().collect());
        let run = exports
            .iter()
            .find(|name| name.starts_with(RUN))
            .with_context(|| format!("the command does not export `{RUN}`"))?;
        self.export(main, run)?;
        self.encode()
    }

    /// Encodes the composition as a library of every interface of this project that `instances` export.
    pub(crate) fn finish_library(mut self, instances: &[Instance]) -> Result<Vec<u8>> {
        for instance in instances {
            let exports = self.names(*instance, |world| world.exports.keys().cloned().collect());
            for name in exports.iter().filter(|name| name.starts_with(OURS)) {
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
