//! The capability `files`: files that the user named.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf, absolute};

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::files;
use crate::system::patience::Wait;
use crate::system::private_file::{self, FileError};
use crate::system::stream;
use crate::system::variable;

/// Files by the names that the user gave; there is nothing to configure.
#[derive(Debug)]
pub(crate) struct Files;

/// The files during a call.
pub(crate) struct FilesView;

impl files::Host for FilesView {
    fn read(&mut self, path: String, limit: u32) -> Result<Vec<u8>, Failure> {
        read(&located(&path), limit)
    }

    fn locate(&mut self, path: String) -> Result<String, Failure> {
        // What the guest named is text, and so is what is put in front, or the path stays as it was.
        Ok(located(&path).to_str().map_or(path, str::to_owned))
    }

    fn write(&mut self, path: String, content: Vec<u8>) -> Result<(), Failure> {
        let path = located(&path);
        let written = if stream::is_stream(&path) {
            stream::append(&path, &content)
        } else {
            private_file::put(&path, &content)
        };
        written.map_err(failure)
    }
}

/// As it is tried, and as messages name it.
fn located(path: &str) -> PathBuf {
    let home = env::home_dir().filter(|home| home.is_absolute());
    let path = variable::from_home(path.into(), home.as_deref());
    absolute(&path).unwrap_or(path)
}

/// Named pipes are read too: a shell passes them for `<(command)`.
fn read(path: &Path, limit: u32) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| failure(FileError::from_io("read", path, &error));
    let mut content = Vec::new();
    // Whoever writes into it may take their time.
    let wait = stream::is_stream(path).then(|| Wait::of(&format!("`{}`", path.display())));
    File::open(path)
        .and_then(|file| file.take(u64::from(limit) + 1).read_to_end(&mut content))
        .map_err(failed)?;
    drop(wait);
    if content.len() > limit as usize {
        return Err(Failure::new(
            Capability::Files,
            Fault::Denied,
            format!("`{}` is larger than {limit} bytes", path.display()),
            "check that this is the file that was meant",
        ));
    }
    Ok(content)
}

fn failure(error: FileError) -> Failure {
    Failure::of_file(Capability::Files, error)
}

impl HasData for Files {
    type Data<'a> = FilesView;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> FilesView,
) -> wasmtime::Result<()> {
    files::add_to_linker::<T, Files>(linker, view)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use files::Host;

    use super::*;

    fn text(path: &Path) -> String {
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_path_means_the_same_from_every_folder() {
        let here = env::current_dir().unwrap();
        let home = env::home_dir().unwrap();
        for (path, expected) in [
            ("c.pem", here.join("c.pem")),
            ("/c.pem", PathBuf::from("/c.pem")),
            ("~/c.pem", home.join("c.pem")),
        ] {
            assert_eq!(
                FilesView.locate(path.to_owned()).unwrap(),
                text(&expected),
                "{path}"
            );
        }
        let failure = FilesView.read("none.pem".to_owned(), 5).unwrap_err();
        assert!(
            failure.message.contains(&text(&here.join("none.pem"))),
            "{failure:?}"
        );
    }

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(FilesView.read(text(&path), 5).unwrap(), b"12345");
        let failure = FilesView.read(text(&path), 4).unwrap_err();
        assert_eq!(
            (failure.capability, failure.fault),
            (Capability::Files, Fault::Denied)
        );
        assert_eq!(
            FilesView
                .read("/dev/zero".to_owned(), 100)
                .unwrap_err()
                .fault,
            Fault::Denied
        );
        for (path, fault) in [
            (folder.path().join("none"), Fault::Absent),
            (folder.path().into(), Fault::Denied),
        ] {
            let failure = FilesView.read(text(&path), 5).unwrap_err();
            assert_eq!(failure.fault, fault, "{failure:?}");
            assert!(failure.hint.is_some());
        }
    }

    #[test]
    fn a_new_file_is_of_its_owner_alone_and_replaces_a_link_instead_of_following_it() {
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["file", "link"].map(|name| folder.path().join(name));
        FilesView.write(text(&path), b"one".to_vec()).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        symlink(&path, &link).unwrap();
        FilesView.write(text(&link), b"two".to_vec()).unwrap();
        assert!(link.symlink_metadata().unwrap().is_file());
        assert_eq!(
            [fs::read(&path).unwrap(), fs::read(&link).unwrap()],
            [b"one", b"two"]
        );
        for path in [folder.path().join("no/folder"), folder.path().into()] {
            assert!(
                FilesView
                    .write(text(&path), Vec::new())
                    .unwrap_err()
                    .hint
                    .is_some()
            );
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn streams_are_written_to_and_not_replaced() {
        let null = Path::new("/dev/null");
        FilesView.write(text(null), b"gone".to_vec()).unwrap();
        assert!(!null.metadata().unwrap().is_file());
    }
}
