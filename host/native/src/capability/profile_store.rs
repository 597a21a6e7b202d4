//! The capability `profile-store`: one document, which the host does not read.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use text::decode;
use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::profile_store;
use crate::system::folders::Folders;
use crate::system::private_file::{self, FileError, Lock};

/// Where the document is.
#[derive(Debug)]
pub(crate) struct ProfileStore {
    folders: Folders,
}

impl ProfileStore {
    /// In the configuration folder.
    pub(crate) fn new(folders: Folders) -> Self {
        Self { folders }
    }

    fn path(&self) -> Result<PathBuf, Failure> {
        let folder = self.folders.config().map_err(of_file)?;
        Ok(folder.join("profiles.json"))
    }

    /// The document itself. Profiles hold no secrets, so a link to it is followed: that is how ConfigMaps, Nix and managers of
    /// dotfiles put it there.
    fn target(&self) -> Result<PathBuf, Failure> {
        let path = self.path()?;
        if !path.is_symlink() {
            return Ok(path);
        }
        fs::canonicalize(&path).map_err(|error| {
            let error = FileError::from_io("follow the link", &path, &error);
            failure(
                error.fault.into(),
                error.message,
                "correct the link, or remove it",
            )
        })
    }

    fn read(&self) -> Result<Option<String>, Failure> {
        let path = self.target()?;
        if let Some(folder) = path.parent() {
            private_file::close_folder(folder);
        }
        let Some(content) = private_file::read(&path, LIMIT).map_err(of_file)? else {
            return Ok(None);
        };
        let text = decode(&content).map(|text| Some(text.to_string()));
        text.map_err(|fault| {
            failure(
                Fault::Damaged,
                format!("`{}` {fault}", path.display()),
                "repair it with an editor, or move it away to start anew",
            )
        })
    }

    fn replace(&self, previous: Option<&str>, next: &str) -> Result<(), Failure> {
        let path = self.path()?;
        if next.len() > LIMIT {
            return Err(failure(
                Fault::Denied,
                format!(
                    "`{}` would become larger than {LIMIT} bytes",
                    path.display()
                ),
                "delete profiles that are no longer needed",
            ));
        }
        let _lock = Lock::acquire(&path.with_file_name(".profiles.lock"), WAIT).map_err(of_file)?;
        if self.read()?.as_deref() != previous {
            return Err(failure(
                Fault::Conflict,
                format!(
                    "`{}` was changed by another process just now",
                    path.display()
                ),
                "try again",
            ));
        }
        let target = self.target()?;
        private_file::replace(&target, next.as_bytes()).map_err(|error| match target == path {
            true => of_file(error),
            false => failure(
                error.fault.into(),
                format!(
                    "`{}` is a link to a file that is managed elsewhere: {}",
                    path.display(),
                    error.message
                ),
                "change it where it is managed, or name a folder of your own in ENTRA_AUTH_CLI_CONFIG_PATH",
            ),
        })
    }
}

/// The store during a call.
pub(crate) struct ProfileStoreView<'a> {
    pub(crate) store: &'a ProfileStore,
}

impl profile_store::Host for ProfileStoreView<'_> {
    fn location(&mut self) -> Result<String, Failure> {
        Ok(self.store.path()?.display().to_string())
    }

    fn read(&mut self) -> Result<Option<String>, Failure> {
        self.store.read()
    }

    fn replace(&mut self, previous: Option<String>, next: String) -> Result<(), Failure> {
        self.store.replace(previous.as_deref(), &next)
    }
}

fn failure(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Capability::ProfileStore, fault, message, hint)
}

fn of_file(error: FileError) -> Failure {
    Failure::of_file(Capability::ProfileStore, error)
}

impl HasData for ProfileStore {
    type Data<'a> = ProfileStoreView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> ProfileStoreView<'_>,
) -> wasmtime::Result<()> {
    profile_store::add_to_linker::<T, ProfileStore>(linker, view)
}

/// Thousands of profiles; more is no document of ours.
const LIMIT: usize = 4 << 20;

/// Replacing a file takes milliseconds; a process that holds the lock longer hangs.
const WAIT: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread;

    use super::*;

    fn store() -> (tempfile::TempDir, ProfileStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = ProfileStore::new(Folders::at(folder.path().join("made/on/demand")));
        (folder, store)
    }

    #[test]
    fn only_what_was_read_is_replaced() {
        let (_folder, store) = store();
        let rows: &[(Option<&str>, &str, Option<&str>)] = &[
            (Some("[]"), "[1]", None),
            (None, "[1]", Some("[1]")),
            (None, "[2]", Some("[1]")),
            (Some("[ 1]"), "[2]", Some("[1]")),
            (Some("[1]"), "[2]", Some("[2]")),
            (Some("[2]"), "[2]", Some("[2]")),
        ];
        for (previous, next, after) in rows {
            let result = store.replace(*previous, next);
            assert_eq!(
                store.read().unwrap().as_deref(),
                *after,
                "{previous:?} {next:?}"
            );
            let is_done = *after == Some(*next);
            assert_eq!(result.is_ok(), is_done, "{previous:?} {next:?}");
            if let Err(error) = result {
                assert!(matches!(error.fault, Fault::Conflict), "{error:?}");
            }
        }
    }

    #[test]
    fn of_many_writers_at_once_none_is_lost() {
        let (_folder, store) = store();
        thread::scope(|scope| {
            for writer in 0..8 {
                let store = &store;
                scope.spawn(move || {
                    let mut written = 0;
                    while written < 5 {
                        let previous = store.read().unwrap();
                        let next = format!("{}{writer}", previous.as_deref().unwrap_or_default());
                        match store.replace(previous.as_deref(), &next) {
                            Ok(()) => written += 1,
                            Err(error) => {
                                assert!(matches!(error.fault, Fault::Conflict), "{error:?}")
                            }
                        }
                    }
                });
            }
        });
        let document = store.read().unwrap().unwrap();
        for writer in '0'..'8' {
            assert_eq!(document.matches(writer).count(), 5, "{document}");
        }
    }

    #[test]
    fn a_document_that_is_no_text_is_damaged_and_stays() {
        for content in [&b"[\"stra\xdfe\"]"[..], &vec![b' '; LIMIT + 1]] {
            let (_folder, store) = store();
            let path = store.path().unwrap();
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            let failure =
                profile_store::Host::read(&mut ProfileStoreView { store: &store }).unwrap_err();
            assert!(matches!(failure.fault, Fault::Damaged));
            assert!(failure.message.contains("profiles.json") && failure.hint.is_some());
            store.replace(None, "[]").unwrap_err();
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }

    #[test]
    fn without_a_home_every_call_fails_with_a_hint() {
        let store = ProfileStore::new(Folders::from_variables(|_| None, None));
        let mut view = ProfileStoreView { store: &store };
        for failure in [
            profile_store::Host::location(&mut view).unwrap_err(),
            profile_store::Host::read(&mut view).unwrap_err(),
            profile_store::Host::replace(&mut view, None, "[]".to_owned()).unwrap_err(),
        ] {
            assert!(matches!(failure.fault, Fault::Absent) && failure.hint.is_some());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_written_is_denied() {
        // Not even the administrator may make a folder here.
        let store = ProfileStore::new(Folders::at("/sys/kernel/entra-auth-cli".into()));
        let error = store.replace(None, "[]").unwrap_err();
        assert!(matches!(error.fault, Fault::Denied), "{error:?}");
        assert!(
            error.message.contains("/sys/kernel/entra-auth-cli") && error.hint.is_some(),
            "{error:?}"
        );
    }
}
