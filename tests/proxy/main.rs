//! The proxy in the native program, under stock `wasmtime serve` and under `jco serve`: raw bytes in front of it, and behind it a server that remembers
//! what reached it.
#![cfg(test)]

mod askers;
mod attacks;
mod checking;
mod framing;
mod jco;
mod passing;
mod scene;
mod service;
mod serving;
mod sidecar;
mod soak;
#[path = "../support/mod.rs"]
mod support;
mod trespassing;
