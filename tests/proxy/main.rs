//! The proxy in the native program, under stock `wasmtime serve` and under `jco serve`: raw bytes in front of it, and behind it a server that remembers
//! what reached it.
#![cfg(test)]

mod askers;
mod attacks;
mod attempts;
mod checking;
mod framing;
mod jco;
mod keys;
mod passing;
mod people;
mod scene;
mod service;
mod serving;
mod sidecar;
mod soak;
mod streams;
#[path = "../support/mod.rs"]
mod support;
mod trespassing;
