//! The finished components as bytes, for programs that embed them.
//!
//! The build script makes them, and writes them into `target/components/` on the way. It is a crate of its own so that
//! the guests compile beside the embedder's other dependencies and not after them.

/// cli + client + gate, for a host that lends the capabilities itself.
pub static NATIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/native.wasm"));

/// proxy + client + two gates, for the same.
pub static NATIVE_PROXY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/native-proxy.wasm"));

/// The command line around a token logic that tries to reach hosts which nobody permitted.
#[cfg(feature = "trespasser")]
pub static TRESPASSER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/trespasser.wasm"));
