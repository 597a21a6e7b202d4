//! The same proxy through the door of WASI 0.3, under stock `wasmtime serve`.

use crate::scene::{Engine, Scene};
use crate::{attacks, framing, passing};

/// What works there as it does elsewhere, with one process.
#[test]
fn the_same_proxy_serves_behind_a_door_of_another_wasi() {
    let Some(scene) = Scene::on(Engine::Service) else {
        return;
    };
    passing::right_caller(&scene);
    passing::on_behalf(&scene);
    passing::refusals(&scene);
    passing::claims_challenge(&scene);
    framing::bodies(&scene);
    attacks::endings(&scene, Engine::Service);
}
