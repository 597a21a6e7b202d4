//! The engine that runs the embedded component.

use std::env::consts::OS;

use wasmtime::component::Component;
use wasmtime::{Engine, Result};

use super::config;

/// The bytes of a component that the build script compiled ahead, as part of the program.
///
/// On a page of its own, so that its code can run where it lies; 64 KiB is the largest page of a supported machine (some
/// aarch64 kernels). Windows' object files (COFF) know no such alignment.
#[repr(C)]
#[cfg_attr(unix, repr(align(65536)))]
pub struct Embedded<T: ?Sized = [u8]>(pub T);

/// Defines a static [`Embedded`] with a file of the build script's output folder in it; the linker knows it by `$symbol`.
///
/// On Linux the file lies in a section that the loader maps as code, which the language has no words for.
#[macro_export]
macro_rules! embed {
    ($name:ident, $symbol:literal, $file:literal) => {
        #[cfg(all(unix, not(target_os = "macos")))]
        ::core::arch::global_asm!(
            ".pushsection .guest, \"ax\", @progbits",
            ".balign 65536",
            concat!(".globl ", $symbol),
            concat!(".hidden ", $symbol),
            concat!($symbol, ":"),
            concat!(".incbin \"", env!("OUT_DIR"), "/", $file, "\""),
            ".popsection",
            options(raw)
        );

        #[cfg(all(unix, not(target_os = "macos")))]
        #[expect(unsafe_code, reason = "what assembly defines is beyond the compiler")]
        // SAFETY: defined above, with the bytes of this file and this alignment; nobody writes to it.
        unsafe extern "C" {
            #[link_name = $symbol]
            safe static $name:
                $crate::Embedded<[u8; include_bytes!(concat!(env!("OUT_DIR"), "/", $file)).len()]>;
        }

        #[cfg(not(all(unix, not(target_os = "macos"))))]
        static $name: $crate::Embedded<
            [u8; include_bytes!(concat!(env!("OUT_DIR"), "/", $file)).len()],
        > = $crate::Embedded(*include_bytes!(concat!(env!("OUT_DIR"), "/", $file)));
    };
}

/// The engine and the component, ready to instantiate.
///
/// The component's code runs where the operating system mapped it with the program: nothing is copied, and there is no
/// second file that somebody could replace.
///
/// # Safety
///
/// The bytes must come from the build script, unchanged.
#[cfg(unix)]
#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
pub(crate) unsafe fn load(embedded: &'static Embedded) -> Result<(Engine, Component)> {
    let mut config = config::for_system(OS);
    config.with_custom_code_memory(Some(std::sync::Arc::new(super::mapped_code::MappedCode)));
    let engine = Engine::new(&config)?;
    let memory = std::ptr::NonNull::from(&embedded.0);
    // SAFETY: the caller vouches for the bytes; they live as long as the program, and nothing writes to them.
    let component = unsafe { Component::deserialize_raw(&engine, memory)? };
    Ok((engine, component))
}

/// The engine and the component, ready to instantiate; the code is copied.
///
/// # Safety
///
/// The bytes must come from the build script, unchanged.
#[cfg(not(unix))]
#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
pub(crate) unsafe fn load(embedded: &'static Embedded) -> Result<(Engine, Component)> {
    let engine = Engine::new(&config::for_system(OS))?;
    // SAFETY: the caller vouches for the bytes.
    let component = unsafe { Component::deserialize(&engine, &embedded.0)? };
    Ok((engine, component))
}
