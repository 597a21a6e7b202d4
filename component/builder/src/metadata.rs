//! What a component says of itself, in the custom sections that registries and `wasm-tools metadata show` read.
//!
//! The names of the sections are those of the OCI annotations:
//! <https://github.com/opencontainers/image-spec/blob/main/annotations.md>.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_metadata::AddMetadataField::Set;
use wasm_metadata::{AddMetadata, Description, Licenses, Revision, Source, Version};

use crate::revision;

/// What all components have in common: version, licence and repository of the workspace, and the commit if it is known.
pub(crate) struct Metadata {
    revision: Option<String>,
}

impl Metadata {
    /// Asks git in which commit the sources of the components last changed.
    pub(crate) fn of(workspace: &Path) -> Self {
        Self {
            revision: revision::of(workspace),
        }
    }

    /// The component with its name and its purpose inside; nothing of what it does changes.
    pub(crate) fn add(&self, name: &str, purpose: &str, component: &[u8]) -> Result<Vec<u8>> {
        let mut metadata = AddMetadata::default();
        metadata.name = Set(name.to_owned());
        metadata.description = Set(Description::new(purpose.to_owned()));
        metadata.version = Set(Version::new(env!("CARGO_PKG_VERSION")));
        metadata.licenses = Set(Licenses::new(env!("CARGO_PKG_LICENSE"))?);
        metadata.source = Set(Source::new(env!("CARGO_PKG_REPOSITORY"))?);
        if let Some(revision) = &self.revision {
            metadata.revision = Set(Revision::new(revision.clone()));
        }
        metadata
            .to_wasm(component)
            .with_context(|| format!("cannot describe `{name}`"))
    }
}
