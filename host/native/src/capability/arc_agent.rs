//! The capability `arc-agent`: the key files of Azure Arc's agent, and nothing else.
//!
//! The agent's word for the path came in clear, and not from the agent if somebody else listens at its port
//! (CVE-2024-35255). So it is checked to the letter before anything is opened.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::arc_agent;
use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::system::platform;
use crate::system::private_file::{self, FileError};

/// Larger than any key.
const KEY_LIMIT: usize = 4096;

/// Where the agent and its keys are.
#[derive(Debug)]
pub(crate) struct ArcAgent {
    program: PathBuf,
    keys: PathBuf,
}

impl ArcAgent {
    /// As the agent is installed on this operating system.
    pub(crate) fn of_this_machine() -> Self {
        let [program, keys] = platform::arc_agent();
        Self { program, keys }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        if !self.is_key(path) {
            return Err(refused(path, "is no key file of the Azure Arc agent"));
        }
        let failed = |error: io::Error| {
            let error = FileError::from_io("read", path, &error);
            Failure::of_file(Capability::ArcAgent, error)
        };
        let file = private_file::open(path).map_err(|error| match path.is_symlink() {
            true => refused(path, "is a symbolic link"),
            false => failed(error),
        })?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(refused(path, "is no regular file"));
        }
        let mut content = Vec::new();
        file.take(KEY_LIMIT as u64 + 1)
            .read_to_end(&mut content)
            .map_err(failed)?;
        if content.len() > KEY_LIMIT {
            return Err(refused(path, "is larger than a key"));
        }
        Ok(content)
    }

    /// `..` is a part of a path like any other here, so it does not lead out of the folder.
    fn is_key(&self, path: &Path) -> bool {
        let is_there = path.parent().is_some_and(|folder| same(folder, &self.keys));
        is_there && path.is_absolute() && path.extension() == Some(OsStr::new("key"))
    }
}

/// Windows does not mind the case of names.
fn same(one: &Path, other: &Path) -> bool {
    if cfg!(windows) {
        one.as_os_str().eq_ignore_ascii_case(other)
    } else {
        one.as_os_str() == other.as_os_str()
    }
}

/// The agent during a call.
pub(crate) struct ArcAgentView<'a> {
    pub(crate) agent: &'a ArcAgent,
}

impl arc_agent::Host for ArcAgentView<'_> {
    fn is_installed(&mut self) -> bool {
        self.agent.program.exists()
    }

    fn read_key(&mut self, path: String) -> Result<Vec<u8>, Failure> {
        self.agent.read(Path::new(&path))
    }
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::new(
        Capability::ArcAgent,
        Fault::Denied,
        format!("`{}` {why}", path.display()),
        "check that the Azure Arc agent is what answers at IDENTITY_ENDPOINT",
    )
}

impl HasData for ArcAgent {
    type Data<'a> = ArcAgentView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> ArcAgentView<'_>,
) -> wasmtime::Result<()> {
    arc_agent::add_to_linker::<T, ArcAgent>(linker, view)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// M47.
    #[test]
    fn nothing_but_a_key_of_the_agent_is_read() {
        let machine = tempfile::tempdir().unwrap();
        let keys = machine.path().join("tokens");
        fs::create_dir_all(keys.join("below")).unwrap();
        fs::create_dir(keys.join("folder.key")).unwrap();
        for (name, content) in [
            ("tokens/1f4b.key", "k3y".to_owned()),
            ("tokens/full.key", "k".repeat(KEY_LIMIT)),
            ("tokens/long.key", "k".repeat(KEY_LIMIT + 1)),
            ("tokens/notes.txt", "x".to_owned()),
            ("tokens/below/x.key", "x".to_owned()),
            ("x.key", "x".to_owned()),
        ] {
            fs::write(machine.path().join(name), content).unwrap();
        }
        symlink(keys.join("1f4b.key"), keys.join("link.key")).unwrap();
        let agent = ArcAgent {
            program: machine.path().join("himds"),
            keys: keys.clone(),
        };
        for (path, expected) in [
            ("1f4b.key", Ok(3)),
            ("full.key", Ok(KEY_LIMIT)),
            ("long.key", Err(Fault::Denied)),
            ("notes.txt", Err(Fault::Denied)),
            ("link.key", Err(Fault::Denied)),
            ("folder.key", Err(Fault::Denied)),
            ("below/x.key", Err(Fault::Denied)),
            ("../x.key", Err(Fault::Denied)),
            ("../tokens/1f4b.key", Err(Fault::Denied)),
            ("/etc/shadow", Err(Fault::Denied)),
            ("/etc/x.key", Err(Fault::Denied)),
            ("none.key", Err(Fault::Absent)),
        ] {
            let found = agent.read(&keys.join(path));
            let found = found.map(|content| content.len());
            assert_eq!(found.map_err(|error| error.fault), expected, "{path}");
        }
        assert!(agent.read(Path::new("tokens/1f4b.key")).is_err());
        let mut view = ArcAgentView { agent: &agent };
        assert!(!arc_agent::Host::is_installed(&mut view));
        fs::write(&agent.program, "").unwrap();
        assert!(arc_agent::Host::is_installed(&mut view));
    }
}
