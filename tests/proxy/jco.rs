//! The same component under `jco serve`, in one process of Node.

use crate::scene::{Engine, Scene};
use crate::{attacks, framing, passing, sidecar};

/// What works there as it does elsewhere. A process takes a while to begin, so all is tried with one. An answer that breaks off is
/// left out: that ends the engine.
#[test]
fn the_same_component_serves_in_node() {
    let Some(scene) = Scene::on(Engine::Jco) else {
        return;
    };
    passing::right_caller(&scene);
    passing::on_behalf(&scene);
    passing::refusals(&scene);
    passing::claims_challenge(&scene);
    sidecar::endpoints(&scene);
    framing::table(&scene, Engine::Jco);
    framing::bodies(&scene);
    attacks::table(&scene, Engine::Jco);
}
