#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::lock::POLL;
use super::unfinished::{LEFTOVER_AGE, folder_of};
use super::*;

const SHORT: Duration = Duration::from_millis(50);

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_bare_name_is_a_file_in_the_folder_where_the_user_is() {
    for (path, expected) in [
        ("token.txt", "."),
        ("./token.txt", "."),
        ("a/token.txt", "a"),
        ("/token.txt", "/"),
    ] {
        assert_eq!(folder_of(Path::new(path)), Path::new(expected), "{path}");
    }
}

#[test]
fn a_file_is_replaced_as_a_whole_and_nothing_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert_eq!(read(&path, 10).unwrap(), None);
    for content in [&b"first"[..], b"", b"second"] {
        replace(&path, content).unwrap();
        assert_eq!(read(&path, 10).unwrap().as_deref(), Some(content));
    }
    assert_eq!(names(folder.path()), ["file"]);
    assert!(remove(&path).unwrap());
    assert!(!remove(&path).unwrap());
}

#[test]
fn readers_see_the_old_content_or_the_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let contents = [vec![b'a'; 1 << 16], vec![b'b'; 1 << 18]];
    replace(&path, &contents[0]).unwrap();
    thread::scope(|scope| {
        let writer =
            scope.spawn(|| (0..50).for_each(|turn| replace(&path, &contents[turn % 2]).unwrap()));
        while !writer.is_finished() {
            assert!(contents.contains(&read(&path, 1 << 20).unwrap().unwrap()));
            // What somebody has open all the time cannot be replaced there.
            if cfg!(windows) {
                thread::sleep(POLL);
            }
        }
    });
}

#[test]
fn a_file_larger_than_the_limit_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    replace(&path, b"12345").unwrap();
    assert!(read(&path, 5).unwrap().is_some());
    assert_eq!(read(&path, 4).unwrap_err().fault, Fault::Damaged);
}

/// Not a test of its own: writes under the umask of its process.

#[test]
fn leftovers_of_killed_processes_go_when_they_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let [path, old, new, other] = [
        "file",
        ".file.0123456789abcdef.new",
        ".file.1123456789abcdef.new",
        ".file.notes.new",
    ]
    .map(|name| folder.path().join(name));
    for path in [&old, &new, &other] {
        fs::write(path, "half").unwrap();
    }
    for path in [&old, &other] {
        let long_ago = SystemTime::now() - 2 * LEFTOVER_AGE;
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    replace(&path, b"whole").unwrap();
    assert_eq!(
        names(folder.path()),
        [".file.1123456789abcdef.new", ".file.notes.new", "file"]
    );
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let error = FileError::from_io(
        "write",
        Path::new("/x"),
        &io::Error::from(ErrorKind::StorageFull),
    );
    assert!(error.message.contains("no storage space"), "{error:?}");
    assert!(error.hint.contains("make room"));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such");
    let error = put(&missing.join("file"), b"text").unwrap_err();
    assert_eq!(error.fault, Fault::Absent);
    let expected = format!("there is no folder `{}`", missing.display());
    assert!(error.message.ends_with(&expected), "{error:?}");
    assert!(error.hint.starts_with("make it"), "{error:?}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_lock_is_held_by_one_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/lock");
    let held = Lock::acquire(&path, SHORT).unwrap();
    let started = Instant::now();
    let error = Lock::acquire(&path, SHORT).unwrap_err();
    assert_eq!(error.fault, Fault::TimedOut);
    assert!(started.elapsed() >= SHORT);
    drop(held);
    Lock::acquire(&path, Duration::ZERO).unwrap();
}

#[test]
fn a_removed_lock_does_not_let_two_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let inside = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let lock = Lock::acquire(&path, Duration::from_secs(20)).unwrap();
                    assert_eq!(inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                    thread::yield_now();
                    inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    lock.remove();
                }
            });
        }
    });
}
