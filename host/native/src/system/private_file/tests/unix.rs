//! Owners, permissions, links and pipes.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::PathBuf;
use std::process::Command;

use super::super::*;
use super::{SHORT, names};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

/// Not a test of its own: writes under the umask of its process.
#[test]
#[ignore = "started by another test"]
fn write_under_a_umask() {
    let folder = PathBuf::from(std::env::var_os("TEST_FOLDER").unwrap());
    make_folder(&folder).unwrap();
    replace(&folder.join("file"), b"secret").unwrap();
    drop(Lock::acquire(&folder.join("lock"), SHORT).unwrap());
}

#[test]
fn whatever_the_umask_files_and_folders_are_of_their_owner_alone() {
    for umask in ["000", "022", "077"] {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        let status = Command::new("sh")
            .args([
                "-c",
                &format!("umask {umask}; exec \"$0\" --ignored --exact \"$1\" >/dev/null"),
            ])
            .arg(std::env::current_exe().unwrap())
            .arg("system::private_file::tests::unix::write_under_a_umask")
            .env("TEST_FOLDER", &inner)
            .status()
            .unwrap();
        assert!(status.success(), "{umask}");
        assert_eq!(mode(&folder.path().join("a")), 0o700, "{umask}");
        assert_eq!(mode(&inner), 0o700, "{umask}");
        assert_eq!(mode(&inner.join("file")), 0o600, "{umask}");
        assert_eq!(mode(&inner.join("lock")), 0o600, "{umask}");
    }
}

#[test]
fn replacing_closes_a_file_that_others_could_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    replace(&path, b"new").unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn what_everybody_may_write_to_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "text").unwrap();
    for (before, after) in [(0o666, 0o664), (0o664, 0o664), (0o606, 0o604)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(before)).unwrap();
        assert_eq!(read(&path, 10).unwrap().unwrap(), b"text");
        assert_eq!(mode(&path), after, "{before:o}");
    }
    for (before, after) in [(0o777, 0o775), (0o1777, 0o1777), (0o770, 0o770)] {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(before)).unwrap();
        close_folder(folder.path());
        assert_eq!(mode(folder.path()), after, "{before:o}");
    }
}

#[test]
fn a_symbolic_link_is_refused_and_its_target_stays() {
    let folder = tempfile::tempdir().unwrap();
    let [target, missing, link] =
        ["target", "missing", "link"].map(|name| folder.path().join(name));
    fs::write(&target, "untouched").unwrap();
    for leads_to in [&target, &missing, &link] {
        symlink(leads_to, &link).unwrap();
        for error in [
            read(&link, 10).unwrap_err(),
            replace(&link, b"new").unwrap_err(),
            Lock::acquire(&link, SHORT).unwrap_err(),
        ] {
            assert_eq!(error.fault, Fault::Denied, "{error:?}");
            assert!(error.message.contains("is a symbolic link"), "{error:?}");
        }
        remove(&link).unwrap();
    }
    assert_eq!(names(folder.path()), ["target"]);
    assert_eq!(fs::read(&target).unwrap(), b"untouched");
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [pipe, directory] = ["pipe", "directory"].map(|name| folder.path().join(name));
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    fs::create_dir(&directory).unwrap();
    for path in [&pipe, &directory] {
        assert_eq!(read(path, 10).unwrap_err().fault, Fault::Denied, "{path:?}");
        assert_eq!(
            replace(path, b"new").unwrap_err().fault,
            Fault::Denied,
            "{path:?}"
        );
        assert_eq!(
            Lock::acquire(path, SHORT).unwrap_err().fault,
            Fault::Denied,
            "{path:?}"
        );
    }
}

#[test]
fn a_file_of_another_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "theirs").unwrap();
    // Only the administrator can give a file away; elsewhere this cannot be shown.
    if chown(&path, Some(12345), None).is_err() {
        return;
    }
    assert_eq!(path.metadata().unwrap().uid(), 12345);
    for error in [
        read(&path, 10).unwrap_err(),
        replace(&path, b"ours").unwrap_err(),
    ] {
        assert_eq!(error.fault, Fault::Denied);
        assert!(
            error.message.contains("belongs to another user"),
            "{error:?}"
        );
    }
}
