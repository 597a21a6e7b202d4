//! Other programs of this machine, such as a browser.
//!
//! They are found by absolute paths alone, never in the folder that the user happens to be in, are started without a
//! shell, and inherit no secrets.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::system::known_variables;
use crate::system::platform::{executable, shield_from_terminal};

/// Where programs are looked for.
#[derive(Debug)]
pub(crate) struct Programs {
    folders: Vec<PathBuf>,
}

impl Programs {
    /// The folders of `path`, a value of `PATH`, that do not depend on where the user is.
    pub(crate) fn in_path(path: &OsStr) -> Self {
        Self {
            folders: env::split_paths(path)
                .filter(|folder| folder.is_absolute())
                .collect(),
        }
    }

    /// The program of an absolute path, or of a bare name.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        let path = Path::new(name);
        if path.is_absolute() {
            return executable(path.to_owned());
        }
        // What has a folder in it is meant from where the user is.
        if path.file_name() != Some(path.as_os_str()) {
            return None;
        }
        self.folders
            .iter()
            .find_map(|folder| executable(folder.join(path)))
    }

    /// The program, about to be started with closed streams.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for secret in known_variables::secrets() {
            command.env_remove(secret);
        }
        // A script such as `xdg-open` looks for programs itself, and so does whatever it starts.
        if let Ok(path) = env::join_paths(&self.folders) {
            command.env("PATH", path);
        }
        if let Some(folder) = program.parent() {
            command.current_dir(folder);
        }
        shield_from_terminal(&mut command);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_program_inherits_a_secret() {
        let programs = Programs::in_path(OsStr::new("/bin"));
        let command = programs.command(Path::new("/bin/true"));
        for secret in known_variables::secrets() {
            let change = command.get_envs().find(|(name, _)| *name == secret);
            assert_eq!(change, Some((OsStr::new(secret), None)), "{secret}");
        }
    }
}
