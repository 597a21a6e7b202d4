//! The engine's settings, the same for the build script that compiles ahead and for the program that runs the result.

use wasmtime::Config;

/// Settings that both ends must agree on; a difference makes the compiled component unloadable. `target_os` is where the
/// program will run, as in [`std::env::consts::OS`].
pub(crate) fn for_system(target_os: &str) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Nobody reads a guest's backtrace: a trap is one error line. Without them there is less to load.
        .wasm_backtrace_max_frames(None)
        // Windows itself walks the stack when code traps, and needs it for that.
        .native_unwind_info(target_os == "windows")
        .generate_address_map(false)
        // The images of the guests' memories are small: copying them is quicker than mapping each.
        .memory_init_cow(false);
    config
}
