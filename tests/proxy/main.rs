//! The proxy under stock `wasmtime serve` and in the native program: raw bytes in front of it, and behind it a server that remembers
//! what reached it.
#![cfg(test)]

mod askers;
mod checking;
mod framing;
mod passing;
mod scene;
mod serving;
#[path = "../support/mod.rs"]
mod support;
