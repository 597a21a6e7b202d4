//! Private files where permissions are owner, group and others.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER)
        .create(path)?;
    // A strict umask takes away even the owner's permissions.
    or_lacking(fs::set_permissions(path, Permissions::from_mode(FOLDER)))
}

/// Open for reading. Does not wait for a writer should it be a named pipe.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY))
        .open(path)
}

/// Open a folder itself, to ask for its permissions and to change them.
pub(super) fn open_folder(path: &Path) -> io::Result<File> {
    open(path)
}

/// Create for writing; fails if anything has this name.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE)
        .custom_flags(flags(OFlags::NOFOLLOW))
        .open(path)?;
    or_lacking(file.set_permissions(Permissions::from_mode(FILE)))?;
    Ok(file)
}

pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE)
        .custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY))
        .open(path)
}

/// There is no such thing.
pub(super) const fn is_shared_with_nobody(_error: &io::Error) -> bool {
    false
}

/// Put the file in place of another one.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// True if `path` still leads to `file`.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(here), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    (here.dev(), here.ino()) == (there.dev(), there.ino())
}

/// Only while the lock is held.
pub(super) fn remove_lock(path: &Path) {
    let _ = fs::remove_file(path);
}

/// True for a file of somebody else than this user and the administrator, who can do anything anyway.
pub(super) fn is_foreign(metadata: &Metadata) -> bool {
    metadata.uid() != geteuid().as_raw() && metadata.uid() != 0
}

/// True for a file or folder of this user that everybody may write to. A sticky folder lets nobody touch what others put there.
pub(super) fn is_open_to_all(metadata: &Metadata) -> bool {
    let is_sticky = metadata.is_dir() && metadata.mode() & STICKY != 0;
    metadata.uid() == geteuid().as_raw() && metadata.mode() & WRITABLE_BY_ALL != 0 && !is_sticky
}

/// Take that away; true if it is gone. Some file systems have the same permissions for everything.
pub(super) fn close_to_all(file: &File) -> io::Result<bool> {
    let mode = file.metadata()?.mode();
    file.set_permissions(Permissions::from_mode(mode & 0o7777 & !WRITABLE_BY_ALL))?;
    Ok(!is_open_to_all(&file.metadata()?))
}

/// Who a file is of, for people.
pub(super) fn owner(metadata: &Metadata) -> String {
    match metadata.uid() {
        0 => "root".to_owned(),
        number => format!("the user with the number {number}"),
    }
}

pub(super) fn is_not_mine(metadata: &Metadata) -> bool {
    !is_root() && metadata.uid() != geteuid().as_raw()
}

pub(super) fn is_root() -> bool {
    geteuid().is_root()
}

/// Whose home `path` is in, if it is another user's while this runs as root, as by `sudo` that keeps `HOME`. What root left
/// there would be in the way of its owner, of other programs too.
pub(super) fn other_home(path: &Path) -> Option<String> {
    if !is_root() {
        return None;
    }
    let home = std::env::home_dir().filter(|home| path.starts_with(home))?;
    let metadata = home.metadata().ok()?;
    (metadata.uid() != 0).then(|| owner(&metadata))
}

/// Bring the folder's names to the disk, so that a renamed file survives a power cut.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    or_lacking(File::open(path).and_then(|folder| folder.sync_all()))
}

/// Bring the file to the disk.
pub(super) fn sync(file: &File) -> io::Result<()> {
    or_lacking(file.sync_all())
}

/// Network and user-space file systems, and those of Windows and cameras, lack what a careful program likes to use: what is
/// kept by it is sealed or no secret, and is kept all the same.
fn or_lacking(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if is_lacking(&error) => Ok(()),
        result => result,
    }
}

/// Whether the file system does not have what was asked of it.
pub(super) fn is_lacking(error: &io::Error) -> bool {
    let lacking = [
        Errno::NOSYS,
        Errno::NOTSUP,
        Errno::OPNOTSUPP,
        Errno::NOLCK,
        Errno::PERM,
    ];
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::Unsupported
    ) || lacking
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

fn flags(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}

const WRITABLE_BY_ALL: u32 = 0o002;
const STICKY: u32 = 0o1000;
const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
