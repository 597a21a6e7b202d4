//! Files that others hold open.

use std::os::windows::fs::OpenOptionsExt;
use std::thread;
use std::time::Duration;

use super::super::*;
use super::SHORT;

/// A scanner that has the file open for a while, shared as `FILE_SHARE_*` says.
fn scan(path: &Path, share_mode: u32) {
    let held = File::options()
        .read(true)
        .share_mode(share_mode)
        .open(path)
        .unwrap();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        drop(held);
    });
}

const SHARE_NOTHING: u32 = 0;
const SHARE_READ: u32 = 1;

#[test]
fn a_file_is_replaced_and_read_when_a_scanner_lets_go_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    replace(&path, b"old").unwrap();
    scan(&path, SHARE_READ);
    replace(&path, b"new").unwrap();
    scan(&path, SHARE_NOTHING);
    assert_eq!(read(&path, 10).unwrap().as_deref(), Some(&b"new"[..]));
}

#[test]
fn a_file_that_stays_open_is_denied_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    replace(&path, b"old").unwrap();
    let held = File::options()
        .read(true)
        .share_mode(SHARE_READ)
        .open(&path)
        .unwrap();
    let error = replace(&path, b"new").unwrap_err();
    assert!(!error.hint.is_empty(), "{error:?}");
    drop(held);
    assert_eq!(read(&path, 10).unwrap().as_deref(), Some(&b"old"[..]));
}

#[test]
fn a_lock_that_is_shared_with_nobody_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let held = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .share_mode(SHARE_NOTHING)
        .open(&path)
        .unwrap();
    let error = Lock::acquire(&path, SHORT).unwrap_err();
    assert_eq!(error.fault, Fault::TimedOut);
    drop(held);
    Lock::acquire(&path, Duration::ZERO).unwrap();
}
