//! `cargo run -p builder`: writes the components into `target/components/`.

use std::path::Path;

use anyhow::{Context, Result};
use builder::Components;

fn main() -> Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .context("the builder lies two folders below the workspace")?;
    Components::build(workspace)?.write(&workspace.join("target/components"))?;
    Ok(())
}
