//! What is written to and never replaced: pipes, terminals, devices, and whatever this process holds open already.
//!
//! A name in a folder that all may write to can lead into somebody else's pipe, who then reads what was meant for a file.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path};

use super::platform;
use super::private_file::{Fault, FileError};

/// True for what a new file must not be put in place of, such as `/dev/stdout` and named pipes.
pub(crate) fn is_stream(path: &Path) -> bool {
    let Ok(metadata) = fs::metadata(path) else {
        return false;
    };
    // `/dev/stdout` may lead to a regular file, which is then open already and goes on behind what is in it.
    !metadata.is_dir() && (!metadata.is_file() || is_device_name(path))
}

/// Write `content` behind what is there. Fails with `denied` if it would reach another user.
pub(crate) fn append(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |error: io::Error| FileError::from_io("write", path, &error);
    // Before it is opened: a pipe that nobody reads from would be waited for.
    check(path, &fs::metadata(path).map_err(failed)?)?;
    let mut stream = OpenOptions::new().append(true).open(path).map_err(failed)?;
    // And after it: another one may have taken its name meanwhile.
    check_open(path, &stream)?;
    stream.write_all(content).map_err(failed)
}

fn check_open(path: &Path, stream: &File) -> Result<(), FileError> {
    let metadata = stream
        .metadata()
        .map_err(|error| FileError::from_io("write", path, &error))?;
    check(path, &metadata)
}

fn check(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    if is_held_open(path) || !platform::leads_to_another_user(metadata) {
        return Ok(());
    }
    Err(FileError::new(
        Fault::Denied,
        format!("`{}` belongs to another user", path.display()),
        "name a file in a folder of your own, or a pipe that you made yourself",
    ))
}

/// A descriptor by its number: whoever started this process has handed it over, whomever it leads to.
fn is_held_open(path: &Path) -> bool {
    let is_number = path
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    let folder = path.parent().unwrap_or(path);
    ["/dev/stdout", "/dev/stderr"]
        .map(Path::new)
        .contains(&path)
        || is_number
            && ["/dev/fd", "/proc/self/fd"]
                .map(Path::new)
                .contains(&folder)
}

/// Below the folders of devices, of which `/dev/shm` is none: it holds files.
fn is_device_name(path: &Path) -> bool {
    let is_straight = !path
        .components()
        .any(|component| component == Component::ParentDir);
    let is_in = |folder| path.starts_with(folder);
    is_straight && (is_in("/dev") && !is_in("/dev/shm") || is_in("/proc"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    use std::path::PathBuf;
    use std::process::Command;
    use std::thread;

    use super::*;

    fn pipe(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    }

    #[test]
    fn a_pipe_of_ones_own_is_written_to_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = pipe(folder.path(), "pipe");
        let reader = thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        assert!(is_stream(&pipe));
        append(&pipe, b"through").unwrap();
        assert_eq!(reader.join().unwrap(), b"through");
        assert!(is_stream(&pipe));
    }

    #[test]
    fn devices_of_the_system_take_what_they_get() {
        assert!(is_stream(Path::new("/dev/null")));
        append(Path::new("/dev/null"), b"gone").unwrap();
        assert!(is_stream(Path::new("/dev/null")));
    }

    /// Only the administrator can make something of another user.
    #[test]
    fn a_pipe_of_another_user_gets_nothing() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let pipe = pipe(folder.path(), "pipe");
        chown(&pipe, Some(65534), None).unwrap();
        fs::set_permissions(&pipe, fs::Permissions::from_mode(0o666)).unwrap();
        let link = folder.path().join("link");
        symlink(&pipe, &link).unwrap();
        // Opened for both, it is there for a writer, and whatever is written can be read.
        let reader = File::options().read(true).write(true).open(&pipe).unwrap();
        for path in [&pipe, &link] {
            assert!(is_stream(path));
            let error = append(path, b"secret").unwrap_err();
            assert_eq!(error.fault, Fault::Denied);
            assert!(error.message.ends_with("belongs to another user"));
        }
        // The same once it is open, for whoever exchanges it in between.
        assert!(check_open(&pipe, &reader).is_err());
        // Handed over by whoever started this process, it is meant.
        let held = format!("/dev/fd/{}", reader.as_raw_fd());
        append(Path::new(&held), b"meant").unwrap();
    }

    #[test]
    fn only_descriptors_by_number_are_held_open() {
        for (path, expected) in [
            ("/dev/stdout", true),
            ("/dev/stderr", true),
            ("/dev/fd/3", true),
            ("/proc/self/fd/12", true),
            ("/dev/fd/../../tmp/3", false),
            ("/dev/fd/x", false),
            ("/proc/1/fd/3", false),
            ("/dev/null", false),
            ("/tmp/3", false),
            ("3", false),
        ] {
            assert_eq!(is_held_open(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_detour_through_the_devices_is_a_file_like_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "kept").unwrap();
        let detour = Path::new("/dev/..").join(file.strip_prefix("/").unwrap());
        assert!(detour.is_file() && !is_stream(&detour));
    }

    #[test]
    fn an_open_file_behind_a_device_is_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "before ").unwrap();
        let open = File::open(&path).unwrap();
        let device = format!("/dev/fd/{}", open.as_raw_fd());
        assert!(is_stream(Path::new(&device)));
        append(Path::new(&device), b"after").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before after");
    }
}
