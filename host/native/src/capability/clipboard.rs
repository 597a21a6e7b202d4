//! The capability `clipboard`: through the programs that come with each desktop.
//!
//! The text goes through a pipe, never onto a command line, which other users can read.

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::clipboard;
use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::system::platform::{self, SystemProgram};
use crate::system::programs::Programs;

/// The programs that can fill the clipboard.
#[derive(Debug)]
pub(crate) struct Clipboard {
    programs: Programs,
    candidates: Vec<SystemProgram>,
}

impl Clipboard {
    /// Of the desktop that the variables of this process name.
    fn from_environment() -> Self {
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            programs: Programs::in_path(&variable("PATH").unwrap_or_default()),
            candidates: platform::clipboards(variable),
        }
    }

    fn copy(&self, text: &str) -> Result<(), Failure> {
        let mut has_program = false;
        for candidate in &self.candidates {
            let Some(program) = self.programs.find(&candidate.name) else {
                continue;
            };
            has_program = true;
            if self.feed(&program, candidate.arguments, text) {
                return Ok(());
            }
        }
        Err(match has_program {
            true => failure(
                Fault::Other,
                "the clipboard could not be filled",
                "leave `--clipboard` out, and copy the result by hand",
            ),
            false => failure(
                Fault::Absent,
                "there is no clipboard here",
                "install wl-clipboard, xclip or xsel on a desktop; elsewhere leave `--clipboard` out",
            ),
        })
    }

    /// True if the program took the text. It stays behind by itself for as long as it owns the clipboard.
    fn feed(&self, program: &Path, arguments: &[&str], text: &str) -> bool {
        let mut command = self.programs.command(program);
        let Ok(mut child) = command.args(arguments).stdin(Stdio::piped()).spawn() else {
            return false;
        };
        // Taken, so that the pipe is closed behind the text.
        let pipe = child.stdin.take();
        let is_fed = pipe.is_some_and(|mut pipe| pipe.write_all(text.as_bytes()).is_ok());
        child.wait().is_ok_and(|status| status.success()) && is_fed
    }
}

/// The clipboard during a call.
pub(crate) struct ClipboardView;

impl clipboard::Host for ClipboardView {
    fn copy(&mut self, text: String) -> Result<(), Failure> {
        Clipboard::from_environment().copy(&text)
    }
}

fn failure(fault: Fault, message: &str, hint: &str) -> Failure {
    Failure::new(Capability::Clipboard, fault, message, hint)
}

impl HasData for Clipboard {
    type Data<'a> = ClipboardView;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> ClipboardView,
) -> wasmtime::Result<()> {
    clipboard::add_to_linker::<T, Clipboard>(linker, view)
}
